/**
 * A program that writes calls to a ledger is killed (kill -9) at random moments, over and over, now and then while the
 * months of its clock pass quickly. After each kill: the ledger verifies, each record that was said to be on disk is there,
 * once, and each call that was said to be answered is in the journal or has its record.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { beginLedger } from '../../../src/ledger/begin-ledger.js';
import {
  ledgerFolder,
  listMonths,
  livePath,
  monthPath,
  prepareFolder,
} from '../../../src/ledger/ledger-folder.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import type { Job, Said } from './writer.js';

export interface KillRounds {
  readonly rounds: number;
  readonly seed: number;
  /** Rounds with the same ledger. */
  readonly perLedger: number;
  readonly onRound?: (round: number, figures: KillFigures) => void;
}

export interface KillFigures {
  /** Calls that were said to be answered. */
  readonly answered: number;
  /** Calls whose records were said to be on disk. */
  readonly done: number;
  /** Calls that a life found open. */
  readonly left: number;
  /** Files of months. */
  readonly months: number;
  /** Rounds that ended before the program had said anything. */
  readonly silent: number;
  /** What was wrong; empty when all is well. */
  readonly faults: readonly string[];
}

/** Longest life; milliseconds. */
const MOST_MS = 250;
/** Each so many-th life has the quick clock. */
const MONTHS_EACH = 4;

/** mulberry32: the same seed gives the same sequence. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Life {
  readonly said: Said[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #rest = '';
  #complaints = '';
  #killed = false;

  constructor() {
    const loader = join(
      dirname(createRequire(import.meta.url).resolve('tsx/package.json')),
      'dist',
      'loader.mjs',
    );
    const command = ['--import', loader, join(import.meta.dirname, 'writer.ts')];
    this.#child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (chunk) => {
      const lines = (this.#rest + String(chunk)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.said.push(JSON.parse(line) as Said);
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#complaints += String(chunk);
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()));
  }

  begin(job: Job): void {
    this.#child.stdin?.write(`${JSON.stringify(job)}\n`);
  }

  /** Resolves when it has said something, or has ended by itself. */
  async spoke(): Promise<void> {
    while (this.said.length === 0 && this.#child.exitCode === null && this.#child.signalCode === null)
      await sleep(2);
  }

  /** Kills it; gives what it complained of when it had ended by itself. */
  async kill(): Promise<string | null> {
    this.#killed = this.#child.kill('SIGKILL');
    await this.#ended;
    return this.#killed && this.#child.signalCode === 'SIGKILL'
      ? null
      : this.#complaints || 'it ended by itself';
  }
}

/** What the ledgers of all rounds must have. */
class Expectation {
  readonly answered = new Set<string>();
  readonly done = new Set<string>();
  left = 0;

  take(said: readonly Said[]): void {
    for (const message of said) {
      if ('answered' in message) for (const id of message.answered) this.answered.add(id);
      else if ('done' in message) for (const id of message.done) this.done.add(id);
      else {
        this.left += message.left.length;
        for (const id of message.left) this.done.add(id);
      }
    }
  }

  /** What does not hold in a folder. */
  async faults(folder: string): Promise<readonly string[]> {
    const result = await verifyLedger(folder);
    const found = result.ok ? [] : [result.break.message];
    const ids = { calls: new Set<string>(), legs: new Set<string>(), transfers: new Set<string>() };
    for (const month of listMonths(folder)) {
      const db = new Database(monthPath(folder, month), { readonly: true });
      for (const [table, known] of Object.entries(ids))
        for (const id of db.prepare<[], string>(`SELECT id FROM ${table}`).pluck().all()) {
          if (known.has(id)) found.push(`${table} has ${id} twice`);
          known.add(id);
        }
      db.close();
    }
    const db = new Database(livePath(folder), { readonly: true });
    const journal = new Set(db.prepare<[], string>('SELECT call_id FROM journal').pluck().all());
    db.close();
    for (const id of this.done) {
      const there = ids.calls.has(id) && ids.legs.has(`${id}-1`) && ids.legs.has(`${id}-2`);
      if (!there || !ids.transfers.has(`${id}-t1`)) found.push(`records of ${id} are lost`);
    }
    for (const id of this.answered)
      if (!ids.calls.has(id) && !journal.has(id)) found.push(`answered call ${id} is forgotten`);
    return found;
  }
}

/** Play the rounds; the figures are those of all. */
export async function playKillRounds({ rounds, seed, perLedger, onRound }: KillRounds): Promise<KillFigures> {
  const chance = random(seed);
  const faults: string[] = [];
  const sums = { answered: 0, done: 0, left: 0, months: 0, silent: 0 };
  let dir = '';
  let expected = new Expectation();
  let next = new Life();
  const figures = (): KillFigures => ({
    ...sums,
    answered: sums.answered + expected.answered.size,
    done: sums.done + expected.done.size,
    left: sums.left + expected.left,
    months: sums.months + (dir === '' ? 0 : listMonths(ledgerFolder(dir)).length),
    faults,
  });
  const leave = (): void => {
    Object.assign(sums, figures(), { silent: sums.silent });
    expected = new Expectation();
    if (dir !== '') rmSync(dir, { recursive: true, force: true });
    dir = '';
  };
  try {
    for (let round = 0; round < rounds && faults.length === 0; round += 1) {
      if (round % perLedger === 0) {
        leave();
        dir = mkdtempSync(join(tmpdir(), 'onekey-kill-'));
        prepareFolder(dir);
        beginLedger({ folder: ledgerFolder(dir), now: Date.now() });
      }
      const life = next;
      next = new Life();
      const way = round % MONTHS_EACH === MONTHS_EACH - 1 ? 'months' : 'ledger';
      life.begin({ dir, life: `r${round}`, way, monthsAhead: listMonths(ledgerFolder(dir)).length });
      // Most die at work, some at their start.
      if (chance() < 0.85) await life.spoke();
      await sleep(chance() * MOST_MS);
      const complaint = await life.kill();
      if (complaint !== null) faults.push(`round ${round}: ${complaint}`);
      if (life.said.length === 0) sums.silent += 1;
      expected.take(life.said);
      for (const fault of (await expected.faults(ledgerFolder(dir))).slice(0, 5))
        faults.push(`round ${round}: ${fault}`);
      onRound?.(round + 1, figures());
    }
    leave();
    return { ...sums, faults };
  } finally {
    await next.kill();
    if (dir !== '' && faults.length === 0) rmSync(dir, { recursive: true, force: true });
  }
}
