import { Counters } from '../../../../src/sip/counters.js';
import type { Owner, Upcall } from '../../../../src/sip/dialog/application.js';
import type { KeptTable } from '../../../../src/sip/dialog/keeper.js';
import { SipStack } from '../../../../src/sip/dialog/stack.js';
import { DEFAULT_LIMITS } from '../../../../src/sip/limits.js';
import { silentLog } from '../../../../src/sip/log.js';
import { Headers } from '../../../../src/sip/message/headers.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { parseDatagram } from '../../../../src/sip/message/parse.js';
import { DEFAULT_SUPPORTED } from '../../../../src/sip/server.js';
import { sipTimers } from '../../../../src/sip/transaction/timers.js';
import type { Flow, Listener } from '../../../../src/sip/transport/flow.js';
import { VirtualClock } from './virtual-clock.js';

/** The stack between an application and a network that are both in a test's hands, in virtual time. */
export class StackRig implements Owner {
  readonly connected = true;
  readonly clock = new VirtualClock();
  readonly counters = new Counters();
  readonly listener: Listener = {
    transport: 'udp',
    family: 4,
    host: '10.0.0.1',
    port: 5060,
    publicHost: '10.0.0.1',
    publicPort: 5060,
  };
  /** What left for the network, and what reached the application; a test empties them. */
  sent: { message: SipMessage; bytes: Buffer; again: boolean; to: string }[] = [];
  told: Upcall[] = [];
  /** Where every host name leads, best first. */
  places: readonly string[] = ['10.0.0.9'];
  readonly stack: SipStack;

  /** @param kept what outlives the process of this stack, and what one before it left there */
  constructor(kept?: KeptTable) {
    this.stack = new SipStack({
      clock: this.clock,
      timers: sipTimers(),
      limits: DEFAULT_LIMITS,
      log: silentLog,
      counters: this.counters,
      transport: {
        listeners: [this.listener],
        select: () => this.listener,
        flow: (destination) => this.flow(destination.host, destination.port),
        flowOf: () => null,
        resolve: (_target, then) =>
          then(this.places.map((host) => ({ transport: 'udp' as const, host, port: 5060 }))),
        send: (flow, message, bytes, again) => this.sent.push({ message, bytes, again, to: flow.key }),
        reopen: (_listener, host, port) => this.flow(host, port),
      },
      owners: { summon: () => false, choose: (method) => (method.startsWith('cdr:') ? null : this) },
      supported: new Set(DEFAULT_SUPPORTED),
      routeSecret: Buffer.alloc(32, 7),
      ...(kept === undefined ? {} : { kept }),
    });
  }

  deliver(upcall: Upcall): void {
    this.told.push(upcall);
  }

  /** A message from the network, as text with `\n` line ends; `Content-Length` is added. */
  receive(text: string, body = ''): void {
    const head = text.trim().replace(/\n\s*/g, '\r\n');
    const bytes = Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const result = parseDatagram(bytes);
    if (!result.ok) throw new Error(result.fault.reason);
    this.stack.transactions.receive(result.message, this.flow('10.0.0.2', 5060));
  }

  /** The answer of a peer to a request of ours. */
  answer(request: SipMessage, status: number, tag: string, more: readonly string[] = [], body = ''): void {
    const { headers } = request;
    const to = headers.get('To') ?? '';
    const lines = [
      `SIP/2.0 ${status} X`,
      `Via: ${headers.get('Via')}`,
      `From: ${headers.get('From')}`,
      `To: ${request.toTag === '' ? `${to};tag=${tag}` : to}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${headers.get('CSeq')}`,
      ...more,
    ];
    this.receive(lines.join('\n'), body);
  }

  /** The application's answer to the request that it got last. */
  respond(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): void {
    const request = this.told.findLast((upcall) => upcall.type === 'request');
    if (request?.type !== 'request') throw new Error('no request to answer');
    this.respondTo(request.txnId, status, headers, body);
  }

  respondTo(
    txnId: string,
    status: number,
    headers: Readonly<Record<string, string>> = {},
    body = '',
  ): ReturnType<SipStack['respond']> {
    return this.stack.respond(txnId, {
      status,
      reason: 'X',
      headers: headersOf(headers),
      body: Buffer.from(body),
    });
  }

  /** A request of the application in a dialog. */
  inDialog(
    dialogId: string,
    method: string,
    headers: Readonly<Record<string, string>> = {},
    body = '',
  ): void {
    const request = { method, uri: 'sip:placeholder', headers: headersOf(headers), body: Buffer.from(body) };
    this.stack.requestInDialog(this, dialogId, request, () => undefined);
  }

  /** A new request of the application. */
  request(method: string, uri: string, headers: Readonly<Record<string, string>> = {}, body = ''): void {
    const request = { method, uri, headers: headersOf(headers), body: Buffer.from(body) };
    this.stack.request(this, request, '', () => undefined);
  }

  /** The last message that left, of that method or status. */
  last(wanted: string | number): SipMessage {
    const fits = ({ message }: { message: SipMessage }): boolean =>
      message.kind === 'request' ? message.method === wanted : message.status === wanted;
    const found = this.sent.findLast(fits);
    if (found === undefined) throw new Error(`no ${wanted} was sent`);
    return found.message;
  }

  /** How often a message of that method or status left. */
  count(wanted: string | number): number {
    return this.sent.filter(({ message }) =>
      message.kind === 'request' ? message.method === wanted : message.status === wanted,
    ).length;
  }

  private flow(host: string, port: number): Flow {
    return {
      key: `${host}:${port}`,
      listener: this.listener,
      remoteHost: host,
      remotePort: port,
      reliable: false,
      open: true,
      send: () => undefined,
    };
  }
}

function headersOf(record: Readonly<Record<string, string>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(record)) headers.add(name, value);
  return headers;
}
