import type { KeyPress } from '../../../src/call/call.js';
import type { Carried } from '../../../src/call/carried.js';
import { NOTHING_CARRIED } from '../../../src/engine/carried.js';
import type {
  IncomingInvite,
  KeptLeg,
  LegEvent,
  Signalling,
  SignallingHandlers,
} from '../../../src/engine/signalling.js';

/** Signalling that only writes down what it was asked for; the test plays the peers. */
export class FakeSignalling implements Signalling {
  readonly ownHost = '10.0.0.1:5060';
  readonly sent: { readonly what: string; readonly leg: string; readonly detail: unknown }[] = [];
  readonly forgotten: string[] = [];
  readonly asked: string[] = [];
  /** What `pair` was told, in order. */
  readonly pairs: (readonly [leg: string, partner: string | null])[] = [];
  /** Legs of before a restart. */
  readonly resumed = new Map<string, KeptLeg>();
  optionsStatus = 200;
  closed = false;
  /** The next request to send this throws, as a bug would. */
  breaks: string | null = null;
  /** Legs with a 2xx. */
  readonly #answered = new Set<string>();
  #handlers: SignallingHandlers | null = null;

  async connect(handlers: SignallingHandlers): Promise<void> {
    this.#handlers = handlers;
  }

  get handlers(): SignallingHandlers {
    if (this.#handlers === null) throw new Error('not connected');
    return this.#handlers;
  }

  /** A call comes in; returns the leg it became, or the status it was refused with. */
  call(
    to: string,
    from: { ip: string; port: number },
    offer: string | null = 'v=0\r\n',
    more: { carried?: Carried; maxForwards?: number; replaces?: IncomingInvite['replaces'] } = {},
  ): string | number {
    let result: string | number = 0;
    const invite: IncomingInvite = {
      source: { ...from, transport: 'udp' },
      requestUri: to,
      request: {
        method: 'INVITE',
        source: { host: from.ip, port: from.port, transport: 'udp' },
        get: () => undefined,
      },
      sipCallId: `sip-${this.sent.length}`,
      callerNumber: '13800000000',
      callerName: null,
      offer,
      allowsUpdate: false,
      maxForwards: more.maxForwards ?? 70,
      carried: more.carried ?? NOTHING_CARRIED,
      replaces: more.replaces ?? null,
      accept: (leg) => {
        result = leg;
      },
      refuse: (status) => {
        result = status;
      },
    };
    this.handlers.onInvite(invite);
    return result;
  }

  event(event: LegEvent): void {
    if (event.type === 'answered') this.#answered.add(event.leg);
    this.handlers.onLegEvent(event);
  }

  /** What was sent on a leg, by name. */
  on(leg: string): string[] {
    return this.sent.filter((s) => s.leg === leg).map((s) => s.what);
  }

  detail(leg: string, what: string): unknown {
    return this.sent.find((s) => s.leg === leg && s.what === what)?.detail;
  }

  #note(what: string, leg: string, detail: unknown = null): void {
    if (this.breaks === what) {
      this.breaks = null;
      throw new Error(`${what} is broken`);
    }
    this.sent.push({ what, leg, detail });
  }

  invite(leg: string, request: { uri: string }): void {
    this.#note('invite', leg, request);
  }
  provisional(leg: string, status: number): void {
    this.#note('provisional', leg, status);
  }
  answer(leg: string, sdp: string | null): void {
    this.#answered.add(leg);
    this.#note('answer', leg, sdp);
  }
  reject(leg: string, status: number): void {
    this.#note('reject', leg, status);
  }
  cancel(leg: string): void {
    this.#note('cancel', leg);
  }
  bye(leg: string): void {
    this.#note('bye', leg);
  }
  ack(leg: string): void {
    this.#note('ack', leg);
  }
  offer(leg: string, _method: string, sdp: string | null): void {
    this.#note('offer', leg, sdp);
  }
  respond(leg: string, _request: string, status: number): void {
    this.#note('respond', leg, status);
  }
  pair(leg: string, partner: string | null): void {
    this.pairs.push([leg, partner]);
  }
  sendKeys(leg: string, presses: readonly KeyPress[]): void {
    this.#note('keys', leg, presses.map((press) => press.key).join(''));
  }
  forward(leg: string): void {
    this.#note('forward', leg);
  }
  notify(leg: string, _transfer: string, body: string): void {
    this.#note('notify', leg, body);
  }
  probe(leg: string): void {
    this.#note('probe', leg);
  }
  kept(leg: string): KeptLeg {
    const direction = leg.endsWith('-1') ? 'in' : 'out';
    const answered = this.#answered.has(leg);
    return { dialogId: `dialog of ${leg}`, direction, localTag: 'l', remoteTag: 'r', answered, uuid: null };
  }
  resume(leg: string, kept: KeptLeg): void {
    this.resumed.set(leg, kept);
    if (kept.answered) this.#answered.add(leg);
  }
  async options(uri: string): Promise<number> {
    this.asked.push(uri);
    return this.optionsStatus;
  }
  forget(leg: string): void {
    this.forgotten.push(leg);
  }
  close(): void {
    this.closed = true;
  }
}
