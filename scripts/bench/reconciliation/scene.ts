/** A story of the load: one caller and everybody who has to do with them. */
import { randomFrom } from '../../../test/unit/dialplan/plan-text.js';
import { header, type PlainMessage, uriIn } from '../plain-sip.js';
import type { Phone } from './phone.js';
import type { Invited, PhoneCall } from './phone-call.js';
import type { DeskName } from './site.js';

/** What a desk does when it is called, and for the how manieth time in this story, from 1. */
export type Behaviour = (call: PhoneCall, time: number, invite: PlainMessage) => void | Promise<void>;

export type Party = DeskName | 'carrier' | 'stranger';
export type Phones = Readonly<Record<Party, Phone>>;

/** The story did not go on as it is written, because something random came between. */
export class CutShort extends Error {}

const SETTLE_MS = 4_000;

/** Numbers of callers end in the number of their story, however they are written on the way. */
const DIGITS = 6;

export class Scene {
  readonly calls: PhoneCall[] = [];
  readonly #desks = new Map<DeskName, Behaviour>();
  readonly #rung = new Map<DeskName, PhoneCall[]>();
  readonly #random: (below: number) => number;
  #watchers: (() => void)[] = [];

  constructor(
    readonly index: number,
    private readonly phones: Phones,
    seed: number,
    /** The server's address for SIP. */
    readonly server: string,
    /** Have the server end the call of the citizen with that number. */
    private readonly endCall: (caller: string) => Promise<void>,
  ) {
    this.#random = randomFrom((seed + index * 7919) % 0xffff_ffff);
  }

  /** A random whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.#random(most - least + 1);
  }

  oneOf<T>(values: readonly [T, ...T[]]): T {
    return values[this.#random(values.length)] ?? values[0];
  }

  pause(least: number, most: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.between(least, most)));
  }

  /** How a desk behaves in this story. */
  desk(name: DeskName, does: Behaviour): void {
    this.#desks.set(name, does);
  }

  /** The citizen calls. */
  dial(dials: string, more: Partial<Invited> = {}): PhoneCall {
    return this.callFrom('carrier', dials, more);
  }

  /** Somebody calls; of everybody but strangers the number ends in that of the story. */
  callFrom(party: Party, dials: string, more: Partial<Invited> = {}): PhoneCall {
    const number = this.#number(party);
    const call = this.phones[party].call({ number, dials, ...more });
    this.calls.push(call);
    call.start();
    return call;
  }

  /** An operator ends the call of the citizen. */
  operatorEnds(): Promise<void> {
    return this.endCall(this.#number('carrier'));
  }

  #number(party: Party): string {
    return `${party === 'carrier' ? '13900' : '8'}${String(this.index).padStart(DIGITS, '0')}`;
  }

  /** The call of a desk, once it is up; the how manieth that came to it, from 1. */
  async up(name: DeskName, time = 1): Promise<PhoneCall> {
    const call = await this.rung(name, time);
    await must(call.until(({ up }) => up));
    return call;
  }

  /** The call that comes to a desk. */
  async rung(name: DeskName, time = 1): Promise<PhoneCall> {
    const end = Date.now() + 15_000;
    for (;;) {
      const call = this.#rung.get(name)?.[time - 1];
      if (call !== undefined) return call;
      const callers = this.calls.filter(({ over }) => !over);
      if (Date.now() > end || callers.length === 0) throw new CutShort();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#watchers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** A call has come to a desk of this story. */
  called(name: DeskName, call: PhoneCall, invite: PlainMessage): void {
    this.calls.push(call);
    const calls = [...(this.#rung.get(name) ?? []), call];
    this.#rung.set(name, calls);
    const does = this.#desks.get(name);
    if (does === undefined) call.refuse(480);
    else void does(call, calls.length, invite);
    for (const tell of this.#watchers.splice(0)) tell();
  }

  /** Everybody who is still there is let go, the server first. */
  async settle(): Promise<void> {
    await Promise.all(this.calls.map((call) => call.until(({ over }) => over, SETTLE_MS)));
    for (const call of this.calls) {
      if (!call.habits.answersBye) continue;
      if (call.state === 'up') await call.bye();
      else if (call.state === 'calling') await call.cancel();
      else call.refuse(480);
    }
  }
}

/** Go on only when that came true. */
export async function must(came: Promise<boolean>): Promise<void> {
  if (!(await came)) throw new CutShort();
}

/** The story that somebody belongs to by the number of whoever calls; null when there is none. */
export function storyOf(number: string): number | null {
  const digits = new RegExp(`(\\d{${DIGITS}})$`).exec(number)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The number of whoever calls, as it came to a desk. */
export function callerIn(invite: PlainMessage): string {
  const told = header(invite.text, 'P-Asserted-Identity') || header(invite.text, 'From');
  return /sip:([^@;>]+)/.exec(uriIn(told))?.[1] ?? '';
}
