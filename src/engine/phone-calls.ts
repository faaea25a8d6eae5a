import type { Agents } from '../agents/agents.js';
import type { LegId } from '../call/call.js';
import type { AgentPhone } from '../call/candidate.js';
import type { Command } from '../call/command.js';

/** Calls to agents' phones that are up, to tell the registrar of a phone where nobody is. */
export class PhoneCalls {
  readonly #phones = new Map<LegId, AgentPhone>();

  constructor(private readonly agents: Pick<Agents, 'lost'>) {}

  /** Sees every command of every call. */
  onCommand(command: Command): void {
    if (command.type === 'invite' && command.to.phone !== null) {
      this.#phones.set(command.leg, command.to.phone);
    } else if (command.type === 'write' && command.record.kind === 'leg') {
      this.#phones.delete(command.record.id);
    }
  }

  /** No peer answered at all (RFC 5626 §5.3: the flow has failed). */
  unreached(leg: LegId): void {
    const phone = this.#phones.get(leg);
    if (phone !== undefined) this.agents.lost(phone.contact, phone.nextHop);
  }
}
