import { isIP } from 'node:net';
import type { Clock } from '../clock.js';
import { BoundedMap } from '../guard/bounded-map.js';
import type { Destination } from '../transport/flow.js';
import { type Locator, locate, type Target } from './locate.js';

/** How long an answer is used again, ms; of an empty one, less. */
const KEEP_MS = 30_000;
const KEEP_EMPTY_MS = 5_000;
const MOST_NAMES = 1000;

interface Kept {
  readonly until: number;
  readonly found: readonly Destination[];
}

/** Finds destinations and remembers them for a while. */
export class Resolver {
  private readonly kept = new BoundedMap<Kept>(MOST_NAMES);
  /** Questions under way, so that a burst of calls to one name asks once. */
  private readonly asking = new Map<string, Promise<readonly Destination[]>>();

  constructor(
    private readonly clock: Clock,
    private readonly locator: Locator,
  ) {}

  /** Calls back with the destinations, best first; at once for an IP address or a name that was just asked for. */
  resolve(target: Target, then: (found: readonly Destination[]) => void): void {
    const { host, port, transport, secure, available } = target;
    const key = `${host} ${port} ${transport} ${secure} ${available.join()}`;
    const kept = isIP(host) === 0 ? this.kept.get(key) : undefined;
    if (kept !== undefined && kept.until > this.clock.now()) {
      then(kept.found);
      return;
    }
    let answer = this.asking.get(key);
    if (answer === undefined) {
      answer = locate(this.locator, target)
        .catch((): readonly Destination[] => [])
        .then((found) => {
          this.asking.delete(key);
          const keep = found.length === 0 ? KEEP_EMPTY_MS : KEEP_MS;
          this.kept.set(key, { until: this.clock.now() + keep, found });
          return found;
        });
      this.asking.set(key, answer);
    }
    void answer.then(then);
  }
}
