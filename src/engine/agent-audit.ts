import type { AgentChange } from '../agents/queue-types.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LiveEvents } from './live-events.js';

/** What the ledger keeps of who did what, outside of calls. */
export class AgentAudit {
  /** Changes of agents' states since the start: names of their records. */
  #changes = 0;

  constructor(
    private readonly ledger: Pick<Ledger, 'append' | 'flush'>,
    private readonly events: Pick<LiveEvents, 'publish'>,
  ) {}

  /** Everybody who looks at the agents sees it, and the ledger keeps who changed what. */
  stateChanged({ agent, member, from, to, reason, by, callId, at }: AgentChange): void {
    const detail = { agent, member, from, to, reason, by };
    this.events.publish({ type: 'agent-state', callId, legId: null, transferId: null, detail });
    this.#changes += 1;
    this.ledger.append([
      {
        kind: 'audit',
        id: `${agent}-${at}-${this.#changes}`,
        doneAt: at,
        actor: by,
        action: 'agent-state',
        subject: agent,
        callId,
        detail: `${from} > ${to}: ${reason}`,
      },
    ]);
  }

  /** Somebody has called a caller back. Resolves when the ledger has it. */
  async calledBack(callId: string, by: string, note: string | null, doneAt: number): Promise<void> {
    const id = `${callId}-called-back-${doneAt}`;
    const action = 'called-back';
    this.ledger.append([
      { kind: 'audit', id, doneAt, actor: by, action, subject: callId, callId, detail: note },
    ]);
    await this.ledger.flush();
  }
}
