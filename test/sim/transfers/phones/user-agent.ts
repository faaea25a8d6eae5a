import type { DatagramPort } from '../../../../src/sip/transport/datagram-port.js';
import { SERVER_HOST, SERVER_PORT, type World } from '../../world/world.js';
import { read, type WireMessage, write } from '../wire/message.js';
import { ClientTransaction, LONG_MS, type Owner, ServerTransaction, type Speaker } from './transactions.js';

/** A dialog of the user agent, or one that may become one. */
export interface Dialog extends Owner {
  /** `crashed`: says nothing for ever; `amnesiac`: knows nothing of the dialog any more. */
  lost: 'crashed' | 'amnesiac' | null;
  onRequest(transaction: ServerTransaction): void;
  onAck(ack: WireMessage): void;
  onCancel(): void;
}

const PORT = 5060;
const NOBODY: Owner = { gone: false };

/** All telephones at one address: a PBX, or the network that callers come from. */
export class UserAgent implements Speaker {
  readonly clock: World['time'];
  /** By Call-ID and own tag. */
  readonly dialogs = new Map<string, Dialog>();
  private readonly clients = new Map<string, ClientTransaction>();
  private readonly servers = new Map<string, ServerTransaction>();
  private readonly invited = new Map<string, Dialog>();
  private port: DatagramPort;
  private crashed = false;

  constructor(
    private readonly world: World,
    readonly host: string,
    /** An INVITE that begins a call. */
    private readonly onInvite: (transaction: ServerTransaction, agent: UserAgent) => Dialog,
  ) {
    this.clock = world.time;
    this.port = this.plug();
  }

  /** Goes away without a word. */
  crash(): void {
    this.world.network.crash(this.host, PORT);
    for (const dialog of this.dialogs.values()) dialog.lost = 'crashed';
    this.forgetAll();
    this.crashed = true;
  }

  /** Is there again, with no memory of its calls. */
  restart(): void {
    if (!this.crashed) return;
    this.crashed = false;
    this.port = this.plug();
  }

  private plug(): DatagramPort {
    const events = { received: (bytes: Buffer) => this.received(read(bytes)), failed: () => undefined };
    return this.world.network.plug(this.host, PORT, events);
  }

  private forgetAll(): void {
    this.dialogs.clear();
    this.clients.clear();
    this.servers.clear();
    this.invited.clear();
  }

  say(bytes: Buffer): void {
    this.port.send(bytes, SERVER_HOST, SERVER_PORT, false);
  }

