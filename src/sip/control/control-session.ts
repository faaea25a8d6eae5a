import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Outcome, Owner, Upcall } from '../dialog/application.js';
import type { SipStack } from '../dialog/stack.js';
import type { SipLog } from '../log.js';
import { encodeMessage, messageBytes } from '../message/build.js';
import { challengesForClient } from './challenges.js';
import { readClientMessage, readProxyOrder } from './client-message.js';
import { decodeFrame, encodeFrame, type Frame, FrameReader } from './framing.js';
import { progressLine, refusalLine, replyLine, sentLine, upcallLine } from './head-lines.js';

/** What a session needs of the server around it. */
export interface SessionHost {
  readonly stack: SipStack;
  readonly secret: string;
  readonly log: SipLog;
  readonly maxFrameBytes: number;
  /** Public and local addresses for the client, `proto/address:port` lists. */
  hostPorts(): { readonly external: string; readonly local: string };
  closed(session: ControlSession): void;
  /** The client has shown the secret. */
  authenticated?(session: ControlSession): void;
  /** The client has asked for INVITEs. */
  takesCalls(): void;
}

/** Version of the protocol that we speak; clients ping from v0.8.2 on. */
const PROTOCOL_VERSION = 'v0.9.10';
/** Clients are allowed this many tags. */
const MAX_TAGS = 20;
/** A client that does not read is cut off at this many waiting bytes. */
const MAX_UNREAD_BYTES = 64 * 1_048_576;

/** One connected client of the control protocol. */
export class ControlSession implements Owner {
  /** Methods in lower case that this client asked for. */
  readonly routes = new Set<string>();
  authenticated = false;
  /** What the client calls itself; a routing service may ask for it. */
  tags: readonly string[] = [];
  private readonly reader: FrameReader;
  private gone = false;
  private corked = false;

  constructor(
    private readonly host: SessionHost,
    private readonly socket: Socket,
  ) {
    this.reader = new FrameReader(host.maxFrameBytes);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    // `close` follows every error.
    socket.on('error', (error) => host.log.debug({ err: error }, 'control connection failed'));
    socket.on('close', () => this.onClose());
  }

  get connected(): boolean {
    return !this.gone;
  }

  deliver(upcall: Upcall): void {
    const { message } = upcall;
    const told = message.kind === 'response' ? challengesForClient(message) : message;
    this.write(encodeFrame(upcallLine(upcall), messageBytes(told)));
  }

  /** Writes what is pending and closes. */
  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private onClose(): void {
    this.gone = true;
    this.host.closed(this);
  }

  private onData(chunk: Buffer): void {
    const read = this.reader.push(chunk);
    if (!read.ok) {
      this.host.log.warn({ reason: read.reason }, 'control connection closed: unreadable frame');
      this.socket.destroy();
      return;
    }
    for (const payload of read.frames) {
      if (this.gone || this.socket.writableEnded) return;
      this.onFrame(decodeFrame(payload));
    }
  }

  private onFrame(frame: Frame): void {
    const [rid = '', type = ''] = frame.tokens;
    if (type === 'authenticate') {
      this.authenticate(rid, frame);
      return;
    }
    if (!this.authenticated) {
      this.reject(rid, 'not authenticated');
      return;
    }
    switch (type) {
      case 'ping':
        this.reply(replyLine(rid, 'OK', 'pong'));
        return;
      case 'route':
        this.route((frame.tokens[2] ?? '').toLowerCase());
        this.reply(replyLine(rid, 'OK', ''));
        return;
      case 'remove_route':
        this.routes.delete((frame.tokens[2] ?? '').toLowerCase());
        this.reply(replyLine(rid, 'OK', ''));
        return;
      case 'sip':
        this.onSip(rid, frame);
        return;
      case 'proxy':
        this.onProxy(rid, frame);
        return;
      default:
        this.reply(refusalLine(rid, `unknown message type: ${type}`));
    }
  }

