import { randomBytes } from 'node:crypto';
import type { DialPlan } from '../../dialplan/plan.js';
import type { LiveCall, LiveEvent, LiveLeg, OperationResult, Operations } from '../../engine/operations.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import type { AuditRecord } from '../../ledger/records.js';
import { callBack } from '../call-back.js';
import { wasCalledBack } from '../missed-calls.js';
import { CallBackgrounds } from './call-backgrounds.js';
import type { DeskAccounts } from './desk-accounts.js';
import { DeskFeeds } from './desk-feeds.js';
import { DeskSessions } from './desk-sessions.js';
import type { DeskOutcome, DeskPhoneAccount, DeskState } from './desk-state.js';
import { deskAgent, deskCall, deskKeys, legOf, memberLoads, memberName, shownNumber } from './desk-view.js';
import { MissedLists } from './missed-lists.js';
import { RecentAlerts } from './recent-alerts.js';
import { TransferOutcomes } from './transfer-outcomes.js';

/** A WebSocket listener of the SIP server. */
export interface PhoneListener {
  readonly secure: boolean;
  readonly port: number;
}

export interface DeskParts {
  readonly operations: Operations;
  readonly ledger: LedgerReader;
  /** Resolves when the record is on the disk; rejects when the disk refuses. */
  readonly write: (record: AuditRecord) => Promise<void>;
  readonly dialPlan: () => DialPlan;
  readonly accounts: DeskAccounts;
  /** Signs sessions; see `keptSecret`. */
  readonly secret: Buffer;
  readonly listeners: readonly PhoneListener[];
  /** Where media is anchored, a page can be a phone; from phone to phone it would hear nothing of a plain telephone. */
  readonly browserPhones: boolean;
  readonly can: DeskState['can'];
  /** UTC milliseconds. */
  readonly now: () => number;
}

function isRinging({ role, state }: LiveLeg): boolean {
  return role !== 'caller' && (state === 'trying' || state === 'ringing');
}

/** How long the outcome of a transfer is shown to a desk that has no call; milliseconds. */
const OUTCOME_MS = 30_000;

/** Calls of an agent that a note may still be written of: one that was not saved in time is saved later. */
const HAD_CALLS = 5;

/** A call that an agent had. */
interface HadCall {
  readonly callId: string;
  readonly caller: string | null;
}

/** All desks in browsers: who is logged in, what each is shown. */
export class Desks {
  readonly sessions: DeskSessions;
  readonly feeds: DeskFeeds;
  readonly #backgrounds: CallBackgrounds;
  readonly #outcomes: TransferOutcomes;
  readonly #missed: MissedLists;
  readonly #alerts: RecentAlerts;
  /** Call backs that have reached nobody yet. */
  readonly #callBacks = new Set<string>();
  /** The last calls of each agent, the newest first; as many agents as there are accounts. */
  readonly #had = new Map<string, readonly HadCall[]>();
  readonly #unsubscribe: () => void;

