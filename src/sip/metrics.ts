import { Counter, Gauge, type Registry } from 'prom-client';
import type { SipServerStats } from './server.js';

/** The figures of a server; a promise where it runs in another thread. */
export type StatsSource = () => SipServerStats | Promise<SipServerStats>;

/** Adds the figures of a SIP server to a Prometheus registry; they are read when it is scraped. */
export function addSipMetrics(registry: Registry, stats: StatsSource): void {
  const registers = [registry];
  const counter = (name: string, help: string, read: (now: SipServerStats) => number): void => {
    new Counter({
      name,
      help,
      registers,
      async collect() {
        const value = read(await stats());
        this.reset();
        this.inc(value);
      },
    });
  };
  const gauge = (name: string, help: string, read: (now: SipServerStats) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(read(await stats()));
      },
    });
  };
  addMessages(registry, stats);
  addRetransmissions(registry, stats);
  counter(
    'onekey_sip_malformed_total',
    'Messages that could not be parsed or were not sound',
    (now) => now.malformed,
  );
  counter('onekey_sip_dropped_total', 'Messages that fitted nothing', (now) => now.dropped);
  counter('onekey_sip_blocks_total', 'Sources that were blocked', ({ guard }) => guard.blocks);
  counter(
    'onekey_sip_stun_answers_total',
    'Keep-alives of phones by STUN that were answered',
    (now) => now.bindingAnswers,
  );
  gauge('onekey_sip_blocked_sources', 'Sources that are blocked now', ({ guard }) => guard.blockedSources);
  gauge('onekey_sip_connections', 'Open stream connections', (now) => now.connections);
  gauge('onekey_sip_dialogs', 'Open dialogs', ({ live }) => live.dialogs);
  addLabelled(
    registry,
    'onekey_sip_guarded_total',
    'Messages and connections that the guard dropped',
    'reason',
    async () => {
      const { droppedBlocked, droppedRate, droppedScanners, refusedConnections } = (await stats()).guard;
      return {
        blocked: droppedBlocked,
        rate: droppedRate,
        scanner: droppedScanners,
        connections: refusedConnections,
      };
    },
  );
  new Gauge({
    name: 'onekey_sip_transactions',
    help: 'Open transactions',
    registers,
    labelNames: ['side'],
    async collect() {
      const { live } = await stats();
      this.set({ side: 'client' }, live.clientTransactions);
      this.set({ side: 'server' }, live.serverTransactions);
    },
  });
}

/** Messages by method and status, and by transport. */
function addMessages(registry: Registry, stats: StatsSource): void {
  new Counter({
    name: 'onekey_sip_messages_total',
    help: 'SIP messages; status is empty for requests',
    registers: [registry],
    labelNames: ['direction', 'method', 'status'],
    async collect() {
      const { received, sent } = await stats();
      this.reset();
      for (const [direction, counts] of Object.entries({ in: received, out: sent })) {
        for (const [key, count] of Object.entries(counts)) {
          const blank = key.indexOf(' ');
          const [status, method] = blank < 0 ? ['', key] : [key.slice(0, blank), key.slice(blank + 1)];
          this.inc({ direction, method, status }, count);
        }
      }
    },
  });
  for (const direction of ['received', 'sent'] as const) {
    const help = `SIP messages ${direction} by transport`;
    addLabelled(registry, `onekey_sip_${direction}_by_transport_total`, help, 'transport', async () => {
      const { receivedBy, sentBy } = await stats();
      return direction === 'received' ? receivedBy : sentBy;
    });
  }
}

/** Messages that were said again, by either side; status is empty for requests. */
function addRetransmissions(registry: Registry, stats: StatsSource): void {
  new Counter({
    name: 'onekey_sip_retransmissions_total',
    help: 'SIP messages that were sent again (out) or came again (in)',
    registers: [registry],
    labelNames: ['direction', 'transport', 'method', 'status'],
    async collect() {
      const { receivedAgain, sentAgain } = await stats();
      this.reset();
      for (const [direction, counts] of Object.entries({ in: receivedAgain, out: sentAgain })) {
        for (const [key, count] of Object.entries(counts)) {
          const words = key.split(' ');
          const method = words.at(-1) ?? '';
          const [transport = '', status = ''] = words.slice(0, -1);
          this.inc({ direction, transport, method, status }, count);
        }
      }
    },
  });
}

function addLabelled(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Promise<Readonly<Record<string, number>>>,
): void {
  new Counter({
    name,
    help,
    registers: [registry],
    labelNames: [label],
    async collect() {
      const values = await read();
      this.reset();
      for (const [value, count] of Object.entries(values)) this.inc({ [label]: value }, count);
    },
  });
}