  private authenticate(rid: string, frame: Frame): void {
    const given = Buffer.from(frame.tokens[2] ?? '');
    const wanted = Buffer.from(this.host.secret);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      this.reject(rid, 'incorrect secret');
      return;
    }
    this.authenticated = true;
    this.tags = (frame.tokens[3] ?? '')
      .split(',')
      .filter((tag) => tag !== '')
      .slice(0, MAX_TAGS);
    const { external, local } = this.host.hostPorts();
    this.reply(replyLine(rid, 'OK', `${external}|${PROTOCOL_VERSION}|${local}`));
    this.host.authenticated?.(this);
  }

  private route(verb: string): void {
    // Clients repeat what they asked for.
    if (verb === 'invite' && !this.routes.has(verb)) setImmediate(() => this.host.takesCalls());
    this.routes.add(verb);
  }

  /** A breach of the protocol: the reply says why, then the connection closes. */
  private reject(rid: string, reason: string): void {
    this.host.log.warn({ reason }, 'control client refused');
    this.reply(replyLine(rid, 'NO', reason));
    this.socket.end();
  }

  private onSip(rid: string, frame: Frame): void {
    const [, , txnId = '', dialogId = '', routeUri = ''] = frame.tokens;
    const read = frame.message === null ? null : readClientMessage(frame.message);
    if (read === null) {
      this.reply(refusalLine(rid, 'invalid SIP message'));
      return;
    }
    const { stack } = this.host;
    if (read.kind === 'response') {
      if (txnId === '') {
        this.reject(rid, 'missing transaction id');
        return;
      }
      this.report(rid, stack.respond(txnId, read.response));
      return;
    }
    const { request } = read;
    const report = (outcome: Outcome): void => this.report(rid, outcome);
    if (dialogId !== '') {
      stack.requestInDialog(this, dialogId, request, report);
      return;
    }
    if (txnId !== '') {
      if (request.method === 'CANCEL') {
        report(stack.cancel(txnId, request));
        return;
      }
      this.reply(refusalLine(rid, 'only CANCEL may name a transaction'));
      return;
    }
    if (request.method === 'ACK' || request.method === 'CANCEL') {
      this.reply(refusalLine(rid, `${request.method} needs a transaction or dialog`));
      return;
    }
    stack.request(this, request, routeUri, report);
  }

  private onProxy(rid: string, frame: Frame): void {
    const order = readProxyOrder(frame);
    if (order === null) {
      this.reply(refusalLine(rid, 'invalid proxy request'));
      return;
    }
    const { stack } = this.host;
    const refused = stack.proxy(frame.tokens[2] ?? '', order, {
      response: (response, flow) => {
        const meta = stack.metaOf(response, flow);
        this.write(encodeFrame(progressLine(rid, meta), encodeMessage(response)));
      },
      done: () => this.reply(replyLine(rid, 'OK', 'done')),
    });
    if (refused !== null) this.reply(refusalLine(rid, refused));
  }

  private report(rid: string, outcome: Outcome): void {
    if (!outcome.ok) {
      this.reply(refusalLine(rid, outcome.reason));
      return;
    }
    this.write(encodeFrame(sentLine(rid, outcome), encodeMessage(outcome.message)));
  }

  private reply(line: string): void {
    this.write(encodeFrame(line, null));
  }

  private write(frame: Buffer): void {
    if (this.gone || this.socket.writableEnded) return;
    if (this.socket.writableLength > MAX_UNREAD_BYTES) {
      this.host.log.warn({}, 'control connection closed: the client does not read');
      this.socket.destroy();
      return;
    }
    if (!this.corked) this.cork();
    this.socket.write(frame);
  }

  /** What is written in one turn of the event loop leaves in one system call, at the end of that turn. */
  private cork(): void {
    this.corked = true;
    this.socket.cork();
    setImmediate(() => {
      this.corked = false;
      this.socket.uncork();
    });
  }
}
