/** What an observer on the wire knows, built only from events and commands: the judge of the core. */
import type { CallId } from '../../../src/call/call.js';
import type { Outcome } from './ledger-rules.js';

/** What a phone was told of the party it hears. */
export interface Told {
  /** Null: of nobody, it is on hold. */
  readonly from: string | null;
  readonly port: string;
  /** Media may flow. */
  readonly live: boolean;
}

/** What a phone says of itself. */
export interface Own {
  readonly version: number;
  readonly holding: boolean;
}

export interface WireLeg {
  /** The call that gets what happens on it. */
  readonly call: CallId;
  readonly direction: 'in' | 'out';
  /** `inviting` until a final response passed, `up` until BYE, then `over`. */
  readonly state: 'inviting' | 'up' | 'over';
  readonly member: string | null;
  readonly mayTransfer: boolean;
  readonly rang: boolean;
  /** It plays something before it answers. */
  readonly plays: boolean;
  readonly cancelSent: boolean;
  readonly byeSent: boolean;
  /** Inbound: the peer has acknowledged our 2xx. */
  readonly acked: boolean;
  /** 2xx responses of the peer that we have not acknowledged yet. */
  readonly acksOwed: number;
  /** The last of them brought an offer: our ACK must bring the answer. */
  readonly ackAnswers: boolean;
  /** Our INVITE or re-INVITE that waits for the peer; `told` null: it asked for an offer. */
  readonly offered: { readonly told: Told | null; readonly method: string; readonly stale: boolean } | null;
  /** Our 2xx brought the offer: the peer's ACK brings the answer. */
  readonly answerDue: boolean;
  /** The peer has said 481: it knows no such dialog any more. */
  readonly lost: boolean;
  readonly own: Own;
  /** What it offers in a request that is still open. */
  readonly asked: Own | null;
  readonly told: Told | null;
  /** Anchored media: the peer has said where it receives; and whom it hears, see {@link heardBy}. */
  readonly described: boolean;
  readonly hears: string | null;
  /** The media server hears it elsewhere by now than it was told. */
  readonly stale: boolean;
  /** We asked the media server to play the announcement to it, and wait for its word. */
  readonly announced: boolean;
  /** NOTIFYs that wait for their answer, one a subscription. */
  readonly notifies: readonly { readonly transferId: string; readonly final: boolean }[];
  /** Its answer to a NOTIFY was waited for long enough. */
  readonly deaf: boolean;
  /** REFERs accepted that asked for NOTIFYs. */
  readonly accepted: number;
  /** Subscriptions by transfer: `open` until the final NOTIFY, or until the peer gave them up. */
  readonly subscriptions: Readonly<Record<string, 'open' | 'final' | 'given up'>>;
  /** Requests of the peer that wait for our response. */
  readonly open: readonly string[];
  /** Keys that we took and that have not become a code, nor reached anybody. */
  readonly held: string;
  /** The beginning of a code after which nothing more came in time. */
  readonly half: string;
  readonly records: number;
  /** It was asked whether it still knows the dialog. */
  readonly probed: boolean;
}

export interface WirePlace {
  readonly queue: string;
  readonly entry: number;
  readonly ticket: number;
  /** The queue has not named anybody yet on this ticket. */
  readonly asked: boolean;
}

export interface WireCall {
  readonly records: number;
  readonly forgotten: boolean;
  /** How often watchers were told that it has ended. */
  readonly endsTold: number;
  /** Its legs went over to another call. */
  readonly absorbed: boolean;
  /** The caller was answered. */
  readonly answered: boolean;
  /** A desk has said that the call goes in a circle. */
  readonly looped: boolean;
  /** Its place in a queue, and the last request for somebody to call. */
  readonly queue: WirePlace | null;
  /** We have called, and not the caller; and what was noted of how that came out. */
  readonly callBack: boolean;
  readonly noted: string | null;
  /** Transfers completed that moved the caller from a member to another. */
  readonly moves: number;
}

/** A value that is copied where it changes, so that unchanged parts are shared between worlds. */
export interface Wire {
  legs: Readonly<Record<string, WireLeg>>;
  /** Running timers, named by their call and their own name. */
  timers: Readonly<Record<string, true>>;
  transfers: Readonly<Record<string, Outcome>>;
  calls: Readonly<Record<CallId, WireCall>>;
}