  token(): string {
    return Math.floor(this.world.random.next() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
  }

  add(callId: string, tag: string, dialog: Dialog): void {
    this.dialogs.set(`${callId} ${tag}`, dialog);
  }

  /** The dialog is over; it is remembered for as long as something of it may still come. */
  retire(callId: string, tag: string, dialog: Dialog): void {
    const key = `${callId} ${tag}`;
    this.clock.setTimeout(() => {
      if (this.dialogs.get(key) === dialog) this.dialogs.delete(key);
    }, 4 * LONG_MS);
  }

  /** Sends a request; `answered` gets every response, and null when none comes. */
  ask(
    owner: Owner,
    method: string,
    uri: string,
    lines: readonly string[],
    body: string,
    answered: (response: WireMessage | null) => void,
    type?: string,
    branch = this.branch(),
  ): void {
    const bytes = this.request(method, uri, branch, lines, body, type);
    const transaction = new ClientTransaction(this, owner, method === 'INVITE', bytes, answered);
    const key = `${branch} ${method}`;
    this.clients.set(key, transaction);
    this.acks.set(transaction, (response) =>
      this.request(
        'ACK',
        uri,
        branch,
        lines
          .filter((line) => /^(From|Call-ID|Route)/.test(line))
          .concat(`To: ${response.header('to')}`, `CSeq: ${response.seq} ACK`),
        '',
      ),
    );
  }

  private readonly acks = new WeakMap<ClientTransaction, (response: WireMessage) => Buffer>();

  branch(): string {
    return `z9hG4bK${this.token()}`;
  }

  request(
    method: string,
    uri: string,
    branch: string,
    lines: readonly string[],
    body: string,
    type?: string,
  ): Buffer {
    const via = `Via: SIP/2.0/UDP ${this.host}:${PORT};rport;branch=${branch}`;
    const head = [`${method} ${uri} SIP/2.0`, via, 'Max-Forwards: 70', ...lines];
    return write([...head, `Contact: <sip:phone@${this.host}:${PORT}>`], body, type);
  }

  response(
    request: WireMessage,
    status: number,
    tag: string,
    body = '',
    lines: readonly string[] = [],
  ): Buffer {
    const to = request.header('to');
    const head = [`SIP/2.0 ${status} ${PHRASES[status] ?? 'Status'}`];
    for (const via of request.all('via')) head.push(`Via: ${via}`);
    for (const route of request.all('record-route')) head.push(`Record-Route: ${route}`);
    head.push(`From: ${request.header('from')}`);
    head.push(`To: ${request.toTag === '' && tag !== '' ? `${to};tag=${tag}` : to}`);
    head.push(`Call-ID: ${request.callId}`, `CSeq: ${request.header('cseq')}`);
    head.push(`Contact: <sip:phone@${this.host}:${PORT}>`, ALLOW, ...lines);
    return write(head, body);
  }

  private received(message: WireMessage): void {
    if (message.kind === 'response') this.onResponse(message);
    else if (message.method === 'ACK') this.onAck(message);
    else this.onRequest(message);
  }

  private onResponse(response: WireMessage): void {
    const transaction = this.clients.get(`${response.branch} ${response.method}`);
    if (transaction === undefined) return;
    transaction.received(response, () => this.acks.get(transaction)?.(response) ?? Buffer.alloc(0));
  }

  private onAck(ack: WireMessage): void {
    const transaction = this.servers.get(`${ack.branch} INVITE`);
    if (transaction !== undefined) return transaction.acknowledged();
    this.dialogs.get(`${ack.callId} ${ack.toTag}`)?.onAck(ack);
  }

  private onRequest(request: WireMessage): void {
    const key = `${request.branch} ${request.method}`;
    const inDialog = this.dialogs.get(`${request.callId} ${request.toTag}`);
    const beginning = this.invited.get(request.branch);
    if (inDialog?.lost === 'crashed' || beginning?.lost === 'crashed') return;
    const before = this.servers.get(key);
    if (before !== undefined) return before.repeat();
    const transaction = new ServerTransaction(this, request);
    this.servers.set(key, transaction);
    this.clock.setTimeout(() => {
      if (this.servers.get(key) === transaction) this.servers.delete(key);
    }, 2 * LONG_MS);
    if (request.method === 'CANCEL') return this.onCancel(transaction);
    if (request.toTag !== '') {
      if (inDialog !== undefined && inDialog.lost === null) return inDialog.onRequest(transaction);
      return transaction.respond(this.response(request, 481, ''), 481, NOBODY);
    }
    if (request.method !== 'INVITE')
      return transaction.respond(this.response(request, 405, this.token()), 405, NOBODY);
    this.invited.set(request.branch, this.onInvite(transaction, this));
  }

  private onCancel(cancel: ServerTransaction): void {
    const { request } = cancel;
    const dialog = this.invited.get(request.branch);
    const status = dialog === undefined ? 481 : 200;
    cancel.respond(this.response(request, status, this.token()), status, NOBODY);
    dialog?.onCancel();
  }
}

/** A header parameter of the server's Contact must not get lost. */
export function targetOf(message: WireMessage): string {
  const contact = message.header('contact');
  const open = contact.indexOf('<');
  return open < 0 ? contact : contact.slice(open + 1, contact.indexOf('>', open));
}

const ALLOW = 'Allow: INVITE, ACK, CANCEL, BYE, REFER, NOTIFY, INFO, UPDATE, OPTIONS';
const PHRASES: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  302: 'Moved Temporarily',
  405: 'Method Not Allowed',
  480: 'Temporarily Unavailable',
  481: 'Call Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
};
