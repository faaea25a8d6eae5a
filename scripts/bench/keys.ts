/** Codes pressed as RFC 4733 events through a real rtpengine: recognised or not, how soon, what the caller gets. */
import { type KeyRun, runCode } from '../../test/media/harness/key-run.js';
import { Switchboard } from '../../test/media/harness/switchboard.js';
import { readCommandLine } from '../command-line.js';

/** What the last key may take until the target is called; milliseconds. */
const soonMs = 250;

const help = `Usage: scripts/bench/keys [--runs N]

Presses a feature code N times (default 100) as RFC 4733 events on a call through the engine and a real rtpengine.
Prints how many were recognised, how long after the last key the target was called, and what of the keys reached the
caller. Exit code: 0 when every code was recognised, 1 when not, 2 for wrong usage.`;

const line = readCommandLine(help, { values: ['runs'] });
await bench(line.number('runs', { otherwise: 100, least: 1, most: 100_000, whole: true }));

async function bench(count: number): Promise<void> {
  const board = await Switchboard.open({ portMin: 20_000 });
  const runs: KeyRun[] = [];
  try {
    while (runs.length < count) runs.push(await runCode(board));
  } finally {
    await board.close();
  }
  const times = runs.map((run) => run.recognisedMs).sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(1);
  const sum = (of: (run: KeyRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const recognised = runs.filter((run) => run.recognised).length;
  const soon = times.filter((ms) => ms <= soonMs).length;
  console.log(
    `*2 pressed ${count} times: recognised ${recognised}, ${soon} within ${soonMs} ms of the last key`,
  );
  console.log(`  from the last key to the call  ms  p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)}`);
  console.log(`  event packets at the caller    ${sum((run) => run.eventsAtCaller)}`);
  console.log(`  tones of keys at the caller    ${sum((run) => run.tonesAtCaller)}`);
  if (recognised < count) process.exitCode = 1;
}