/** Those whom a leg hears, as one text; null when nobody. */
export function heardBy(legs: readonly string[]): string | null {
  return legs.length === 0 ? null : [...legs].sort().join(' ');
}

export function newWire(): Wire {
  return { legs: {}, timers: {}, transfers: {}, calls: {} };
}

type Born = Pick<WireLeg, 'call' | 'direction' | 'member' | 'mayTransfer'>;

/** Written out field by field: spreading is ten times as slow, and this is done millions of times. */
export function newLeg({ call, direction, member, mayTransfer }: Born): WireLeg {
  return {
    call,
    direction,
    member,
    mayTransfer,
    state: 'inviting',
    rang: false,
    plays: false,
    cancelSent: false,
    byeSent: false,
    acked: direction === 'out',
    acksOwed: 0,
    ackAnswers: false,
    offered: null,
    answerDue: false,
    lost: false,
    deaf: false,
    own: FIRST,
    asked: null,
    told: null,
    described: false,
    hears: null,
    stale: false,
    announced: false,
    notifies: NOTHING,
    accepted: 0,
    subscriptions: NO_SUBSCRIPTIONS,
    open: NOTHING,
    held: '',
    half: '',
    records: 0,
    probed: false,
  };
}

const NO_SUBSCRIPTIONS = {};
const NOTHING: readonly never[] = [];
const FIRST: Own = { version: 0, holding: false };

/** Broken rule of SIP or of a promise; its text names the rule. */
export class Violation extends Error {}

export function demand(holds: boolean, rule: string): void {
  if (!holds) throw new Violation(rule);
}

export function legOf(wire: Wire, id: string): WireLeg {
  const leg = wire.legs[id];
  if (leg === undefined) throw new Violation(`leg ${id} is not known on the wire`);
  return leg;
}

export function patchLeg(wire: Wire, id: string, patch: Partial<WireLeg>): void {
  wire.legs = { ...wire.legs, [id]: { ...legOf(wire, id), ...patch } };
}

export function patchCall(wire: Wire, id: CallId, patch: Partial<WireCall>): void {
  const known = wire.calls[id] ?? {
    records: 0,
    endsTold: 0,
    forgotten: false,
    absorbed: false,
    answered: false,
    looped: false,
    callBack: false,
    noted: null,
    queue: null,
    moves: 0,
  };
  wire.calls = { ...wire.calls, [id]: { ...known, ...patch } };
}

const ended = new Map<string, WireLeg>();

/** The dialog is over on the wire: nothing on it can happen any more. */
export function endOnWire(wire: Wire, id: string): void {
  const { call, direction, member, mayTransfer, records } = legOf(wire, id);
  const name = `${call} ${direction} ${member} ${mayTransfer} ${records}`;
  let leg = ended.get(name);
  if (leg === undefined) {
    leg = { ...newLeg({ call, direction, member, mayTransfer }), state: 'over', acked: true, records };
    ended.set(name, leg);
  }
  wire.legs = { ...wire.legs, [id]: leg };
}

export function startTimer(wire: Wire, name: string): void {
  wire.timers = { ...wire.timers, [name]: true };
}

export function stopTimer(wire: Wire, name: string): void {
  if (wire.timers[name] === undefined) return;
  const { [name]: _, ...rest } = wire.timers;
  wire.timers = rest;
}

export function toldBy(from: string | null, sdp: string): Told {
  return { from, port: /m=audio (\d+)/.exec(sdp)?.[1] ?? '', live: !sdp.includes('a=inactive') };
}

/** The phone's answer to the NOTIFY is not waited for any longer. */
export function neverAnswersNotify(wire: Wire, transferId: string): void {
  for (const [id, leg] of Object.entries(wire.legs))
    if (leg.notifies.some((n) => n.transferId === transferId)) patchLeg(wire, id, { deaf: true });
  answerNotify(wire, transferId, false);
}

/** A NOTIFY was answered; with `over` the peer wants no more of them. */
export function answerNotify(wire: Wire, transferId: string, over: boolean): void {
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (!leg.notifies.some((n) => n.transferId === transferId)) continue;
    const notifies = leg.notifies.filter((n) => n.transferId !== transferId);
    const subscriptions = over
      ? { ...leg.subscriptions, [transferId]: 'given up' as const }
      : leg.subscriptions;
    patchLeg(wire, id, { notifies, subscriptions });
  }
}
