import { parseNameAddr } from '../sip/message/name-addr.js';
import { parseUri } from '../sip/message/uri.js';
import type { Agent, AgentId } from './agent.js';
import type { AgentRequest, RequestSource } from './agent-request.js';
import type { Registration } from './registration.js';

/** Who is registered from an address. Several may be: behind a proxy, or lines of one phone. */
export class SourceIndex {
  readonly #bySource = new Map<string, Map<string, Registration>>();
  readonly #sourceOf = new Map<string, string>();

  add(registration: Registration): void {
    this.remove(registration.id);
    const key = keyOf(registration.source);
    const there = this.#bySource.get(key) ?? new Map<string, Registration>();
    there.set(registration.id, registration);
    this.#bySource.set(key, there);
    this.#sourceOf.set(registration.id, key);
  }

  /** @param id of the registration */
  remove(id: string): void {
    const key = this.#sourceOf.get(id);
    if (key === undefined) return;
    this.#sourceOf.delete(id);
    const there = this.#bySource.get(key);
    there?.delete(id);
    if (there?.size === 0) this.#bySource.delete(key);
  }

  has(source: Pick<RequestSource, 'host' | 'port'>): boolean {
    return this.#bySource.has(keyOf(source));
  }

  /**
   * The agent that a request from there claims to be of, by name or extension; null when no phone of such an agent is
   * registered from there directly and over the same transport.
   */
  agentAt(
    source: RequestSource,
    claimed: string | null,
    agent: (id: AgentId) => Agent | undefined,
  ): Agent | null {
    for (const registration of this.#bySource.get(keyOf(source))?.values() ?? []) {
      const { transport } = registration.source;
      // Behind a proxy the address is the proxy's, and everybody's.
      if (transport !== source.transport || registration.path.length > 0) continue;
      const found = agent(registration.agent);
      if (found !== undefined && (found.id === claimed || found.extension === claimed)) return found;
    }
    return null;
  }
}

/** User part of From; null when there is none. */
export function fromUser(request: AgentRequest): string | null {
  const uri = parseUri(parseNameAddr(request.get('From') ?? '').uri);
  return uri === null || uri.user === '' ? null : uri.user;
}

const keyOf = ({ host, port }: Pick<RequestSource, 'host' | 'port'>): string => `${host} ${port}`;
