import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Operations } from '../engine/operations.js';
import type { EventHub } from './event-hub.js';

/** A registry of its own with the figures of the engine and of the process, read when it is scraped. */
export function createMetrics(operations: Operations, hub: EventHub): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('onekey_ready', 'Whether calls are taken: 1 or 0', () => Number(operations.ready()));
  gauge(
    'onekey_admitted_share',
    'Share of new calls that are taken; below 1 while the machine does not keep up',
    () => operations.figures().admittedShare,
  );
  gauge('onekey_live_calls', 'Calls in progress', () => operations.figures().liveCalls);
  gauge('onekey_live_legs', 'SIP legs in progress', () => operations.figures().liveLegs);
  gauge('onekey_live_transfers', 'Transfers in progress', () => operations.figures().liveTransfers);
  gauge('onekey_recordings_active', 'Recordings that go on', () => operations.figures().recordingsActive);
  gauge('onekey_event_readers', 'Readers of the event stream', () => hub.readers);

  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  counter('onekey_calls_started_total', 'Calls that came in', () => operations.figures().callsTotal);
  counter(
    'onekey_refused_sources_total',
    'INVITEs refused because no trunk allows their source',
    () => operations.figures().refusedSources,
  );
  counter(
    'onekey_unexpected_events_total',
    'Events that the state of their call did not expect',
    () => operations.figures().unexpectedEvents,
  );
  counter('onekey_event_readers_dropped_total', 'Event readers that did not keep up', () => hub.dropped);

  counter(
    'onekey_recordings_failed_total',
    'Recordings that did not come about or broke; the calls went on',
    () => operations.figures().recordingsFailed,
  );

  new Counter({
    name: 'onekey_calls_ended_total',
    help: 'Calls by outcome',
    registers,
    labelNames: ['outcome'],
    collect() {
      this.reset();
      for (const [outcome, value] of Object.entries(operations.figures().callsByOutcome))
        this.inc({ outcome }, value);
    },
  });
  new Counter({
    name: 'onekey_transfers_total',
    help: 'Transfers by mode, trigger and outcome',
    registers,
    labelNames: ['mode', 'trigger', 'outcome'],
    collect() {
      this.reset();
      for (const { count, ...kind } of operations.figures().transfers) this.inc(kind, count);
    },
  });

  new Gauge({
    name: 'onekey_gateway_up',
    help: 'Whether a gateway answers its health check: 1 or 0',
    registers,
    labelNames: ['gateway'],
    collect() {
      this.reset();
      for (const [gateway, up] of Object.entries(operations.figures().gatewaysUp))
        this.set({ gateway }, Number(up));
    },
  });
  return registry;
}
