import type { SipRequest } from '../../../src/sip/message/message.js';
import { parseUri } from '../../../src/sip/message/uri.js';
import { CalledLeg } from './called-leg.js';
import { CallingLeg } from './calling-leg.js';
import { Party, type PartyParts } from './party.js';

export interface LoadPlan {
  readonly calls: number;
  /** Between the beginnings of two calls, ms. */
  readonly everyMs: number;
  readonly ringMs: number;
  readonly talkMs: number;
}

export interface LoadFigures {
  begun: number;
  /** Calls in which both sides talked and one hung up properly. */
  completed: number;
  /** Calls that ended otherwise, by what their caller or called party saw. */
  readonly failures: Map<string, number>;
  /** Calls that reached the called party more than once, or their caller with more than one answer. */
  doubled: number;
  /** Calls that each side saw. */
  calling: number;
  called: number;
}

/** Plain calls from one party to another; every second one is hung up by the called side. */
export class CallLoad {
  readonly figures: LoadFigures = {
    begun: 0,
    completed: 0,
    failures: new Map(),
    doubled: 0,
    calling: 0,
    called: 0,
  };
  private readonly caller: Party;
  private readonly callee: Party;
  /** Calls of which one side is over. */
  private readonly half = new Set<number>();
  private readonly reached = new Set<number>();
  private readonly failed = new Set<number>();

  constructor(
    caller: PartyParts,
    callee: PartyParts,
    private readonly plan: LoadPlan,
    private readonly progress: (figures: LoadFigures) => void = () => undefined,
  ) {
    this.caller = new Party(caller, () => null);
    this.callee = new Party(callee, (invite) => this.answer(invite));
  }

  async open(): Promise<void> {
    await Promise.all([this.caller.open(), this.callee.open()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.caller.close(), this.callee.close()]);
  }

  /** Begins the calls, one after the other. */
  begin(): void {
    const { parts } = this.caller;
    const number = this.figures.begun;
    if (number >= this.plan.calls) return;
    this.figures.begun += 1;
    const callId = `${number}-${parts.token()}`;
    const leg = new CallingLeg(this.caller, {
      uri: `sip:${number}@${parts.server.host}:${parts.server.port}`,
      callId,
      talkMs: number % 2 === 0 ? this.plan.talkMs : null,
      answered: (dialogs) => {
        if (dialogs === 1) this.figures.calling += 1;
        else this.figures.doubled += 1;
      },
      over: (how) => this.over(number, `caller: ${how}`, how),
    });
    this.caller.legs.set(callId, leg);
    parts.clock.setTimeout(() => this.begin(), this.plan.everyMs);
  }

  /** Whether every call is over, one way or the other. */
  get ended(): boolean {
    return this.figures.completed + this.failed.size >= this.plan.calls;
  }

  private answer(invite: SipRequest): CalledLeg {
    const number = Number(parseUri(invite.uri)?.user);
    if (this.reached.has(number)) this.figures.doubled += 1;
    this.reached.add(number);
    this.figures.called = this.reached.size;
    return new CalledLeg(this.callee, invite, {
      ringMs: this.plan.ringMs,
      talkMs: number % 2 === 0 ? null : this.plan.talkMs,
      over: (how) => this.over(number, `called: ${how}`, how),
      doubled: () => {
        this.figures.doubled += 1;
      },
    });
  }

  private over(number: number, what: string, how: string): void {
    const { figures } = this;
    if (how !== 'hung up' && how !== 'was hung up') {
      figures.failures.set(what, (figures.failures.get(what) ?? 0) + 1);
      this.failed.add(number);
    } else {
      const both = this.half.delete(number);
      if (!both) this.half.add(number);
      else if (!this.failed.has(number)) figures.completed += 1;
    }
    this.progress(figures);
  }
}
