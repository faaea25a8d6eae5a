import { createHmac } from 'node:crypto';
import type { DialPlan } from '../dialplan/plan.js';
import type { LiveEvent, Operations } from '../engine/operations.js';
import { screenPop } from './screen-pop.js';
import { isoTime, toWire } from './wire.js';

/** Where a member's own desktop hears of its calls. */
export interface Webhook {
  readonly member: string;
  /** http or https. */
  readonly url: string;
  /** Key of the signatures. */
  readonly secret: string;
}

/** Posts a body; gives the HTTP status. Rejects when nobody answers within the time. */
export type Post = (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
) => Promise<number>;

export interface WebhookParts {
  readonly hooks: readonly Webhook[];
  readonly operations: Pick<Operations, 'subscribe' | 'screenPop'>;
  readonly dialPlan: () => DialPlan;
  readonly post: Post;
  readonly clock: {
    /** UTC milliseconds. */
    now(): number;
    after(ms: number, fire: () => void): { cancel(): void };
  };
  readonly log: { warn(detail: object, message: string): void };
}

/** Deliveries that wait for one address; when there are more, the oldest are given up. */
const MAX_WAITING = 500;
/** How often one is tried. */
const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
const TIMEOUT_MS = 5000;

/** Events of calls that a desk cares for, by the live event they come from. */
const CALL_EVENTS: Partial<Record<LiveEvent['type'], string>> = {
  'leg-started': 'call-offered',
  'leg-answered': 'call-answered',
  'leg-ended': 'call-ended',
};

export interface WebhookFigures {
  readonly delivered: number;
  readonly failedAttempts: number;
  /** Given up: refused, tried too often, or pushed out by newer ones. */
  readonly dropped: number;
  readonly waiting: number;
}

/**
 * Tells members' desktops of calls that come to them, with what a screen pop shows. Deliveries to one address go out
 * one after the other, and are tried again for some minutes; calls never wait for them. They are kept in memory: what
 * was not delivered when the program ends is lost.
 */
export class Webhooks {
  readonly #outlets: readonly Outlet[];
  readonly #unsubscribe: () => void;

  constructor(private readonly parts: WebhookParts) {
    this.#outlets = parts.hooks.map((hook) => new Outlet(hook, parts));
    this.#unsubscribe =
      parts.hooks.length === 0 ? () => undefined : parts.operations.subscribe((event) => this.#hear(event));
  }

  figures(): WebhookFigures {
    const sum = (of: (outlet: Outlet) => number): number =>
      this.#outlets.reduce((total, outlet) => total + of(outlet), 0);
    return {
      delivered: sum(({ delivered }) => delivered),
      failedAttempts: sum(({ failedAttempts }) => failedAttempts),
      dropped: sum(({ dropped }) => dropped),
      waiting: sum(({ waiting }) => waiting),
    };
  }

  stop(): void {
    this.#unsubscribe();
    for (const outlet of this.#outlets) outlet.stop();
  }

  #hear(event: LiveEvent): void {
    const alert = event.type === 'alert-raised';
    const name = alert ? 'alert-raised' : CALL_EVENTS[event.type];
    if (name === undefined || event.callId === null || event.detail.role === 'caller') return;
    const member = alert ? event.detail.toMember : event.detail.member;
    const outlets = this.#outlets.filter(({ hook }) => hook.member === member);
    if (outlets.length === 0) return;
    const { operations, dialPlan, log } = this.parts;
    try {
      const id = event.transferId ?? event.callId;
      const live = operations.screenPop(id);
      const pop =
        live === undefined
          ? null
          : screenPop(id, { callId: event.callId, live, story: undefined }, dialPlan());
      const body = JSON.stringify(
        toWire({
          id: `${event.callId}-${event.seq}`,
          event: name,
          at: isoTime(event.at),
          member,
          callId: event.callId,
          legId: event.legId,
          transferId: event.transferId,
          detail: event.detail,
          screenPop: pop,
        }),
      );
      for (const outlet of outlets) outlet.add(body, `${event.callId}-${event.seq}`);
    } catch (err) {
      // A desktop that is not told is no reason to hold a call up.
      log.warn({ err, event: event.type }, 'webhook: an event could not be described');
    }
  }
}

/** One address and what waits for it. */
class Outlet {
  delivered = 0;
  failedAttempts = 0;
  dropped = 0;
  readonly #waiting: { readonly id: string; readonly body: string }[] = [];
  #attempts = 0;
  #sending = false;
  #stopped = false;
  #pause: { cancel(): void } | null = null;

  constructor(
    readonly hook: Webhook,
    private readonly parts: WebhookParts,
  ) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  add(body: string, id: string): void {
    this.#waiting.push({ id, body });
    // The first may be on its way.
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.splice(1, 1);
      this.dropped += 1;
    }
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    this.#pause?.cancel();
  }

  #next(): void {
    const [first] = this.#waiting;
    if (this.#sending || this.#stopped || this.#pause !== null || first === undefined) return;
    this.#sending = true;
    void this.#send(first).then((outcome) => {
      this.#sending = false;
      this.#settle(outcome);
      this.#next();
    });
  }

  async #send({
    id,
    body,
  }: {
    readonly id: string;
    readonly body: string;
  }): Promise<'done' | 'refused' | 'again'> {
    const { url, secret } = this.hook;
    const { post, clock } = this.parts;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'x-onekey-delivery': id,
      'x-onekey-timestamp': timestamp,
      'x-onekey-signature': `v1=${signature(secret, timestamp, body)}`,
    };
    try {
      const status = await post(url, body, headers, TIMEOUT_MS);
      if (status >= 200 && status < 300) return 'done';
      return status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'refused' : 'again';
    } catch {
      return 'again';
    }
  }

  #settle(outcome: 'done' | 'refused' | 'again'): void {
    const { log, clock } = this.parts;
    const { member } = this.hook;
    if (outcome === 'done') this.delivered += 1;
    else {
      this.failedAttempts += 1;
      this.#attempts += 1;
      if (outcome === 'again' && this.#attempts < MAX_ATTEMPTS) {
        const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#attempts - 1));
        this.#pause = clock.after(ms, () => {
          this.#pause = null;
          this.#next();
        });
        return;
      }
      this.dropped += 1;
      log.warn({ member, outcome, attempts: this.#attempts }, 'webhook: a delivery was given up');
    }
    this.#attempts = 0;
    this.#waiting.shift();
  }
}

/** Hex HMAC-SHA256 over `timestamp.body`: who receives it computes the same, and refuses old timestamps. */
export function signature(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`, 'utf8').digest('hex');
}

/** Over the network; redirects are not followed, so that nothing goes where the settings do not say. */
export const postOverHttp: Post = async (url, body, headers, timeoutMs) => {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
  await response.body?.cancel();
  return response.status;
};
