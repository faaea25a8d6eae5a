import type { DialPlan, Gateway } from '../dialplan/plan.js';
import type { EngineClock, Timer } from './clock.js';

export interface HealthParts {
  readonly clock: EngineClock;
  /** Sends OPTIONS; resolves to the final status. */
  ask(uri: string): Promise<number>;
  onChange(gatewayId: string, up: boolean, status: number): void;
}

interface Watched {
  readonly gateway: Gateway;
  readonly intervalMs: number;
  up: boolean;
  timer: Timer | null;
}

/**
 * Asks gateways by OPTIONS whether they are there, where the dial plan wants it. Any final answer of the peer
 * counts as up, but 408 (nobody) and 503 (nobody, or out of service).
 */
export class GatewayHealth {
  #watched = new Map<string, Watched>();
  #stopped = false;

  constructor(private readonly parts: HealthParts) {}

  /** Watch the gateways of this plan from now on. What is known of gateways that stay is kept. */
  watch(plan: DialPlan): void {
    const before = this.#watched;
    this.#watched = new Map();
    for (const trunk of plan.trunks.values()) {
      if (trunk.healthCheck === null) continue;
      const intervalMs = trunk.healthCheck.intervalSeconds * 1000;
      for (const gateway of trunk.gateways) {
        const known = before.get(gateway.id);
        known?.timer?.cancel();
        const watched = { gateway, intervalMs, up: known?.up ?? true, timer: null };
        this.#watched.set(gateway.id, watched);
        void this.#check(watched);
      }
    }
    for (const [id, old] of before) if (!this.#watched.has(id)) old.timer?.cancel();
  }

  /** Gateways that are not watched count as up. */
  isUp(gatewayId: string): boolean {
    return this.#watched.get(gatewayId)?.up ?? true;
  }

  states(): Record<string, boolean> {
    return Object.fromEntries([...this.#watched].map(([id, { up }]) => [id, up]));
  }

  stop(): void {
    this.#stopped = true;
    for (const watched of this.#watched.values()) watched.timer?.cancel();
  }

  async #check(watched: Watched): Promise<void> {
    const { host, port, transport } = watched.gateway;
    const status = await this.parts.ask(
      `sip:${host.includes(':') ? `[${host}]` : host}:${port};transport=${transport}`,
    );
    if (this.#stopped || this.#watched.get(watched.gateway.id) !== watched) return;
    const up = status !== 408 && status !== 503;
    if (up !== watched.up) {
      watched.up = up;
      this.parts.onChange(watched.gateway.id, up, status);
    }
    watched.timer = this.parts.clock.after(watched.intervalMs, () => void this.#check(watched));
  }
}
