import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from '../../e2e/harness/end-with-us.js';
import { type Attack, prepareAttacks } from './attacks.js';
import { GoodCalls, type GoodFigures } from './good-calls.js';
import { type GuardedServer, startGuardedServer } from './guarded-server.js';
import type { SourceFigures } from './source-book.js';

/** One attack of one tool. */
export interface Round {
  readonly received: number;
  readonly answered: number;
  /** From the tool's first datagram to the block, ms; null when it was not blocked. */
  readonly blockedAfterMs: number | null;
  /** Datagrams until then. */
  readonly heard: number;
  readonly blockSeconds: number;
  /** Datagrams to the source while it was blocked. */
  readonly answeredBlocked: number;
}

export interface AttackResult {
  readonly name: string;
  readonly source: string;
  readonly rounds: readonly [Round, Round];
}

export interface HostileRun {
  /** The first block of each source, ms; whole seconds, as the log tells them. */
  readonly blockMs: number;
  /** How long a tool goes on after its block, ms. */
  readonly afterMs: number;
  /** Good calls a second. */
  readonly rate: number;
  readonly only?: (attack: Attack) => boolean;
  readonly told: (result: AttackResult) => void;
}

/** A tool that is not blocked within this has got through, ms. */
const PATIENCE_MS = 15_000;

/** Every tool attacks twice, one after the other, while calls go on. */
export async function runAttacks(run: HostileRun): Promise<{ good: GoodFigures; results: AttackResult[] }> {
  const server = await startGuardedServer(run.blockMs);
  const folder = mkdtempSync(join(tmpdir(), 'attacks-'));
  const attacks = await prepareAttacks(server.port, folder);
  const calls = await GoodCalls.start(server, run.rate, folder);
  const results: AttackResult[] = [];
  try {
    await sleep(1000);
    for (const attack of attacks.list.filter(run.only ?? (() => true))) {
      const first = await assault(server, attack, run.afterMs);
      await sleep(Math.max(0, blockEnd(server.book.of(attack.source)) - Date.now() + 100));
      const second = await assault(server, attack, run.afterMs);
      const result: AttackResult = { name: attack.name, source: attack.source, rounds: [first, second] };
      results.push(result);
      run.told(result);
    }
    return { good: await calls.finish(), results };
  } finally {
    calls.stop();
    attacks.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Whether a tool was blocked both times, the second time for longer, and got no word while it was. */
export function wasDropped({ rounds: [first, second] }: AttackResult): boolean {
  const blocked = first.blockedAfterMs !== null && second.blockedAfterMs !== null;
  const silent = first.answeredBlocked === 0 && second.answeredBlocked === 0;
  return blocked && silent && second.blockSeconds > first.blockSeconds;
}

const blockEnd = ({ blocks }: SourceFigures): number => {
  const last = blocks.at(-1);
  return last === undefined ? 0 : last.at + last.seconds * 1000;
};

async function assault(server: GuardedServer, attack: Attack, afterMs: number): Promise<Round> {
  const figures = server.book.of(attack.source);
  const before = { ...figures, blocks: figures.blocks.length };
  const child = spawn(attack.program, attack.args, { stdio: 'ignore' });
  endWithUs(child);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const until = async (check: () => boolean, ms: number): Promise<boolean> => {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(5)) if (check()) return true;
    return check();
  };
  const heardFirst = until(() => figures.received > before.received, PATIENCE_MS);
  await Promise.race([heardFirst, failed]);
  const began = Date.now();
  await until(() => figures.blocks.length > before.blocks, PATIENCE_MS);
  const block = figures.blocks[before.blocks];
  const heard = figures.received - before.received;
  const answered = figures.answered;
  await sleep(afterMs);
  const answeredBlocked = figures.answered - answered;
  child.kill('SIGKILL');
  return {
    received: figures.received - before.received,
    answered: figures.answered - before.answered,
    blockedAfterMs: block === undefined ? null : Math.max(0, block.at - began),
    heard,
    blockSeconds: block?.seconds ?? 0,
    answeredBlocked,
  };
}
