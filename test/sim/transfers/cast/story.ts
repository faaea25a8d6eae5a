import type { Engine } from '../../../../src/engine/engine.js';
import { SERVER_HOST, type World } from '../../world/world.js';
import { CARRIER, CARRIER_2, type MemberName, NUMBERS, PBX } from '../alliance.js';
import { Session } from '../phones/session.js';
import type { SessionEvents } from '../phones/session-parts.js';
import { ServerTransaction } from '../phones/transactions.js';
import type { UserAgent } from '../phones/user-agent.js';
import type { WireMessage } from '../wire/message.js';
import { uriOf, userOf } from '../wire/message.js';
import { CallingBack, type CallingBackStage } from './calling-back.js';
import { Citizen } from './citizen.js';
import { Desk } from './desk.js';
import { Dice } from './dice.js';
import { type OneWay, oneWay } from './one-way.js';
import { Supervising } from './supervising.js';
import { Supervisor } from './supervisor.js';

/** What all stories of a batch share. */
export interface Stage extends CallingBackStage {
  readonly world: World;
  readonly engine: Engine;
  agent(host: string): UserAgent;
  /** A media address that no other session has. */
  newAddress(): string;
  complain(story: number, what: string): void;
  /** Two do not hear each other; whether the server can help that, the wire must show. */
  suspect(story: number, fault: OneWay): void;
}

/** How a phone of a story came into it. */
export type Part = 'caller' | 'citizen' | 'supervisor' | 'desk' | 'consulting' | 'replacing' | 'fork';

export interface Player {
  readonly part: Part;
  readonly session: Session;
}

/** Numbers that tell which story is meant: callers, agents who consult, phones that take a call over, those of supervisors. */
export const PREFIXES = { caller: '139', consulting: '600', replacing: '610', listening: '620' } as const;

export function storyOf(number: string): number | null {
  return /^(139|600|610|620)\d{8}$/.test(number) ? Number(number.slice(3)) : null;
}

/** Which story an INVITE belongs to: by who calls, or by the caller who is called back. */
export function storyIn(invite: WireMessage): number | null {
  const asserted = invite.header('p-asserted-identity') || invite.header('from');
  return storyOf(userOf(uriOf(asserted))) ?? storyOf(userOf(invite.uri));
}

export const serverUri = (user: string): string => `sip:${user}@${SERVER_HOST}`;

const RINGS_AT_MOST_MS = 180_000;

/** A call of the caller, or a call back. */
export interface Visit {
  /** When it began; ms. */
  readonly since: number;
  readonly callsBack: boolean;
  /** Phones of the caller; of a call back as many as ways were tried. */
  readonly callers: Session[];
}

/** One caller's visit, with everybody who has to do with it. */
export class Story {
  readonly dice: Dice;
  readonly players: Player[] = [];
  /** The caller's phone, that which was used last. */
  caller: Session | null = null;
  /** The first is the caller's own. */
  readonly visits: Visit[] = [];
  readonly callingBack = new CallingBack(this);
  readonly supervising = new Supervising(this);
  /** Called first. */
  readonly dialled: MemberName | null;
  /** Transfers that were asked for. */
  asked = 0;
  /** When an operator asked for the end of the call. */
  operatorAt: number | null = null;
  /** When agents asked to have the caller back. */
  readonly takenBackAt: number[] = [];
  /** Phones that rang for as long as phones do. */
  readonly rangOn: Session[] = [];

