import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testPlan } from '../../test/e2e/harness/plan.js';
import { freePort } from '../../test/e2e/harness/ports.js';
import { Server } from '../../test/e2e/harness/server.js';
import { readCommandLine } from '../command-line.js';
import { makeAccounts } from './make-accounts.js';
import { cpuMs, machineLine, residentBytes } from './process-usage.js';
import { type Answers, Phones } from './register-phones.js';

const help = `Usage: scripts/bench/register [--count N] [--every SECONDS] [--seconds N] [--guesses N]

What registered phones cost a whole server, and whether somebody who guesses passwords disturbs them. The phones register
over UDP with digest (SHA-256), keep their nonces, and refresh evenly spread over time.
  --count N         phones, each of an agent of its own (default 5000)
  --every SECONDS   time between two refreshes of one phone (default 60)
  --seconds N       how long to measure, without and then with guessing (default 60)
  --guesses N       guesses per second, from another address, at the account of one of them (default 100)
  --help            this text
CPU time and memory are those of the server's process. Exit code: 0 when every phone's every refresh was answered with
200, or 401 for a stale nonce and then 200, and no guess was; 1 when not, 2 for wrong usage.`;

const line = readCommandLine(help, { values: ['count', 'every', 'seconds', 'guesses'] });
const wish = {
  count: line.number('count', { otherwise: 5000, least: 1, most: 50_000, whole: true }),
  every: line.number('every', { otherwise: 60, least: 1, most: 3600 }),
  seconds: line.number('seconds', { otherwise: 60, least: 1, most: 3600 }),
  guesses: line.number('guesses', { otherwise: 100, least: 1, most: 5000 }),
};

const PASSWORD = 'of-the-bench';
/** How often requests are sent, milliseconds. */
const TICK_MS = 20;
/** Registrations a second before it is measured. */
const RAMP = 200;
/** A phone that hears nothing for so long sends again, milliseconds. */
const PATIENCE_MS = 4000;
/** Time for phones whose datagrams were lost, milliseconds. */
const SETTLE_MS = 30_000;

/** Calls `send` so many times a second, for so long. */
async function evenly(perSecond: number, seconds: number, send: () => void): Promise<void> {
  const start = performance.now();
  const all = Math.round(perSecond * seconds);
  for (let sent = 0; sent < all; ) {
    const due = Math.min(all, Math.floor(((performance.now() - start) / 1000) * perSecond));
    for (; sent < due; sent++) send();
    await sleep(TICK_MS);
  }
}

/** Waits until every phone has its answer, or it is too late. */
async function settled(phones: Phones): Promise<void> {
  const end = performance.now() + SETTLE_MS;
  while (phones.remind(PATIENCE_MS) > 0 && performance.now() < end) await sleep(100);
}

const statuses = ({ byStatus }: Answers): string =>
  [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ') || 'none';

const told = (answers: Answers): string =>
  `${statuses(answers)}; slowest ${answers.slowestMs.toFixed(0)} ms; ${answers.unanswered} unanswered`;

async function bench(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'onekey-bench-'));
  const users = Array.from({ length: wish.count }, (_, i) => `agent${i}`);
  const accounts = users.map((id, i) => ({ id, member: 'city', extension: String(10_000 + i) }));
  makeAccounts(join(folder, 'data'), accounts, PASSWORD);
  const pbx = { 'pbx-12345': 1, 'pbx-110': 2, 'pbx-96456': 3, 'pbx-96456-b': 4, 'pbx-12333': 5 };
  const plan = testPlan({ caller: await freePort(), desk: await freePort(), pbx });
  const server = await Server.start({ folder, plan, settings: { log: { level: 'warn' } } });
  const pid = server.child.pid ?? 0;
  const phones = await Phones.open('127.0.0.1', server.ports.sip, users, PASSWORD);
  const guesser = await Phones.open('127.0.0.2', server.ports.sip, [users[0] ?? ''], 'guess');
  let next = 0;
  const refresh = (): void => phones.register(users[next++ % users.length] ?? '');
  try {
    console.log(machineLine());
    const empty = residentBytes(pid);
    await evenly(RAMP, wish.count / RAMP, refresh);
    await settled(phones);
    console.log(`${wish.count} phones registered: ${told(phones.take())}`);
    const measure = async (what: string, guess: boolean): Promise<Answers> => {
      const before = cpuMs(pid);
      const start = performance.now();
      await Promise.all([
        evenly(wish.count / wish.every, wish.seconds, refresh),
        guess ? evenly(wish.guesses, wish.seconds, () => guesser.register(users[0] ?? '')) : undefined,
      ]);
      await settled(phones);
      const share = ((cpuMs(pid) - before) / (performance.now() - start)) * 100;
      const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
      const answers = phones.take();
      console.log(
        `${what}: ${share.toFixed(1)} % of one core, ${megabytes(residentBytes(pid))} MiB (${megabytes(empty)} before); ${told(answers)}`,
      );
      return answers;
    };
    const quiet = await measure(`refreshed every ${wish.every} s`, false);
    const guessed = await measure(`the same with ${wish.guesses} guesses/s`, true);
    const guesses = guesser.take();
    console.log(`guesses: ${statuses(guesses)}`);
    const well = ({ byStatus, unanswered }: Answers): boolean =>
      unanswered === 0 && [...byStatus.keys()].every((status) => status === 200 || status === 401);
    return well(quiet) && well(guessed) && !guesses.byStatus.has(200);
  } finally {
    phones.close();
    guesser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exit((await bench()) ? 0 : 1);
