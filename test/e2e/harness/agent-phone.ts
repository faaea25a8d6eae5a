import { createHash, randomBytes } from 'node:crypto';
import type { SipMessage, SipRequest, SipResponse } from '../../../src/sip/message/message.js';
import { parseNameAddr } from '../../../src/sip/message/name-addr.js';
import { type LineTo, openLine, type PhoneLine } from './phone-line.js';
import { until } from './wait.js';

export interface AgentPhoneOptions extends LineTo {
  readonly user: string;
  readonly password: string;
  /** The address in its Contact where that is not its own: it sits behind a NAT. */
  readonly contact?: string;
  /** Number of its flow, with Outbound (RFC 5626); phones of one user are then one device. */
  readonly flow?: number;
  /** What it does when it is called: answer (default), only ring, send this status, or answer once it is too late. */
  readonly when?: 'answer' | 'ring' | 'late' | number;
}

/** A call of the phone, in or out. */
interface PhoneCall {
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  /** Contact of the other side. */
  readonly target: string;
  readonly routes: readonly string[];
  cseq: number;
}

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000',
  '',
].join('\r\n');

/** A phone that registers with digest over any transport, answers and transfers; a test tells it what to do. */
export class AgentPhone {
  /** Every request that came, in order. */
  readonly requests: SipRequest[] = [];
  readonly #responses: SipResponse[] = [];
  readonly #line: PhoneLine;
  readonly #registration = randomBytes(6).toString('hex');
  #cseq = 0;
  #branches = 0;
  #call: PhoneCall | null = null;
  #ringing: SipRequest | null = null;

  private constructor(
    private readonly options: AgentPhoneOptions,
    line: PhoneLine,
  ) {
    this.#line = line;
  }

  static async open(options: AgentPhoneOptions): Promise<AgentPhone> {
    const early: SipMessage[] = [];
    let phone: AgentPhone | null = null;
    const line = await openLine(options, (message) => {
      if (phone === null) early.push(message);
      else phone.#heard(message);
    });
    phone = new AgentPhone(options, line);
    for (const message of early) phone.#heard(message);
    return phone;
  }

  get contact(): string {
    const { user, contact, transport } = this.options;
    if (contact !== undefined) return `<sip:${user}@${contact}>`;
    if (transport === 'ws' || transport === 'wss')
      return `<sip:${user}@${this.#registration}.invalid;transport=ws>`;
    return `<sip:${user}@127.0.0.1:${this.#line.port}${transport === 'tcp' ? ';transport=tcp' : ''}>`;
  }

  get #flow(): string {
    const { flow, user } = this.options;
    // A URN as in RFC 4122, made of the name.
    const uuid = createHash('sha256')
      .update(user)
      .digest('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
    return flow === undefined ? '' : `;+sip.instance="<urn:uuid:${uuid}>";reg-id=${flow}`;
  }

