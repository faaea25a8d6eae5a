/** One call of a party of the load: a dialog, driven by a story. */
import { header, PLAIN_SDP, type PlainMessage, plainAnswer, plainMessage, uriIn } from '../plain-sip.js';
import type { Line } from './line.js';

/** RFC 3261 §17: T1, T2, and how long something is said again; milliseconds. */
const T1_MS = 500;
const T2_MS = 4_000;
const GIVEN_UP_MS = 32_000;

/** What a call does not do that it should. */
export interface Habits {
  readonly acknowledges: boolean;
  readonly answersBye: boolean;
  readonly answersLastNotify: boolean;
  /** Answers its INVITE once it was cancelled. */
  readonly answersCancelled: boolean;
}

export const GOOD_HABITS: Habits = {
  acknowledges: true,
  answersBye: true,
  answersLastNotify: true,
  answersCancelled: false,
};

export interface Invited {
  readonly number: string;
  readonly dials: string;
  /** Whole URI that is called. */
  readonly uri: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly content?: string;
}

/** A description of our own that says where we would hear. */
export function describe(port: number, version: number, direction: string): string {
  const own = PLAIN_SDP.replace('o=- 1 1 ', `o=- ${port} ${version} `).replace('40000', String(port));
  return `${own}a=${direction}\r\n`;
}

