import { SERVER_HOST, type World } from '../../world/world.js';
import { BACKUP_2, CARRIER_2, PBX } from '../alliance.js';
import type { UserAgent } from '../phones/user-agent.js';
import type { Dice } from './dice.js';

/** How often in a batch what befalls the PBXs. */
export interface FaultCounts {
  readonly partitions: number;
  readonly restarts: number;
  readonly crashes: number;
}

/** Plans what befalls whole PBXs while calls begin, in the first `forMs` milliseconds. */
export function planFaults(
  world: World,
  dice: Dice,
  agents: ReadonlyMap<string, UserAgent>,
  counts: FaultCounts,
  forMs: number,
): void {
  const { time, network } = world;
  const hosts = [...Object.values(PBX), BACKUP_2, CARRIER_2];
  const some = (): UserAgent => {
    const agent = agents.get(hosts[Math.floor(dice.next() * hosts.length)] ?? '');
    if (agent === undefined) throw new RangeError('no such PBX');
    return agent;
  };
  for (let n = 0; n < counts.partitions; n++) {
    const { host } = some();
    const at = dice.between(0, forMs);
    time.setTimeout(() => network.partition(SERVER_HOST, host), at);
    time.setTimeout(() => network.heal(SERVER_HOST, host), at + dice.between(500, 50_000));
  }
  for (let n = 0; n < counts.restarts; n++) {
    const agent = some();
    const at = dice.between(0, forMs);
    time.setTimeout(() => agent.crash(), at);
    time.setTimeout(() => agent.restart(), at + dice.between(0, 40_000));
  }
  for (let n = 0; n < counts.crashes; n++) {
    const agent = some();
    // For ever, so late that most calls have had their turn.
    time.setTimeout(() => agent.crash(), forMs * dice.between(0.7, 1.5));
  }
}
