import { Counter, Gauge, type Registry } from 'prom-client';
import type { WebhookFigures } from './webhooks.js';

/** How deliveries to members' desktops go. */
export function addWebhookMetrics(registry: Registry, figures: () => WebhookFigures): void {
  new Counter({
    name: 'onekey_webhook_deliveries_total',
    help: 'Deliveries to members’ desktops: delivered, given up, and attempts that failed',
    registers: [registry],
    labelNames: ['result'],
    collect() {
      this.reset();
      const { delivered, dropped, failedAttempts } = figures();
      this.inc({ result: 'delivered' }, delivered);
      this.inc({ result: 'dropped' }, dropped);
      this.inc({ result: 'failed-attempt' }, failedAttempts);
    },
  });
  new Gauge({
    name: 'onekey_webhook_waiting',
    help: 'Deliveries to members’ desktops that wait',
    registers: [registry],
    collect() {
      this.set(figures().waiting);
    },
  });
}