  constructor(
    readonly index: number,
    seed: number,
    readonly stage: Stage,
  ) {
    this.dice = new Dice((seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0);
    this.dialled = this.dice.pick<MemberName | null>([
      [30, 'city'],
      [20, 'water'],
      [14, 'youth'],
      [10, 'police'],
      [9, 'health'],
      [8, 'tax'],
      [3, 'women'],
      [5, 'backup'],
      [1, null],
    ]);
  }

  get now(): number {
    return this.stage.world.time.now();
  }

  later(ms: number, act: () => void): void {
    this.stage.world.time.setTimeout(act, Math.floor(ms));
  }

  number(kind: keyof typeof PREFIXES): string {
    return PREFIXES[kind] + String(this.index).padStart(8, '0');
  }

  newSession(part: Part, host: string, events: SessionEvents, callId?: string): Session {
    const agent = this.stage.agent(host);
    const session = new Session({
      agent,
      callId: callId ?? `${agent.token()}@${host}`,
      address: this.stage.newAddress(),
      events,
      // A second answerer of one INVITE is sent away at once, without ceremony.
      complain: (what) => part !== 'fork' && this.stage.complain(this.index, `${part} at ${host}: ${what}`),
    });
    this.players.push({ part, session });
    return session;
  }

  /** The caller calls. */
  begin(): void {
    const { dice } = this;
    const caller = this.newSession('caller', CARRIER, { up: () => this.callerUp(caller) });
    this.caller = caller;
    this.visits.push({ since: this.now, callsBack: false, callers: [caller] });
    caller.manners.refusesOffers = dice.chance(0.02);
    const to = serverUri(this.dialled === null ? '99999' : NUMBERS[this.dialled]);
    caller.invite(`sip:${this.number('caller')}@${CARRIER}`, to, dice.chance(0.08));
    if (dice.chance(0.06)) this.later(dice.between(50, 12_000), () => caller.hangUp());
    else if (dice.chance(0.14)) this.later(dice.between(50, 3_000), () => caller.hangUp());
    // Nobody waits for ever.
    this.later(420_000, () => caller.hangUp());
  }

  /** The caller speaks with somebody, or with us. */
  callerUp(caller: Session): void {
    const { dice } = this;
    if (dice.chance(0.97)) this.later(dice.between(6_000, 70_000), () => this.callerLeaves(caller));
    this.fidget(caller, 0.18);
    if (dice.chance(0.12)) this.supervising.begin();
    if (dice.chance(0.01)) this.later(dice.between(500, 30_000), () => this.operatorHangsUp());
  }

  private callerLeaves(caller: Session): void {
    const fault = oneWay(
      caller,
      this.players.map(({ session }) => session),
      this.now,
    );
    if (fault !== null) this.stage.suspect(this.index, fault);
    caller.hangUp();
  }

  /** Puts the other party on hold and takes it back, at some moment or other. */
  fidget(session: Session, likely: number): void {
    const { dice } = this;
    if (!dice.chance(likely)) return;
    const late = dice.chance(0.2);
    const hold = !late && dice.chance(0.8);
    const again = dice.between(300, 6_000);
    this.later(dice.between(0, 15_000), () => {
      if (session.reinvite(hold, late) && hold) this.later(again, () => void session.reinvite(false, false));
    });
  }

  private operatorHangsUp(): void {
    const { engine } = this.stage;
    const located = engine.locate({ by: 'sipCallId', value: this.caller?.callId ?? '' }, 'control');
    if (!located.ok) return;
    this.operatorAt = this.now;
    void engine.hangUp(located.value.callId);
  }

  /** Something happened that a caller may hang up at, of all moments. */
  moment(likely: number): void {
    const { caller, dice } = this;
    if (caller === null || !dice.chance(likely)) return;
    this.later(dice.between(0, 40), () => caller.hangUp());
  }

  /** Of all moments an agent may hang up at this one. */
  agentsMoment(likely: number): void {
    if (!this.dice.chance(likely)) return;
    const agent = this.players.findLast(({ part, session }) => part === 'desk' && session.state === 'up');
    this.later(this.dice.between(0, 40), () => agent?.session.hangUp());
  }

  /** An INVITE for this story came to a desk. */
  invited(transaction: ServerTransaction, agent: UserAgent): Session {
    const { request } = transaction;
    if (agent.host === CARRIER || agent.host === CARRIER_2) return this.invitedBack(transaction, agent);
    if (userOf(request.uri) === this.number('listening')) return this.invitedToListen(transaction, agent);
    const first = this.caller?.state !== 'up';
    const desk = new Desk(this, first);
    const session = this.newSession('desk', agent.host, desk, request.callId);
    session.accept(transaction);
    desk.called(session, transaction);
    this.later(RINGS_AT_MOST_MS, () => {
      if (session.state !== 'early' || session.lost !== null) return;
      this.rangOn.push(session);
      session.reject(480);
    });
    return session;
  }

  /** The caller is called back. */
  private invitedBack(transaction: ServerTransaction, agent: UserAgent): Session {
    const citizen = new Citizen(this);
    const session = this.newSession('citizen', agent.host, citizen, transaction.request.callId);
    this.caller = session;
    this.visits.at(-1)?.callers.push(session);
    session.accept(transaction);
    citizen.called(session, transaction);
    this.later(420_000, () => session.hangUp());
    return session;
  }

  /** A supervisor is to listen. */
  private invitedToListen(transaction: ServerTransaction, agent: UserAgent): Session {
    const supervisor = new Supervisor(this);
    const session = this.newSession('supervisor', agent.host, supervisor, transaction.request.callId);
    session.accept(transaction);
    supervisor.called(session, transaction);
    return session;
  }

  /** Another phone at the same address answers the same INVITE, as where a proxy forks. */
  fork(of: Session, transaction: ServerTransaction): void {
    const fork = this.newSession('fork', of.agent.host, {}, of.callId);
    fork.accept(new ServerTransaction(of.agent, transaction.request));
    fork.answer();
  }

  /** Another member's phone takes the place of an agent's. */
  takeOver(from: Session, member: MemberName): void {
    const host = PBX[member];
    const { dice } = this;
    const desk = new Desk(this, false);
    const session = this.newSession('replacing', host, desk);
    desk.takesOver(session);
    const replaces = `Replaces: ${from.callId};to-tag=${from.remoteTag};from-tag=${from.tag}`;
    const to = serverUri(NUMBERS[member]);
    session.invite(`sip:${this.number('replacing')}@${host}`, to, dice.chance(0.05), [replaces]);
  }
}
