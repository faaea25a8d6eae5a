/** A party of the load at one address: the carrier with all citizens behind it, or the PBX of a member. */
import { header, type PlainMessage, plainAnswer, readPlain } from '../plain-sip.js';
import { type Line, openLine, type Transport } from './line.js';
import { type Invited, PhoneCall } from './phone-call.js';

export interface PhoneOptions {
  readonly name: string;
  readonly transport: Transport;
  readonly port: number;
  /** UDP port of the server on 127.0.0.1. */
  readonly server: number;
  /** Wants a password before it takes an INVITE, and takes any. */
  readonly challenges: boolean;
  /** Somebody calls. */
  readonly called: (call: PhoneCall, invite: PlainMessage) => void;
}

export class Phone {
  readonly #calls = new Map<string, PhoneCall>();
  #line: Line | null = null;
  static #serial = 0;

  private constructor(private readonly options: PhoneOptions) {}

  static async open(options: PhoneOptions): Promise<Phone> {
    const phone = new Phone(options);
    const { transport, port, server } = options;
    phone.#line = await openLine(transport, port, server, (text) => phone.#heard(readPlain(text)));
    return phone;
  }

  get name(): string {
    return this.options.name;
  }

  get port(): number {
    return this.options.port;
  }

  /** Call somebody; `start` of what is given sends the INVITE. */
  call(wish: Omit<Invited, 'uri'>): PhoneCall {
    const serial = ++Phone.#serial;
    const callId = `${this.name}-${serial}@load`;
    const uri = `sip:${wish.dials}@127.0.0.1:${this.options.server}`;
    const call = new PhoneCall(this.#open, callId, serial, null, { ...wish, uri });
    this.#calls.set(callId, call);
    return call;
  }

  close(): void {
    this.#line?.close();
    this.#line = null;
  }

  get #open(): Line {
    if (this.#line === null) throw new Error(`the phone ${this.name} is closed`);
    return this.#line;
  }

  #heard(message: PlainMessage): void {
    if (this.#line === null) return;
    const { callId, method, status } = message;
    const known = this.#calls.get(callId);
    const first = status === null && method === 'INVITE' && !header(message.text, 'To').includes(';tag=');
    // The same INVITE again is for the call that it began; one with a higher number is another try.
    if (known !== undefined && !(first && known.over && !known.began(message))) return known.heard(message);
    if (first) this.#invited(message);
    else if (status === null && method !== 'ACK')
      this.#line.send(plainAnswer(message, '200 OK', 'nobody', 'sip:nobody@127.0.0.1'));
  }

  #invited(invite: PlainMessage): void {
    const { challenges, called } = this.options;
    if (challenges && header(invite.text, 'Proxy-Authorization') === '') {
      const challenge = 'Digest realm="load", nonce="n1", algorithm=MD5, qop="auth"';
      const refusal = plainAnswer(
        invite,
        '407 Proxy Authentication Required',
        'challenge',
        'sip:pbx@127.0.0.1',
      );
      const at = refusal.indexOf('\r\nContact: ');
      this.#line?.send(`${refusal.slice(0, at)}\r\nProxy-Authenticate: ${challenge}${refusal.slice(at)}`);
      return;
    }
    const call = new PhoneCall(this.#open, invite.callId, ++Phone.#serial, invite, null);
    this.#calls.set(invite.callId, call);
    called(call, invite);
  }
}