const ANSWERS: Readonly<Record<string, string>> = {
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

export class PhoneCall {
  state: 'calling' | 'ringing' | 'up' | 'over' = 'calling';
  /** Final status that the INVITE got, or that we gave it. */
  status: number | null = null;
  /** A 18x has come, or was sent. */
  rang = false;
  cancelled = false;
  /** Final status of the last NOTIFY that ended a subscription. */
  told: number | null = null;
  habits = GOOD_HABITS;
  /** The other side's tag, once it has one. */
  remote: string;
  readonly local: string;
  #target: string;
  #cseq = 1;
  #version = 1;
  /** Offers of ours without an answer yet. */
  readonly #open = new Map<string, (answer: PlainMessage) => void>();
  readonly #answers = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  #acknowledged = false;
  #acks = new Map<string, string>();

  /** @param invite the INVITE that came, or null for a call of our own */
  constructor(
    readonly line: Line,
    readonly callId: string,
    /** Of this call alone, for its tag, branches and media. */
    private readonly serial: number,
    private readonly invite: PlainMessage | null,
    private readonly wish: Invited | null,
  ) {
    const tag = `t${serial}`;
    this.local =
      invite === null
        ? `<sip:${wish?.number}@127.0.0.1>;tag=${tag}`
        : `${header(invite.text, 'To')};tag=${tag}`;
    this.remote = invite === null ? `<${wish?.uri}>` : header(invite.text, 'From');
    this.#target = invite === null ? (wish?.uri ?? '') : uriIn(header(invite.text, 'Contact'));
    if (invite !== null) this.state = 'ringing';
  }

  get up(): boolean {
    return this.state === 'up';
  }

  get over(): boolean {
    return this.state === 'over';
  }

  /** Whether this INVITE is the one that began the call, said again. */
  began(invite: PlainMessage): boolean {
    return this.invite !== null && cseqOf(this.invite.text) === cseqOf(invite.text);
  }

  /** As a header names the dialog (RFC 3891); `;` and `=` are written otherwise in a URI. */
  named(form: 'header' | 'uri'): string {
    const text = `${this.callId};to-tag=${tagOf(this.remote)};from-tag=${tagOf(this.local)}`;
    return form === 'header' ? text : encodeURIComponent(text);
  }

  /** Until that holds; false when the call is over before, or it takes too long. */
  until(holds: (call: this) => boolean, limitMs = 15_000): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (value: boolean): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(value);
      };
      const look = (): void => {
        if (holds(this)) done(true);
        else if (this.over) done(false);
      };
      const timer = setTimeout(() => done(false), limitMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Send the INVITE of a call of our own. */
  start(): void {
    const { wish } = this;
    if (wish === null) return;
    const body = wish.body ?? describe(this.#media, 1, 'sendrecv');
    const text = this.#request('INVITE', 1, wish.headers ?? [], body, wish.content);
    void this.#ask('INVITE', 1, text).then((answer) => this.#invited(answer));
  }

  ring(status: number): void {
    if (this.invite === null || this.state !== 'ringing') return;
    this.rang = true;
    this.#answer(this.invite, status === 183 ? '183 Session Progress' : '180 Ringing', status === 183);
    this.#changed();
  }

  /** Answer the call that came. */
  answer(): void {
    if (this.invite === null || this.state !== 'ringing') return;
    this.state = 'up';
    this.status = 200;
    this.#answer(this.invite, '200 OK', true);
    this.#repeat(
      () => this.#acknowledged || this.over,
      () => this.invite !== null && this.#again(this.invite),
    );
    this.#changed();
  }

  refuse(status: number): void {
    if (this.invite === null || this.state !== 'ringing') return;
    this.status = status;
    this.#answer(this.invite, `${status} Refused`, false);
    this.#ended();
  }

  /** Give a call of our own up (RFC 3261 §9.1: not before something was heard of it). */
  async cancel(): Promise<void> {
    if (this.cancelled || !(await this.until((call) => call.rang || call.state !== 'calling'))) return;
    if (this.state !== 'calling') return this.bye();
    this.cancelled = true;
    await this.#ask('CANCEL', 1, this.#request('CANCEL', 1, []));
  }

  async bye(): Promise<void> {
    if (this.state !== 'up') return;
    this.#ended();
    await this.request('BYE', []);
  }

  /** A request in the dialog; gives its final status, 408 when there is none. */
  async request(method: string, lines: readonly string[], body = '', content?: string): Promise<number> {
    this.#cseq += 1;
    const number = this.#cseq;
    const answer = await this.#ask(method, number, this.#request(method, number, lines, body, content));
    const status = answer?.status ?? 408;
    if (method === 'INVITE' && answer !== null) this.#acknowledge(answer, number);
    return status;
  }

  /** Offer another description; gives the final status. */
  offer(method: 'INVITE' | 'UPDATE', direction: string): Promise<number> {
    this.#version += 1;
    return this.request(method, [], describe(this.#media, this.#version, direction));
  }

  /** @param to what stands in Refer-To */
  refer(to: string): Promise<number> {
    this.told = null;
    return this.request('REFER', [`Refer-To: <${to}>`, `Referred-By: <sip:desk@127.0.0.1>`]);
  }

  /** Press keys one after the other, by INFO. */
  async press(keys: string): Promise<void> {
    for (const key of keys) {
      if (!this.up) return;
      await this.request('INFO', [], `Signal=${key}\r\nDuration=160\r\n`, 'application/dtmf-relay');
    }
  }

  /** Something came for this call. */
  heard(message: PlainMessage): void {
    const { method, status, text } = message;
    if (status === null) return this.#asked(message);
    const number = cseqOf(text);
    const open = this.#open.get(`${method} ${number}`);
    if (open !== undefined) return open(message);
    // A 2xx that comes again wants its ACK again.
    const ack = method === 'INVITE' ? this.#acks.get(number) : undefined;
    if (ack !== undefined) this.line.send(ack);
  }

  get #media(): number {
    return 10_000 + 2 * (this.serial % 20_000);
  }

  #invited(answer: PlainMessage | null): void {
    if (this.over) return;
    this.status = answer?.status ?? 408;
    if (answer === null) return this.#ended();
    this.remote = header(answer.text, 'To');
    if (this.status < 300) this.#target = uriIn(header(answer.text, 'Contact'));
    if (this.status >= 300 || this.habits.acknowledges) this.#acknowledge(answer, 1);
    if (this.status >= 300) return this.#ended();
    this.state = 'up';
    this.#changed();
    // The CANCEL came too late.
    if (this.cancelled) void this.bye();
  }

  #acknowledge(answer: PlainMessage, number: number): void {
    const good = (answer.status ?? 0) < 300;
    // Where the INVITE had no description the ACK brings one.
    const late = good && number === 1 && this.wish?.body === '';
    const body = late ? describe(this.#media, 1, 'sendrecv') : '';
    const text = this.#request('ACK', number, [], body, undefined, good);
    this.#acks.set(String(number), text);
    this.line.send(text);
  }

  #asked(message: PlainMessage): void {
    const { method, text } = message;
    if (method === 'ACK') {
      this.#acknowledged = true;
      return;
    }
    if (this.#again(message)) return;
    if (method === 'CANCEL') return this.#givenUp(message);
    if (method === 'BYE' && !this.habits.answersBye) return;
    const last = method === 'NOTIFY' && header(text, 'Subscription-State').startsWith('terminated');
    if (last && !this.habits.answersLastNotify) return;
    const offered = method === 'INVITE' || (method === 'UPDATE' && message.text.includes('m=audio'));
    this.#answer(message, '200 OK', offered);
    if (method === 'BYE') return this.#ended();
    const said = /^SIP\/2\.0 (\d{3})/m.exec(text.split('\r\n\r\n')[1] ?? '')?.[1];
    if (last) this.told = Number(said ?? 0);
    this.#changed();
  }

  #givenUp(cancel: PlainMessage): void {
    this.#answer(cancel, '200 OK', false);
    this.cancelled = true;
    if (this.habits.answersCancelled) this.answer();
    else this.refuse(487);
  }

  #answer(request: PlainMessage, status: string, described: boolean): void {
    const offered = /^a=(sendonly|recvonly|inactive)\r?$/m.exec(request.text)?.[1] ?? '';
    const body = described ? describe(this.#media, this.#version, ANSWERS[offered] ?? 'sendrecv') : '';
    const contact = `sip:party@127.0.0.1:${this.line.port}${this.line.transport === 'tcp' ? ';transport=tcp' : ''}`;
    const text = plainAnswer(request, status, `t${this.serial}`, contact, body);
    this.#answers.set(`${request.method} ${cseqOf(request.text)}`, text);
    this.line.send(text);
  }

  /** What was answered to this before is answered again. */
  #again(request: PlainMessage): boolean {
    const before = this.#answers.get(`${request.method} ${cseqOf(request.text)}`);
    if (before !== undefined) this.line.send(before);
    return before !== undefined;
  }

  /** Say it, and again until the final answer; null when none comes. */
  #ask(method: string, number: number, text: string): Promise<PlainMessage | null> {
    return new Promise((resolve) => {
      const key = `${method} ${number}`;
      let heard = false;
      const done = (answer: PlainMessage | null): void => {
        heard = true;
        this.#open.delete(key);
        resolve(answer);
      };
      this.#open.set(key, (answer) => {
        heard = true;
        if ((answer.status ?? 0) >= 200) return done(answer);
        this.rang ||= (answer.status ?? 0) > 100;
        this.#changed();
      });
      this.line.send(text);
      this.#repeat(
        () => heard,
        () => this.line.send(text),
        () => done(null),
      );
    });
  }

  #repeat(done: () => boolean, again: () => unknown, end: () => void = () => undefined): void {
    let waited = 0;
    const next = (ms: number): void => {
      setTimeout(() => {
        if (done()) return;
        waited += ms;
        if (waited >= GIVEN_UP_MS) return end();
        if (this.line.transport === 'udp') again();
        next(Math.min(ms * 2, T2_MS));
      }, ms).unref();
    };
    next(T1_MS);
  }

  #request(
    method: string,
    number: number,
    lines: readonly string[],
    body = '',
    content?: string,
    ownBranch = method !== 'ACK' && method !== 'CANCEL',
  ): string {
    const { line, serial } = this;
    const branch = `z9hG4bK${serial}.${number}${ownBranch ? method : 'INVITE'}`;
    const uri = this.#target;
    const to = method === 'CANCEL' ? `<${uri}>` : this.remote;
    return plainMessage(
      `${method} ${uri} SIP/2.0`,
      [
        `Via: SIP/2.0/${line.transport.toUpperCase()} 127.0.0.1:${line.port};branch=${branch};rport`,
        'Max-Forwards: 70',
        `From: ${this.local}`,
        `To: ${to}`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${number} ${method}`,
        `Contact: <sip:party@127.0.0.1:${line.port}${line.transport === 'tcp' ? ';transport=tcp' : ''}>`,
        'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY',
        ...lines,
      ],
      body,
      content,
    );
  }

  #ended(): void {
    this.state = 'over';
    this.#changed();
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }
}

function tagOf(value: string): string {
  return /;tag=([^;>\s]+)/.exec(value)?.[1] ?? '';
}

function cseqOf(text: string): string {
  return header(text, 'CSeq').split(' ')[0] ?? '';
}
