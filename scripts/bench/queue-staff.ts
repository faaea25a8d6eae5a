import { setTimeout as sleep } from 'node:timers/promises';
import { header, PLAIN_SDP, type PlainMessage, plainAnswer, readPlain } from './plain-sip.js';
import { Phones } from './register-phones.js';

/** How an agent behaves at a call; milliseconds. */
export interface Mood {
  readonly does: 'answer' | 'decline' | 'nothing';
  readonly afterMs: number;
}

interface Ringing {
  /** What was said last, for a request that comes again. */
  said: string;
  state: 'ringing' | 'up' | 'over';
  acknowledged: boolean;
}

/** A 200 is said again until its ACK comes (RFC 3261 §13.3.1.4), so many times. */
const REPEATS = 10;
const REPEAT_MS = 500;
/** Registrations a second at the beginning. */
const RAMP = 100;

/** The telephones of all agents: they register, ring, and answer after a while. */
export class QueueStaff {
  readonly #calls = new Map<string, Ringing>();
  #phones: Phones | undefined;
  #stopped = false;

  private constructor(private readonly mood: () => Mood) {}

  /** @param mood how an agent takes the next call */
  static async open(
    server: number,
    users: readonly string[],
    password: string,
    mood: () => Mood,
  ): Promise<QueueStaff> {
    const staff = new QueueStaff(mood);
    const heard = (text: string): void => staff.#heard(readPlain(text));
    staff.#phones = await Phones.open('127.0.0.1', server, users, password, heard);
    return staff;
  }

  get port(): number {
    return this.#phones?.port ?? 0;
  }

  /** Register all, one after the other; rejects when some are not within half a minute. */
  async register(users: readonly string[]): Promise<void> {
    for (const user of users) {
      this.#phones?.register(user);
      await sleep(1000 / RAMP);
    }
    const end = performance.now() + 30_000;
    while ((this.#phones?.remind(4000) ?? 0) > 0) {
      if (performance.now() > end) throw new Error('not all phones could register');
      await sleep(50);
    }
  }

  /** Register again before it runs out, for as long as the bench lasts. */
  async stayRegistered(users: readonly string[], everyMs: number): Promise<void> {
    for (let next = 0; !this.#stopped; next++) {
      await sleep(everyMs / users.length);
      if (this.#stopped) return;
      this.#phones?.register(users[next % users.length] ?? '');
    }
  }

  close(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#phones?.close();
  }

  #heard(request: PlainMessage): void {
    const known = this.#calls.get(request.callId);
    switch (request.method) {
      case 'INVITE':
        if (known === undefined) void this.#rung(request);
        else if (header(request.text, 'To').includes(';tag='))
          this.#say(plainAnswer(request, '200 OK', '', this.#contact(), PLAIN_SDP));
        else this.#say(known.said);
        return;
      case 'ACK':
        if (known !== undefined) known.acknowledged = true;
        return;
      case 'CANCEL':
        return this.#cancelled(request, known);
      case 'BYE':
        if (known !== undefined) known.state = 'over';
        return this.#say(plainAnswer(request, '200 OK', '', this.#contact()));
      default:
        return this.#say(plainAnswer(request, '200 OK', request.callId, this.#contact()));
    }
  }

  async #rung(invite: PlainMessage): Promise<void> {
    const call: Ringing = { said: '', state: 'ringing', acknowledged: false };
    this.#calls.set(invite.callId, call);
    const say = (status: string, body = ''): void => {
      call.said = plainAnswer(invite, status, invite.callId, this.#contact(), body);
      this.#say(call.said);
    };
    say('180 Ringing');
    const { does, afterMs } = this.mood();
    if (does === 'nothing') return;
    await sleep(afterMs);
    if (call.state !== 'ringing') return;
    call.state = does === 'answer' ? 'up' : 'over';
    say(does === 'answer' ? '200 OK' : '486 Busy Here', does === 'answer' ? PLAIN_SDP : '');
    for (let i = 0; i < REPEATS && !this.#stopped; i++) {
      await sleep(REPEAT_MS);
      if (call.acknowledged || this.#stopped) return;
      this.#say(call.said);
    }
  }

  #cancelled(cancel: PlainMessage, call: Ringing | undefined): void {
    this.#say(plainAnswer(cancel, '200 OK', cancel.callId, this.#contact()));
    if (call === undefined || call.state !== 'ringing') return;
    call.state = 'over';
    // The INVITE differs from its CANCEL in method and CSeq alone (RFC 3261 §9.1).
    const invite = { ...cancel, text: cancel.text.replace(/^(CSeq: \d+) CANCEL/m, '$1 INVITE') };
    call.said = plainAnswer(invite, '487 Request Terminated', cancel.callId, this.#contact());
    this.#say(call.said);
  }

  #contact(): string {
    return `sip:agent@127.0.0.1:${this.port}`;
  }

  #say(text: string): void {
    if (!this.#stopped) this.#phones?.send(text);
  }
}
