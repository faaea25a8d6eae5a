import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { DialPlanFile } from '../../test/e2e/harness/plan.js';
import { freePort } from '../../test/e2e/harness/ports.js';
import { Server } from '../../test/e2e/harness/server.js';
import { randomFrom } from '../../test/unit/dialplan/plan-text.js';
import { readCommandLine } from '../command-line.js';
import { makeAccounts } from './make-accounts.js';
import { cpuMs, machineLine, residentBytes } from './process-usage.js';
import { QueueCallers } from './queue-callers.js';
import { type Mood, QueueStaff } from './queue-staff.js';
import { judgeQueues, type QueueVerdict, type Told, toldAudit, toldCall, toldLeg } from './queue-verdict.js';
import { WireCapture } from './queue-wire.js';
import { percentile } from './refer-latency.js';

const help = `Usage: scripts/bench/queues [--queues N] [--agents N] [--calls-per-second N] [--seconds N] [--seed N] [--within MS]

Queues of a whole city in real time: a server of its own on loopback, agents whose telephones register over UDP, and
citizens who call the members' numbers. An agent answers after 0.5 to 5 s, one call in 33 not at all, one in 33 is
declined; a supervisor calls back from their pause those who did not. Citizens talk 8 to 40 s, and give up after 15 to
90 s without an answer. No media is sent.
  --queues N            members, each with a queue of its own (default 17)
  --agents N            agents, spread evenly (default 200)
  --calls-per-second N  citizens who come in (default 5)
  --seconds N           for how long (default 600)
  --seed N              decides everything that is random
  --within MS           how far the server's times may be from those of the wire (default 50)
  --help                this text

The wire is captured by dumpcap and read by tshark, neither of which knows anything of the server: every call's time from
its INVITE to its 200, whether that is within 15 s, and every agent's calls. Held against it, call by call, is what the
server tells of them (/v1/calls: waitMs, answeredInTime; /v1/legs; /v1/audits). Needs tshark and the right to capture.
Exit code: 0 when nobody was called while another call of theirs was up, nobody was called while somebody of the member
had been idle for longer, no call is missing, and no time differs by more than that; 1 otherwise, 2 for wrong usage.`;

const line = readCommandLine(help, {
  values: ['queues', 'agents', 'calls-per-second', 'seconds', 'seed', 'within'],
});
const whole = (name: string, otherwise: number, most: number): number =>
  line.number(name, { otherwise, least: 1, most, whole: true });
const wish = {
  queues: whole('queues', 17, 100),
  agents: whole('agents', 200, 2000),
  rate: line.number('calls-per-second', { otherwise: 5, least: 0.01, most: 100 }),
  seconds: whole('seconds', 600, 86_400),
  within: line.number('within', { otherwise: 50, least: 1, most: 10_000 }),
  seed: line.number('seed', { otherwise: Date.now() % 1_000_000, least: 0, most: 0xffff_ffff, whole: true }),
};

const PASSWORD = 'of-the-bench';
const REFRESH_MS = 60_000;
/** How often a supervisor looks after agents who pause. */
const ROUND_MS = 5000;
/** Until the last citizen has left. */
const SETTLE_MS = 240_000;

const members = Array.from({ length: wish.queues }, (_, n) => `m${n + 1}`);
const users = Array.from({ length: wish.agents }, (_, n) => `agent${n}`);
const numberOf = (queue: number): string => String(10_000 + queue);

function planFor(callers: number): DialPlanFile {
  const entry = (id: string, n: number) => ({
    numbers: [numberOf(n)],
    name: { zh: '成员', en: 'Member' },
    field: 'field',
    source: 'example' as const,
    targets: [{ queue: id, ringSeconds: 12, maxWaitSeconds: 600 }],
    queue: { afterCallSeconds: 2 },
  });
  return {
    numbering: { country: '86', area: '22' },
    policies: {},
    members: Object.fromEntries(members.map((id, n) => [id, entry(id, n)])),
    trunks: { line: { kind: 'carrier', sources: [`127.0.0.1:${callers}`], gateways: [] } },
    keys: {},
  };
}

const random = (
  (draw) => (): number =>
    draw(1_000_000) / 1_000_000
)(randomFrom(wish.seed));
const between = (least: number, most: number): number => least + random() * (most - least);

function mood(): Mood {
  const chance = random();
  const does = chance < 0.03 ? 'nothing' : chance < 0.06 ? 'decline' : 'answer';
  return { does, afterMs: between(500, 5000) };
}

/** Whoever pauses is asked back. */
async function supervise(server: Server, isOver: () => boolean): Promise<void> {
  const queues = z.object({
    items: z.array(z.object({ agents: z.array(z.object({ agent: z.string(), state: z.string() })) })),
  });
  while (!isOver()) {
    await sleep(ROUND_MS);
    const { items } = queues.parse(await server.api.get('/v1/queues'));
    for (const { agent, state } of items.flatMap((queue) => queue.agents))
      if (state === 'pause') await server.api.ask('POST', `/v1/agents/${agent}/state`, { state: 'ready' });
  }
}

