import { Gauge, type Registry } from 'prom-client';
import type { IssuedTokens } from './issued-tokens.js';

/** Adds what must be seen in time of issued tokens. */
export function addTokenMetrics(registry: Registry, tokens: Pick<IssuedTokens, 'daysLeft'>): void {
  new Gauge({
    name: 'onekey_api_token_days_left',
    help: 'Days until a token of the API ends, below zero when it has expired',
    registers: [registry],
    labelNames: ['name'],
    collect() {
      this.reset();
      for (const { name, days } of tokens.daysLeft()) this.set({ name }, Math.round(days * 100) / 100);
    },
  });
}
