import type {
  AgentStatus,
  AgentWish,
  CallBackOperations,
  CallBackRequest,
  CallerLocation,
  EngineFigures,
  LiveAlert,
  LiveCall,
  LiveEvent,
  LiveScreenPop,
  LocatedCall,
  MonitorOperations,
  OperationResult,
  Operations,
  PartyQuery,
  RecordingOperations,
  Refusal,
  ReloadResult,
  TransferAction,
  TransferRequest,
  WaiterView,
} from '../../../src/engine/operations.js';

/** Time that the engine's calls start at. */
export const START = Date.UTC(2026, 2, 2, 8);

const MEMBERS = new Map([
  ['police-110', 'police-110'],
  ['*1', 'police-110'],
  ['110', 'police-110'],
  ['12345', 'city-12345'],
]);

/**
 * An engine without SIP: keeps calls, transfers them by its own rules, tells its listeners. What the API
 * says of it can be compared with what it knows.
 */
export class LittleEngine implements Operations {
  readonly #calls = new Map<string, LiveCall>();
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  #seq = 0;
  #transfers = 0;
  #version = 'aaaaaaaaaaaa';
  isReady = true;
  /** Where the callers are, and what they want withheld. */
  location: CallerLocation | null = null;
  privacy: string | null = null;
  /** Faults of the dial plan on the disk. */
  planFaults: readonly string[] = [];
  agents: readonly AgentStatus[] = [];
  waiting: readonly WaiterView[] = [];
  readonly callsBack: CallBackRequest[] = [];
  /** Why call backs are refused; null: they are not. */
  callBackRefusal: Refusal | null = null;
  readonly calledBack: (readonly [string, string, string | null])[] = [];
  /** What was asked for of agents. */
  readonly putDowns: (readonly [call: string, leg: string])[] = [];
  readonly wishes: (readonly [string, AgentWish, string])[] = [];

