import type { LiveEvent, Operations } from '../engine/operations.js';
import { liveCallMembers } from './rights/live-call-members.js';

/** Whose an event is: of these members, or everybody's. */
export type EventMembers = 'all' | ReadonlySet<string>;

/**
 * What says whose an event is. `call`: its call; `agent`: the agent whom it is about; `surge`: the member to whom more
 * calls come; `all`: it tells of nobody's calls; `nobody`: it is for those who see all.
 */
type Way = 'call' | 'agent' | 'surge' | 'all' | 'nobody';

const WAYS: Readonly<Record<LiveEvent['type'], Way>> = {
  'call-started': 'call',
  'leg-started': 'call',
  'leg-ringing': 'call',
  'leg-answered': 'call',
  'leg-ended': 'call',
  'transfer-requested': 'call',
  'transfer-ringing': 'call',
  'transfer-answered': 'call',
  'transfer-toggled': 'call',
  'conference-started': 'call',
  'conference-lost': 'call',
  'transfer-completed': 'call',
  'transfer-failed': 'call',
  'transfer-refused': 'call',
  'alert-raised': 'call',
  'call-recovered': 'call',
  'call-ended': 'call',
  'media-lost': 'call',
  'media-back': 'call',
  'queue-entered': 'call',
  'queue-left': 'call',
  'recording-started': 'call',
  'recording-ended': 'call',
  'recording-failed': 'call',
  'monitor-started': 'call',
  'monitor-changed': 'call',
  'monitor-stopped': 'call',
  'agent-state': 'agent',
  'agent-registered': 'agent',
  'agent-unregistered': 'agent',
  'agent-locked-out': 'nobody',
  surge: 'surge',
  'recordings-stopped': 'all',
  'recordings-back': 'all',
  'ledger-refused': 'all',
  'ledger-back': 'all',
  'gateway-up': 'all',
  'gateway-down': 'all',
  'dialplan-reloaded': 'all',
  'dialplan-refused': 'all',
};

const NOBODY: ReadonlySet<string> = new Set();
/** Details of an event of a call that name a member. */
const NAMING = ['member', 'fromMember', 'toMember', 'queue'] as const;
/** Calls that are over and are still known: what is told of them afterwards comes soon. */
const KEPT = 1000;

/** Knows whose each event is: a call is of more and more members as it goes from one to the other. */
export class EventCalls {
  readonly #calls = new Map<string, Set<string>>();
  /** The oldest first. */
  readonly #over: string[] = [];

  constructor(private readonly operations: Pick<Operations, 'liveCall' | 'waitingCallers'>) {}

  /** Whose an event is; each must be shown once, in order. */
  membersOf({ type, callId, detail }: LiveEvent): EventMembers {
    switch (WAYS[type]) {
      case 'all':
        return 'all';
      case 'nobody':
        return NOBODY;
      case 'agent':
        return named(detail.member);
      case 'surge':
        return detail.of === 'member' ? named(detail.name) : NOBODY;
      case 'call':
        return callId === null ? NOBODY : this.#ofCall(callId, type, detail);
    }
  }

  /** Whose the calls are that the detail of an event names beside its own, by field. Nobody's: it is not known any more. */
  othersIn({ detail }: LiveEvent): ReadonlyMap<string, ReadonlySet<string>> {
    const { goesOnAs, callBackOf, member } = detail;
    const others = new Map<string, ReadonlySet<string>>();
    if (typeof goesOnAs === 'string')
      others.set('goesOnAs', this.#calls.get(goesOnAs) ?? this.#live(goesOnAs) ?? NOBODY);
    // The missed call was to the member by whose agent it is called back for.
    if (typeof callBackOf === 'string') others.set('callBackOf', named(member));
    return others;
  }

  #live(callId: string): ReadonlySet<string> | undefined {
    const call = this.operations.liveCall(callId);
    return call && liveCallMembers(call, this.operations.waitingCallers());
  }

  #ofCall(callId: string, type: LiveEvent['type'], detail: LiveEvent['detail']): ReadonlySet<string> {
    let members = this.#calls.get(callId);
    if (members === undefined) {
      // Of a call that lived before the program began, or has just begun.
      const call = this.operations.liveCall(callId);
      members = new Set(call === undefined ? [] : liveCallMembers(call, this.operations.waitingCallers()));
      this.#calls.set(callId, members);
      if (call === undefined) this.#isOver(callId);
    }
    // Who only listens has no part in the call.
    if (detail.role !== 'monitor')
      for (const field of NAMING) for (const member of named(detail[field])) members.add(member);
    if (type === 'call-ended') this.#isOver(callId);
    // A copy: an event of before the call came to a member stays as it is for who comes back.
    return new Set(members);
  }

  #isOver(callId: string): void {
    this.#over.push(callId);
    const oldest = this.#over.length > KEPT ? this.#over.shift() : undefined;
    if (oldest !== undefined) this.#calls.delete(oldest);
  }
}

function named(value: LiveEvent['detail'][string] | undefined): ReadonlySet<string> {
  return typeof value === 'string' ? new Set([value]) : NOBODY;
}