  /** Register for so many seconds; gives the last status. A challenge is answered once. */
  async register(expires = 120, more: readonly string[] = []): Promise<number> {
    const { user } = this.options;
    const send = (authorization: readonly string[]): Promise<SipResponse> =>
      this.#ask('REGISTER', 'sip:onekey.test', [
        `From: <sip:${user}@onekey.test>;tag=${this.#registration}`,
        `To: <sip:${user}@onekey.test>`,
        `Call-ID: ${this.#registration}`,
        `CSeq: ${++this.#cseq} REGISTER`,
        `Contact: ${this.contact}${this.#flow}`,
        `Expires: ${expires}`,
        'Supported: path, outbound',
        ...authorization,
        ...more,
      ]);
    const first = await send([]);
    if (first.status !== 401) return first.status;
    return (await send([this.#authorization(first, 'REGISTER', 'sip:onekey.test')])).status;
  }

  /** Call a number; gives the final status. A challenge is answered once. */
  async call(number: string): Promise<number> {
    const { user } = this.options;
    const uri = `sip:${number}@127.0.0.1:${this.options.port}`;
    const callId = randomBytes(6).toString('hex');
    const local = `<sip:${user}@onekey.test>;tag=${callId}`;
    let cseq = 0;
    const send = (authorization: readonly string[]): Promise<SipResponse> => {
      cseq++;
      const headers = [`From: ${local}`, `To: <${uri}>`, `Call-ID: ${callId}`, `CSeq: ${cseq} INVITE`];
      return this.#ask('INVITE', uri, [...headers, `Contact: ${this.contact}`, ...authorization], SDP);
    };
    let answer = await send([]);
    this.#acknowledge(answer, uri);
    if (answer.status === 401) {
      answer = await send([this.#authorization(answer, 'INVITE', uri)]);
      this.#acknowledge(answer, uri);
    }
    if (answer.status < 300) {
      const target = parseNameAddr(answer.list('Contact')[0] ?? '').uri;
      const routes = answer.list('Record-Route').reverse();
      this.#call = { callId, local, remote: answer.headers.get('To') ?? '', target, routes, cseq };
    }
    return answer.status;
  }

  /** Press the transfer key; gives the status of the REFER. */
  async refer(to: string): Promise<number> {
    const uri = `sip:${to}@127.0.0.1:${this.options.port}`;
    return (await this.#inDialog('REFER', [`Refer-To: <${uri}>`, `Contact: ${this.contact}`])).status;
  }

  async hangUp(): Promise<number> {
    const { status } = await this.#inDialog('BYE', []);
    this.#call = null;
    return status;
  }

  /** Pick up the call that rings. */
  pickUp(): void {
    if (this.#ringing !== null) this.#answer(this.#ringing, '200 OK', SDP);
  }

  /** The n-th request of this method, once it has come. */
  async hears(method: string, nth = 1): Promise<SipRequest> {
    return until(`${this.options.user} to get ${method} number ${nth}`, () =>
      this.requests.filter((request) => request.method === method).at(nth - 1),
    );
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  async #inDialog(method: string, headers: readonly string[]): Promise<SipResponse> {
    const call = this.#call;
    if (call === null) throw new Error(`${this.options.user} is in no call`);
    call.cseq++;
    return this.#ask(method, call.target, [
      ...call.routes.map((route) => `Route: ${route}`),
      `From: ${call.local}`,
      `To: ${call.remote}`,
      `Call-ID: ${call.callId}`,
      `CSeq: ${call.cseq} ${method}`,
      ...headers,
    ]);
  }

  /** Send a request and wait for its final response. */
  async #ask(method: string, uri: string, headers: readonly string[], body = ''): Promise<SipResponse> {
    const cseq = headers.find((header) => header.startsWith('CSeq: '))?.slice(6) ?? '';
    const callId = headers.find((header) => header.startsWith('Call-ID: '))?.slice(9);
    this.#send(`${method} ${uri} SIP/2.0`, [this.#via(), 'Max-Forwards: 70', ...headers], body);
    return until(`${this.options.user} to get an answer to ${cseq}`, () =>
      this.#responses.find(
        (response) =>
          response.status >= 200 && response.callId === callId && response.headers.get('CSeq') === cseq,
      ),
    );
  }

  #acknowledge(answer: SipResponse, uri: string): void {
    // Of a refusal the ACK belongs to the INVITE's transaction: it has its Via.
    const via =
      answer.status < 300
        ? this.#via()
        : `Via: ${answer.list('Via')[0]?.replace(/;(received|rport)=[^;]*/g, '')}`;
    const target = answer.status < 300 ? parseNameAddr(answer.list('Contact')[0] ?? '').uri : uri;
    this.#send(`ACK ${target} SIP/2.0`, [
      via,
      'Max-Forwards: 70',
      `From: ${answer.headers.get('From')}`,
      `To: ${answer.headers.get('To')}`,
      `Call-ID: ${answer.callId}`,
      `CSeq: ${answer.cseq.number} ACK`,
    ]);
  }

  #via(): string {
    const { transport, contact } = this.options;
    const host =
      transport === 'ws' || transport === 'wss'
        ? `${this.#registration}.invalid`
        : (contact ?? `127.0.0.1:${this.#line.port}`);
    return `Via: SIP/2.0/${transport.toUpperCase()} ${host};branch=z9hG4bK${this.#registration}${++this.#branches};rport`;
  }

  #send(first: string, headers: readonly string[], body = ''): void {
    const typed = body === '' ? [] : ['Content-Type: application/sdp'];
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    this.#line.send(`${[first, ...headers, ...typed, length].join('\r\n')}\r\n\r\n${body}`);
  }

  #heard(message: SipMessage): void {
    if (message.kind === 'response') {
      this.#responses.push(message);
      return;
    }
    const again = this.requests.some(
      (before) =>
        before.callId === message.callId && before.headers.get('CSeq') === message.headers.get('CSeq'),
    );
    if (!again) this.requests.push(message);
    if (message.method === 'INVITE') this.#invited(message);
    else if (message.method === 'CANCEL') this.#cancelled(message);
    else if (message.method !== 'ACK') this.#answer(message, '200 OK');
    if (message.method === 'BYE') this.#call = null;
  }

  #invited(invite: SipRequest): void {
    const { when = 'answer' } = this.options;
    if (invite.toTag !== '' || when === 'answer') return this.#answer(invite, '200 OK', SDP);
    if (typeof when === 'number') return this.#answer(invite, `${when} Refused`);
    this.#ringing = invite;
    this.#answer(invite, '180 Ringing');
  }

  #cancelled(cancel: SipRequest): void {
    this.#answer(cancel, '200 OK');
    const late = this.options.when === 'late';
    if (this.#ringing !== null && late) this.#answer(this.#ringing, '200 OK', SDP);
    else if (this.#ringing !== null) this.#answer(this.#ringing, '487 Request Terminated');
    this.#ringing = null;
  }

  #answer(request: SipRequest, status: string, body = ''): void {
    const { headers } = request;
    const to = headers.get('To') ?? '';
    const local = request.toTag === '' ? `${to};tag=${this.#registration}` : to;
    const copied = ['Via', 'Record-Route'].flatMap((name) =>
      headers.all(name as 'Via').map((value) => `${name}: ${value}`),
    );
    this.#send(
      `SIP/2.0 ${status}`,
      [
        ...copied,
        `From: ${headers.get('From')}`,
        `To: ${local}`,
        `Call-ID: ${request.callId}`,
        `CSeq: ${headers.get('CSeq')}`,
        `Contact: ${this.contact}`,
      ],
      body,
    );
    if (request.method !== 'INVITE' || !status.startsWith('2') || request.toTag !== '') return;
    const target = parseNameAddr(request.list('Contact')[0] ?? '').uri;
    const remote = headers.get('From') ?? '';
    this.#call = {
      callId: request.callId,
      local,
      remote,
      target,
      routes: request.list('Record-Route'),
      cseq: 0,
    };
  }

  #authorization(challenge: SipResponse, method: string, uri: string): string {
    const { user, password } = this.options;
    const header = challenge.headers.all('WWW-Authenticate').find((one) => one.includes('SHA-256')) ?? '';
    const nonce = /nonce="([^"]+)"/.exec(header)?.[1] ?? '';
    const realm = /realm="([^"]+)"/.exec(header)?.[1] ?? '';
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    const secret = hash(`${user}:${realm}:${password}`);
    const response = hash(`${secret}:${nonce}:00000001:c:auth:${hash(`${method}:${uri}`)}`);
    return `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=SHA-256, cnonce="c", qop=auth, nc=00000001`;
  }
}
