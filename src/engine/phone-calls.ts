import type { AgentId } from '../agents/agent.js';
import type { Agents } from '../agents/agents.js';
import type { LegId } from '../call/call.js';
import type { AgentPhone } from '../call/candidate.js';
import type { Command } from '../call/command.js';
import { isGone } from '../call/work.js';
import type { CallBook } from './call-book.js';
import type { LegEvent } from './signalling.js';

/** What an offer inside a dialog is answered with where there is no way to the phone (RFC 5626 §5.3.1, RFC 3261 §8.1.3.1). */
const NO_WAY: readonly number[] = [430, 503];

/**
 * Calls to agents' phones that are up. The registrar is told of a phone where nobody is; and a phone that could not be
 * told where its media is now, because its connection was lost, is told when it registers again.
 */
export class PhoneCalls {
  readonly #phones = new Map<LegId, AgentPhone>();
  readonly #untold = new Set<LegId>();

  constructor(
    private readonly agents: Pick<Agents, 'lost' | 'onHeard'>,
    private readonly calls: Pick<CallBook, 'ofLeg'>,
  ) {
    agents.onHeard((agent) => this.#heard(agent));
  }

  /** Sees every command of every call. */
  onCommand(command: Command): void {
    if (command.type === 'invite' && command.to.phone !== null) {
      this.#phones.set(command.leg, command.to.phone);
    } else if (command.type === 'write' && command.record.kind === 'leg') {
      this.#phones.delete(command.record.id);
      this.#untold.delete(command.record.id);
    }
  }

  /** Sees every event of every leg, before its call does. */
  onLegEvent(event: LegEvent): void {
    if (event.type === 'failed' && !event.reached) this.#unreached(event.leg);
    if (event.type === 'offer-answered' && NO_WAY.includes(event.status)) this.#untold.add(event.leg);
  }

  /** No peer answered at all (RFC 5626 §5.3: the flow has failed). */
  #unreached(leg: LegId): void {
    const phone = this.#phones.get(leg);
    if (phone !== undefined) this.agents.lost(phone.contact, phone.nextHop);
  }

  #heard(agent: AgentId): void {
    for (const id of this.#untold) {
      const runner = this.calls.ofLeg(id);
      const leg = runner?.call?.legs[id];
      if (leg !== undefined && !isGone(leg) && (leg.trunk !== null || leg.agent !== agent)) continue;
      this.#untold.delete(id);
      if (leg !== undefined && !isGone(leg)) runner?.dispatch({ type: 'media-remade', legs: [id] });
    }
  }
}
