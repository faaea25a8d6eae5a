import type {
  EngineFigures,
  LiveCall,
  LiveEvent,
  OperationResult,
  Operations,
  Refusal,
  ReloadResult,
  TransferRequest,
} from '../../../src/engine/operations.js';

/** Time that the engine's calls start at. */
export const START = Date.UTC(2026, 2, 2, 8);

const MEMBERS = new Map([
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
  /** Faults of the dial plan on the disk. */
  planFaults: readonly string[] = [];

  /** A caller who talks with the first agent. */
  start(id: string): void {
    const leg = { direction: 'in', state: 'answered', trunk: 'carrier', sipCallId: `${id}@phone` } as const;
    this.#calls.set(id, {
      id,
      phase: 'talking',
      callerNumber: '13800001111',
      firstMember: 'city-12345',
      currentMember: 'city-12345',
      startedAt: START,
      legs: [
        {
          ...leg,
          id: `${id}-caller`,
          role: 'caller',
          member: null,
          number: '12345',
          startedAt: START,
          answeredAt: START + 5,
        },
        {
          ...leg,
          id: `${id}-agent`,
          role: 'agent',
          direction: 'out',
          member: 'city-12345',
          number: '8001',
          startedAt: START + 1,
          answeredAt: START + 4,
        },
      ],
      transfer: null,
    });
    this.publish('call-started', id);
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
    if (call.transfer !== null) return refuse('transfer-pending');
    this.#transfers += 1;
    const id = `transfer-${this.#transfers}`;
    this.#calls.set(callId, {
      ...call,
      phase: 'transferring',
      transfer: {
        id,
        trigger: 'api',
        mode: request.mode,
        fromMember: call.currentMember,
        toMember: member,
        state: 'calling',
        requestedAt: START + 1000,
      },
    });
    return { ok: true, value: { transferId: id } };
  }

  async hangUp(callId: string): Promise<OperationResult<{ callId: string }>> {
    if (!this.#calls.delete(callId)) return refuse('unknown-call');
    this.publish('call-ended', callId, { endedBy: 'operator' });
    return { ok: true, value: { callId } };
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
      transfersByOutcome: { completed: 2 },
      refusedSources: 3,
      unexpectedEvents: 0,
      gatewaysUp: { 'pbx-110/127.0.0.1:5080/udp': true, 'pbx-12345/127.0.0.1:5081/udp': false },
    };
  }
}

function refuse(code: Refusal['code']): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message: `refused: ${code}` } };
}