  /** A caller who talks with the first agent, at this extension. */
  start(
    id: string,
    agent = '8017',
    {
      member = 'city-12345',
      callerNumber = '13800001111',
      callBackOf = null as string | null,
      visited = [] as readonly string[],
    } = {},
  ): void {
    const leg = { direction: 'in', state: 'answered', trunk: 'carrier', sipCallId: `${id}@phone` } as const;
    this.#calls.set(id, {
      id,
      phase: 'talking',
      callerNumber,
      firstDialled: '12345',
      visited: [member, ...visited],
      firstMember: member,
      currentMember: member,
      startedAt: START,
      callBackOf,
      legs: [
        {
          ...leg,
          id: `${id}-caller`,
          role: 'caller',
          member: null,
          agent: null,
          number: '12345',
          startedAt: START,
          answeredAt: START + 5,
        },
        {
          ...leg,
          id: `${id}-agent`,
          role: 'agent',
          direction: 'out',
          sipCallId: `${id}@onekey`,
          member,
          agent,
          number: '8001',
          startedAt: START + 1,
          answeredAt: START + 4,
        },
      ],
      transfer: null,
      recording: null,
      monitor: null,
      alerts: [],
    });
    this.publish('call-started', id);
  }

  /** The target of the transfer answers. */
  answer(id: string): void {
    const call = this.#calls.get(id);
    if (call?.transfer == null) throw new Error('there is no transfer');
    const transfer = { ...call.transfer, state: 'consulting', speaksWith: 'target' } as const;
    this.#calls.set(id, { ...call, phase: 'consulting', transfer });
  }

  /** The caller hangs up. */
  end(id: string): void {
    this.#calls.delete(id);
    this.publish('call-ended', id);
  }

  publish(type: LiveEvent['type'], callId: string | null, detail: LiveEvent['detail'] = {}): void {
    this.#seq += 1;
    const event: LiveEvent = {
      seq: this.#seq,
      at: START + this.#seq,
      type,
      callId,
      legId: null,
      transferId: null,
      detail,
    };
    for (const listener of this.#listeners) listener(event);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  ready(): boolean {
    return this.isReady;
  }

  liveCalls(): readonly LiveCall[] {
    return [...this.#calls.values()];
  }

  liveCall(id: string): LiveCall | undefined {
    return this.#calls.get(id);
  }

  screenPop(id: string): LiveScreenPop | undefined {
    const call = this.liveCalls().find((each) => each.id === id || each.transfer?.id === id);
    if (call === undefined) return undefined;
    return { call, callerName: 'Li <Wei>', privacy: this.privacy, location: this.location };
  }

  liveAlerts(): readonly LiveAlert[] {
    return this.liveCalls().flatMap(({ alerts }) => alerts);
  }

  locate(
    party: PartyQuery,
    purpose: 'transfer' | 'control',
    sees: (callId: string) => boolean = () => true,
  ): OperationResult<LocatedCall> {
    const field = { sipCallId: 'sipCallId', extension: 'number', agent: 'agent' } as const;
    const all = this.liveCalls().flatMap((call) => call.legs.map((leg) => ({ call, leg })));
    const found = all
      .filter(({ leg }) => leg[field[party.by]] === party.value)
      .filter(({ leg }) => party.member === undefined || leg.member === party.member)
      .filter(({ call }) => sees(call.id))
      .filter(({ call }) => purpose === 'transfer' || call.transfer !== null);
    const [only] = found;
    if (only === undefined) return refuse('unknown-call');
    const calls = found.map(({ call }) => call.id);
    if (found.length > 1) return { ok: false, refusal: { code: 'ambiguous', message: 'which?', calls } };
    const transferorLeg = only.leg.role === 'caller' ? null : only.leg.id;
    return { ok: true, value: { callId: only.call.id, transferorLeg } };
  }

  async controlTransfer(
    callId: string,
    action: TransferAction,
  ): Promise<OperationResult<{ transferId: string }>> {
    const call = this.#calls.get(callId);
    if (call === undefined) return refuse('unknown-call');
    const { transfer } = call;
    if (action === 'conference') return refuse('mode-unavailable');
    if (transfer === null || (action === 'toggle' && call.phase !== 'consulting'))
      return refuse('no-transfer');
    if (action === 'toggle') {
      const speaksWith = transfer.speaksWith === 'target' ? 'transferee' : 'target';
      this.#calls.set(callId, { ...call, transfer: { ...transfer, speaksWith } });
      this.publish('transfer-toggled', callId, { speaksWith });
    } else {
      const currentMember = action === 'complete' ? transfer.toMember : call.currentMember;
      this.#calls.set(callId, { ...call, phase: 'talking', currentMember, transfer: null });
    }
    return { ok: true, value: { transferId: transfer.id } };
  }

  async transfer(callId: string, request: TransferRequest): Promise<OperationResult<{ transferId: string }>> {
    const call = this.#calls.get(callId);
    if (!this.isReady) return refuse('shutting-down');
    if (call === undefined) return refuse('unknown-call');
    const { transferorLeg } = request;
    if (transferorLeg !== undefined) {
      const leg = call.legs.find(({ id }) => id === transferorLeg);
      if (leg === undefined) return refuse('unknown-leg');
      if (leg.role === 'caller') return refuse('not-allowed');
    }
    const member = MEMBERS.get(request.to);
    if (member === undefined) return refuse('not-a-member');
    if (member === call.currentMember) return refuse('loop');
    if (request.mode === 'conference') return refuse('mode-unavailable');
    if (call.transfer !== null && request.mode !== 'alert') return refuse('transfer-pending');
    this.#transfers += 1;
    const id = `transfer-${this.#transfers}`;
    if (request.mode === 'alert') this.#alert(call, id, member, request);
    else this.#begin(call, id, member, request);
    return { ok: true, value: { transferId: id } };
  }

  #alert(call: LiveCall, id: string, toMember: string, { matter, note }: TransferRequest): void {
    const { currentMember: fromMember, callerNumber, firstDialled } = call;
    const told = { fromMember, toMember, matter: matter ?? null, note: note ?? null };
    const alert = { ...told, id, callId: call.id, raisedAt: START + 500, callerNumber, firstDialled };
    this.#calls.set(call.id, { ...call, alerts: [...call.alerts, { ...alert, location: this.location }] });
    this.publish('alert-raised', call.id, { ...told, caller: callerNumber });
  }

  #begin(call: LiveCall, id: string, member: string, request: TransferRequest): void {
    const callId = call.id;
    this.#calls.set(callId, {
      ...call,
      phase: 'transferring',
      transfer: {
        id,
        trigger: 'api',
        mode: request.mode,
        fromMember: call.currentMember,
        fromAgent: call.legs.find(({ id: leg }) => leg === request.transferorLeg)?.agent ?? null,
        toMember: member,
        state: 'calling',
        requestedAt: START + 1000,
        transferorLeg: request.transferorLeg ?? `${callId}-agent`,
        targetLegs: [],
        speaksWith: null,
        heldLeg: null,
        matter: request.matter ?? null,
        note: request.note ?? null,
      },
    });
  }

  async hangUp(callId: string): Promise<OperationResult<{ callId: string }>> {
    if (!this.#calls.delete(callId)) return refuse('unknown-call');
    this.publish('call-ended', callId, { endedBy: 'operator' });
    return { ok: true, value: { callId } };
  }

  async putDown(callId: string, legId: string): Promise<OperationResult<{ callId: string }>> {
    if (this.#calls.get(callId) === undefined) return refuse('unknown-call');
    this.putDowns.push([callId, legId]);
    return { ok: true, value: { callId } };
  }

  agentStatuses(): readonly AgentStatus[] {
    return this.agents;
  }

  waitingCallers(): readonly WaiterView[] {
    return this.waiting;
  }

  askAgentState(agent: string, wish: AgentWish, by: string): 'done' | 'unknown-agent' | 'unreachable' {
    const known = this.agents.find((one) => one.agent.id === agent);
    if (known === undefined) return 'unknown-agent';
    if (wish.state !== 'offline' && known.reason === 'unregistered') return 'unreachable';
    this.wishes.push([agent, wish, by]);
    return 'done';
  }

  /** Calls that are recorded, by whom it was asked for. */
  readonly recorded = new Map<string, string>();
  readonly recordings: RecordingOperations = {
    start: (callId, by) => {
      if (!this.#calls.has(callId)) return refuse('unknown-call');
      this.recorded.set(callId, by);
      return { ok: true, value: { callId } };
    },
    stop: (callId) =>
      this.recorded.delete(callId) ? { ok: true, value: { callId } } : refuse('not-recorded'),
  };

  /** What was asked for of listeners. */
  readonly listening: unknown[][] = [];
  readonly monitors: MonitorOperations = {
    start: async (callId, listener, by) => this.#listen(callId, ['start', listener, by]),
    change: async (callId, mode, by) => this.#listen(callId, ['change', mode, by]),
    stop: (callId, by) => this.#listen(callId, ['stop', by]),
  };

  #listen(callId: string, asked: unknown[]): OperationResult<{ callId: string; monitorId: string }> {
    if (!this.#calls.has(callId)) return refuse(asked[0] === 'start' ? 'unknown-call' : 'not-monitored');
    this.listening.push([callId, ...asked]);
    return { ok: true, value: { callId, monitorId: `${callId}-m1` } };
  }

  readonly callBacks: CallBackOperations = {
    begin: (request) => {
      if (this.callBackRefusal !== null) return { ok: false, refusal: this.callBackRefusal };
      this.callsBack.push(request);
      return { ok: true, value: { callId: `back-${this.callsBack.length}` } };
    },
  };

  async noteCalledBack(callId: string, by: string, note: string | null): Promise<void> {
    this.calledBack.push([callId, by, note]);
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async reloadDialPlan(): Promise<ReloadResult> {
    const faults = this.planFaults;
    if (faults.length === 0) this.#version = 'bbbbbbbbbbbb';
    return { ok: faults.length === 0, version: this.#version, faults };
  }

  figures(): EngineFigures {
    return {
      liveCalls: this.#calls.size,
      liveLegs: this.#calls.size * 2,
      liveTransfers: this.#transfers,
      callsTotal: 7,
      callsByOutcome: { answered: 4, missed: 1 },
      transfers: [
        { mode: 'blind', trigger: 'refer', outcome: 'completed', count: 2 },
        { mode: 'alert', trigger: 'api', outcome: 'completed', count: 5 },
      ],
      refusedSources: 3,
      recordingsActive: this.recorded.size,
      recordingsFailed: 6,
      unexpectedEvents: 0,
      admittedShare: 1,
      gatewaysUp: { 'pbx-110/127.0.0.1:5080/udp': true, 'pbx-12345/127.0.0.1:5081/udp': false },
    };
  }
}

function refuse(code: Refusal['code']): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message: `refused: ${code}` } };
}