  constructor(private readonly parts: DeskParts) {
    const { operations, accounts } = parts;
    this.sessions = new DeskSessions({
      secret: parts.secret,
      now: parts.now,
      markOf: (agent) => accounts.markOf(agent),
      inCall: (agent) => this.callOf(agent) !== null || this.#isWritingUp(agent),
    });
    this.feeds = new DeskFeeds({ stateOf: (agent) => this.stateOf(agent) });
    const changed = (): void => this.feeds.changed();
    this.#backgrounds = new CallBackgrounds(parts.ledger, parts.dialPlan, changed);
    this.#missed = new MissedLists(parts.ledger, parts.now, changed);
    this.#alerts = new RecentAlerts(parts.now, (id) => operations.screenPop(id));
    this.#outcomes = new TransferOutcomes((id) => operations.liveCall(id));
    this.#unsubscribe = operations.subscribe((event) => {
      this.#outcomes.hear(event);
      this.#hearOfCall(event);
      this.#hearMissed(event);
      changed();
    });
  }

  get accounts(): DeskAccounts {
    return this.parts.accounts;
  }

  /** The live call that an agent is in, answered ones before ringing ones. */
  callOf(agent: string): { readonly call: LiveCall; readonly leg: LiveLeg } | null {
    let ringing: { readonly call: LiveCall; readonly leg: LiveLeg } | null = null;
    for (const call of this.parts.operations.liveCalls()) {
      const leg = legOf(call, agent);
      if (leg?.state === 'answered') return { call, leg };
      if (leg !== undefined) ringing ??= { call, leg };
    }
    return ringing;
  }

  /** The agent leaves the call, or declines what rings; null when there is neither. */
  async putDown(agent: string): Promise<OperationResult<unknown> | null> {
    const own = this.callOf(agent);
    if (own === null) return null;
    const { operations } = this.parts;
    if (own.leg.state === 'answered') return operations.putDown(own.call.id, own.leg.id);
    // All phones of the agent ring for one call.
    const ringing = own.call.legs.filter((leg) => leg.agent === agent && isRinging(leg));
    const results = await Promise.all(ringing.map(({ id }) => operations.putDown(own.call.id, id)));
    return results.find(({ ok }) => ok) ?? results[0] ?? null;
  }

  /** What the desk of an agent is shown; null when the agent has no account any more. */
  stateOf(id: string): DeskState | null {
    const { accounts, operations, dialPlan, can, now } = this.parts;
    const agent = accounts.agent(id);
    if (agent === undefined || accounts.markOf(id) === null) return null;
    const plan = dialPlan();
    const own = this.callOf(id);
    const statuses = operations.agentStatuses();
    const status = statuses.find((one) => one.agent.id === id);
    const pop = own === null ? undefined : operations.screenPop(own.call.id);
    const call =
      own === null || pop === undefined ? null : deskCall(pop, own.leg, this.#backgrounds.of(own.call), plan);
    if (call !== null && own?.leg.state === 'answered')
      this.#remember(id, { callId: call.id, caller: call.caller.number });
    this.#alerts.see(operations.liveAlerts(), plan);
    return {
      now: now(),
      agent: deskAgent(agent, status, accounts.isReachable(id), plan),
      call,
      lastTransfer: this.#lastTransfer(id, plan, own?.call.id ?? null),
      wrapUp: status?.state === 'after-call' && own === null ? (this.#had.get(id)?.[0] ?? null) : null,
      keys: deskKeys(plan, agent.member, memberLoads(statuses, operations.waitingCallers()), now()),
      missed: this.#missed.of(agent.member, this.#beingCalled()),
      alerts: this.#alerts.of(agent.member, plan),
      can,
    };
  }

  /** How the phone of the page registers: by the address that the page itself was loaded from. */
  phoneOf(id: string, hostname: string, secure: boolean): DeskPhoneAccount | null {
    const listener =
      this.parts.listeners.find((one) => one.secure === secure) ??
      this.parts.listeners.find((one) => one.secure);
    const password = this.accounts.pagePassword(id);
    if (!this.parts.browserPhones || listener === undefined || password === null) return null;
    const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
    return {
      server: `${listener.secure ? 'wss' : 'ws'}://${host}:${listener.port}`,
      uri: `sip:${id}@${this.accounts.realm}`,
      user: id,
      password,
    };
  }

  /** An agent has called somebody back who had reached nobody; false when there is no such call for the agent. */
  async calledBack(agent: string, callId: string): Promise<boolean> {
    const call = (await this.parts.ledger.story(callId))?.call;
    if (call?.missed !== true || call.firstMember !== this.accounts.agent(agent)?.member) return false;
    await this.parts.operations.noteCalledBack(callId, agent, null);
    this.#missed.changed();
    return true;
  }

  /** Call somebody back who had reached nobody of the agent's member: the agent's phones ring first. */
  async callBack(agent: string, callId: string): Promise<OperationResult<{ callId: string }>> {
    const { ledger, operations } = this.parts;
    const call = (await ledger.story(callId))?.call;
    if (call?.firstMember !== this.accounts.agent(agent)?.member) {
      const message = 'Nobody of this member waits for that call back.';
      return { ok: false, refusal: { code: 'unknown-call', message } };
    }
    const wish = { missedCall: callId, agent: { by: 'agent', agent }, requestedBy: agent } as const;
    return callBack({ ledger, operations, wasCalledBack: (id) => wasCalledBack(ledger, id) }, wish);
  }

  /** Keep what an agent writes of a call that the agent has or had last; false when it is none of these. */
  async note(agent: string, callId: string, text: string): Promise<boolean> {
    if (this.#had.get(agent)?.some((had) => had.callId === callId) !== true) return false;
    const doneAt = this.parts.now();
    await this.parts.write({
      kind: 'audit',
      id: `note-${doneAt.toString(36)}-${randomBytes(6).toString('hex')}`,
      doneAt,
      actor: agent,
      action: 'note-written',
      subject: callId,
      callId,
      detail: text,
    });
    return true;
  }

  close(): void {
    this.#unsubscribe();
    this.#missed.close();
    this.feeds.close();
  }

  #remember(agent: string, call: HadCall): void {
    const had = this.#had.get(agent) ?? [];
    if (had[0]?.callId === call.callId) return;
    this.#had.set(agent, [call, ...had.filter(({ callId }) => callId !== call.callId)].slice(0, HAD_CALLS));
  }

  /** Also for a desk whose page is cut off while it has the call: when that is back, it is told how it went. */
  #hearOfCall({ type, callId }: LiveEvent): void {
    if (callId === null || (type !== 'leg-answered' && type !== 'transfer-requested')) return;
    const { operations, accounts, dialPlan } = this.parts;
    const pop = operations.screenPop(callId);
    for (const leg of pop?.call.legs ?? []) {
      // A leg may also name a desk behind a PBX, of which there is no end.
      if (pop === undefined || leg.agent === null || accounts.agent(leg.agent) === undefined) continue;
      if (leg.state === 'answered')
        this.#remember(leg.agent, { callId, caller: shownNumber(pop, leg, dialPlan()) });
    }
  }

  #isWritingUp(agent: string): boolean {
    const status = this.parts.operations.agentStatuses().find((one) => one.agent.id === agent);
    return status?.state === 'after-call';
  }

  /** A caller has reached nobody, or was reached, or not: the lists tell. */
  #hearMissed({ type, callId, detail }: LiveEvent): void {
    if (callId === null) return;
    if (type === 'call-started' && detail.callBackOf != null) this.#callBacks.add(callId);
    const reached = type === 'leg-answered' && detail.role === 'caller';
    const over = (reached || type === 'call-ended') && this.#callBacks.delete(callId);
    if (over || (type === 'call-ended' && detail.missed === true)) this.#missed.changed();
  }

  /** Whom somebody is calling back at this moment: ids of missed calls. */
  #beingCalled(): ReadonlySet<string> {
    const live = this.parts.operations.liveCalls();
    return new Set(live.flatMap(({ callBackOf }) => callBackOf ?? []));
  }

  /** Of the call that the agent has; without one, of the last call, for a while. */
  #lastTransfer(agent: string, plan: DialPlan, call: string | null): DeskOutcome | null {
    const last = this.#outcomes.of(agent);
    if (last === null || last.callId !== (call ?? this.#had.get(agent)?.[0]?.callId)) return null;
    if (call === null && this.parts.now() - last.at > OUTCOME_MS) return null;
    const { callId: _, ...outcome } = last;
    return { ...outcome, to: memberName(plan, last.to) ?? { id: last.to, number: null, name: null } };
  }
}