/** Citizens come in at random, at that rate on average; gives how many. */
async function comeIn(callers: QueueCallers): Promise<number> {
  const count = Math.round(wish.rate * wish.seconds);
  const began = performance.now();
  let due = 0;
  for (let n = 0; n < count; n++) {
    due += (2 * random() * 1000) / wish.rate;
    await sleep(Math.max(0, began + due - performance.now()));
    callers.call({
      number: `139${String(n).padStart(8, '0')}`,
      dials: numberOf(Math.floor(random() * wish.queues)),
      patienceMs: between(15_000, 90_000),
      talkMs: between(8000, 40_000),
    });
  }
  return count;
}

async function told(server: Server): Promise<Told> {
  const page = z.object({ items: z.array(z.unknown()), next: z.string().nullable() });
  const all = async (path: string): Promise<readonly unknown[]> => {
    const rows: unknown[] = [];
    for (let cursor = ''; ; ) {
      const { items, next } = page.parse(await server.api.get(`${path}limit=500${cursor}`));
      rows.push(...items);
      if (next === null) return rows;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  };
  return {
    calls: z.array(toldCall).parse(await all('/v1/calls?')),
    legs: z.array(toldLeg).parse(await all('/v1/legs?')),
    audits: z.array(toldAudit).parse(await all('/v1/audits?action=agent-state&')),
  };
}

function report(verdict: QueueVerdict, callers: number): boolean {
  const { waits, differences, inTime, offers, faults } = verdict;
  const ms = (values: readonly number[], digits: number): string =>
    [0.5, 0.95, 0.99, 1].map((share) => percentile(values, share).toFixed(digits)).join(' / ');
  const share = (count: number): string => `${((count / Math.max(1, waits.length)) * 100).toFixed(2)} %`;
  console.log(
    `calls          ${callers}: ${verdict.answered} answered, ${verdict.abandoned} given up, ${callers - verdict.answered - verdict.abandoned} otherwise`,
  );
  console.log(`offers         ${offers.told} in the ledger, ${offers.wire} on the wire`);
  console.log(`waiting        ${ms(waits, 0)} ms (p50 / p95 / p99 / max, wire)`);
  console.log(
    `within 15 s    ${inTime.told} in the ledger (${share(inTime.told)} of those answered), ${inTime.wire} on the wire (${share(inTime.wire)})`,
  );
  console.log(`difference     ${ms(differences, 2)} ms between ledger and wire, call by call`);
  for (const [kind, found] of Object.entries(faults))
    console.log(`${kind.padEnd(20)} ${found.length} ${found.slice(0, 3).join('; ')}`);
  return Object.values(faults).every((found) => found.length === 0);
}

async function bench(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'onekey-bench-'));
  const ports = { callers: await freePort(), http: await freePort(), sip: await freePort() };
  mkdirSync(join(folder, 'data'));
  makeAccounts(
    join(folder, 'data'),
    users.map((id, n) => ({ id, member: members[n % members.length] ?? '', extension: String(10_000 + n) })),
    PASSWORD,
  );
  const plan = planFor(ports.callers);
  const server = await Server.start({
    folder,
    plan,
    ports,
    settings: { log: { level: 'warn' }, limits: { maxCalls: 100_000 } },
  });
  const pid = server.child.pid ?? 0;
  const staff = await QueueStaff.open(ports.sip, users, PASSWORD, mood);
  const callers = await QueueCallers.open(ports.callers, ports.sip);
  let over = false;
  try {
    console.log(machineLine());
    console.log(
      `${wish.queues} queues, ${wish.agents} agents, ${wish.rate} calls/s for ${wish.seconds} s, seed ${wish.seed}; load of the machine before: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
    );
    await staff.register(users);
    const capture = await WireCapture.start(ports.sip, join(folder, 'wire.pcap'));
    const background = [staff.stayRegistered(users, REFRESH_MS), supervise(server, () => over)];
    const cpuBefore = cpuMs(pid);
    const began = performance.now();
    const count = await comeIn(callers);
    const end = performance.now() + SETTLE_MS;
    while ((callers.busy > 0 || (await server.api.liveCalls()).length > 0) && performance.now() < end)
      await sleep(500);
    const cpu = ((cpuMs(pid) - cpuBefore) / (performance.now() - began)) * 100;
    const resident = residentBytes(pid) / 2 ** 20;
    const wire = await capture.finish({ server: ports.sip, callers: ports.callers, agents: staff.port });
    over = true;
    staff.close();
    await Promise.all(background);
    const verdict = judgeQueues(await told(server), wire, count, wish.within);
    console.log(
      `server         ${cpu.toFixed(1)} % of one core, ${resident.toFixed(0)} MiB; ${wire.messages} SIP messages; load after: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
    );
    const left = (await server.api.liveCalls()).length;
    console.log(
      `left           ${left} calls live, ${callers.busy} citizens busy, ${callers.refused.length} refused ${callers.refused.slice(0, 3).join('; ')}`,
    );
    return report(verdict, count) && left === 0;
  } finally {
    over = true;
    staff.close();
    callers.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exit((await bench()) ? 0 : 1);
