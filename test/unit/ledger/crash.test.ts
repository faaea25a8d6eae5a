import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ledgerFolder } from '../../../src/ledger/ledger-folder.js';
import { openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { temporaryFolder } from './fixtures.js';

const here = dirname(fileURLToPath(import.meta.url));
const tsx = join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist', 'cli.mjs');
const SEED = 20260302;
const LIVES = 12;

interface Said {
  readonly confirmed?: number;
  readonly left?: readonly { readonly callId: string; readonly snapshot: unknown }[];
  readonly trouble?: string;
}

/** mulberry32: the same seed gives the same instants. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts the writing program; `said` grows as it speaks. */
function live(dir: string, life: string, prefix: readonly string[] = []) {
  const said: Said[] = [];
  const command = [
    ...prefix,
    process.execPath,
    '--import',
    tsx.replace('cli.mjs', 'loader.mjs'),
    join(here, 'writing-child.ts'),
    dir,
    life,
  ];
  const child: ChildProcess = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let rest = '';
  let complaints = '';
  child.stdout?.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) said.push(JSON.parse(line) as Said);
    for (const wake of waiting.splice(0)) wake();
  });
  child.stderr?.on('data', (chunk) => {
    complaints += String(chunk);
  });
  const waiting: (() => void)[] = [];
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  void ended.then(() => {
    for (const wake of waiting.splice(0)) wake();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`it ended by itself: ${complaints}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { said, until, kill, pid: child.pid ?? 0 };
}

function confirmed(said: readonly Said[]): number {
  return Math.max(0, ...said.map((message) => message.confirmed ?? 0));
}

/** Ids of the records of one kind, in the order of the chain. */
async function idsOf(dir: string, kind: 'calls' | 'legs'): Promise<Set<string>> {
  const opened = openLedgerReader({ dir, thread: false });
  if (!opened.ok) throw new Error(opened.fault.message);
  const ids = new Set<string>();
  let cursor: { time: number; seq: number } | undefined;
  do {
    const page = await opened.reader[kind]({ limit: 500, order: 'oldest', cursor });
    for (const { id } of page.items) {
      expect(ids.has(id), `${id} is there twice`).toBe(false);
      ids.add(id);
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  await opened.reader.close();
  return ids;
}

describe('a program killed while it writes', () => {
  it(`has lost nothing that was confirmed, ${LIVES} times (seed ${SEED})`, async () => {
    const dir = temporaryFolder();
    const chance = random(SEED);
    const expectedLegs = new Set<string>();
    const expectedCalls = new Set<string>();
    let total = 0;
    for (let life = 1; life <= LIVES; life += 1) {
      const name = `life${life}`;
      const { said, until, kill } = live(dir, name);
      // From before the first word to some way into the writing.
      const goal = Math.floor(chance() * 40) - 4;
      if (goal > 0) await until(() => confirmed(said) >= goal);
      else if (goal > -3) await until(() => said.length > 0);
      const dead = new Promise((resolve) => setTimeout(resolve, chance() * 15));
      await dead;
      await kill();

      const result = await verifyLedger(ledgerFolder(dir));
      if (!result.ok && said.length === 0 && total === 0) continue; // Killed before there was a ledger.
      expect(result, `life ${life}`).toMatchObject({ ok: true });
      const last = confirmed(said);
      total += last;
      for (let n = 1; n <= last; n += 1) {
        expectedLegs.add(`${name}-${n}-a`);
        if (n % 3 !== 0) expectedLegs.add(`${name}-${n}-b`);
        // Every third call is left open: the next life that gets so far writes its record.
        if (n % 3 !== 0) expectedCalls.add(`${name}-${n}`);
      }
      // What the start of this life found open has been confirmed with the first of its own entries.
      if (last > 0)
        for (const { callId } of said.flatMap(({ left }) => left ?? [])) expectedCalls.add(callId);
      for (const { callId, snapshot } of said.flatMap(({ left }) => left ?? []))
        expect(snapshot, callId).toSatisfy((value: { step: number }) => value.step === 1 || value.step === 2);
      const legs = await idsOf(dir, 'legs');
      const calls = await idsOf(dir, 'calls');
      expect([...expectedLegs].filter((id) => !legs.has(id))).toEqual([]);
      expect([...expectedCalls].filter((id) => !calls.has(id))).toEqual([]);
    }
    expect(total).toBeGreaterThan(LIVES);

    // A last life takes over what the one before left open, and what is open then is known again.
    const last = live(dir, 'last');
    await last.until(() => confirmed(last.said) >= 6);
    await last.kill();
    const heir = live(dir, 'heir');
    await heir.until(() => heir.said.length > 0);
    const left = heir.said[0]?.left ?? [];
    expect(left.map(({ callId }) => callId)).toEqual(expect.arrayContaining(['last-3', 'last-6']));
    expect(left.find(({ callId }) => callId === 'last-3')?.snapshot).toEqual({ step: 2 });
    await heir.kill();
  }, 300_000);
});

describe('a disk that takes no more', () => {
  it('makes entries wait, and gets all of them in order when it takes more again', async () => {
    const dir = temporaryFolder();
    // A limit on the size of files stands for a full disk; the system refuses the write in the same place.
    const child = live(dir, 'full', ['prlimit', '--fsize=400000:unlimited']);
    await child.until(() => child.said.some(({ trouble }) => trouble === 'refused'));
    const before = confirmed(child.said);
    expect(before).toBeGreaterThan(0);
    const lifted = spawn('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
    await new Promise((resolve) => lifted.on('close', resolve));
    await child.until(() => child.said.some(({ trouble }) => trouble === 'recovered'));
    await child.until(() => confirmed(child.said) > before + 10);
    await child.kill();
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true });
    const legs = await idsOf(dir, 'legs');
    for (let n = 1; n <= confirmed(child.said); n += 1) expect(legs).toContain(`full-${n}-a`);
  }, 60_000);
});
