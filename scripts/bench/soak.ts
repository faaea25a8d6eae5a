import { readCommandLine } from '../command-line.js';
import { machineLine, residentBytes } from './process-usage.js';
import { runTrial } from './trial.js';

const help = `Usage: scripts/bench/soak [--calls N] [--rate R]

Transfers N calls (default 2000), started R a second (default 25), on a server of its own on loopback. No call
may fail at any party, the ledger must hold exactly 3 legs and 1 transfer for each, and no call may be left.
Memory of the server is sampled all along; the growth is judged from the samples after the first third.
Exit code: 0 when all that is so, 1 when not, 2 for wrong usage.`;

interface Sample {
  readonly second: number;
  readonly residentMiB: number;
  readonly heapMiB: number | null;
  readonly live: number;
}

async function soak(calls: number, rate: number): Promise<number> {
  console.log(machineLine());
  const began = performance.now();
  const samples: Sample[] = [];
  const result = await runTrial({
    kind: 'transfer',
    rate,
    calls,
    holdMs: 2000,
    settleMs: 42_000,
    capture: false,
    sample: async (server) => {
      const metrics = await server.api.metrics();
      const heap = /^(?:\w+_)?nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1];
      samples.push({
        second: Math.round((performance.now() - began) / 1000),
        residentMiB: residentBytes(server.child.pid ?? 0) / 2 ** 20,
        heapMiB: heap === undefined ? null : Number(heap) / 2 ** 20,
        live: (await server.api.liveCalls()).length,
      });
    },
  });
  printSamples(samples);
  for (const party of result.parties) {
    console.log(
      `${party.scenario}: ${party.succeeded} good, ${party.failed} failed, ${party.retransmissions} retransmitted ${party.complaint}`,
    );
  }
  const { ledger } = result;
  const faults = [
    result.failed === 0 ? '' : `${result.failed} calls failed`,
    ledger.calls === calls ? '' : `the ledger has ${ledger.calls} calls instead of ${calls}`,
    ledger.legs === 3 * calls ? '' : `the ledger has ${ledger.legs} legs instead of ${3 * calls}`,
    ledger.transfers === calls ? '' : `the ledger has ${ledger.transfers} transfers instead of ${calls}`,
    ledger.live === 0 ? '' : `${ledger.live} calls are still live`,
  ].filter((fault) => fault !== '');
  console.log(
    `ledger: ${ledger.calls} calls, ${ledger.legs} legs, ${ledger.transfers} transfers; ${ledger.live} live`,
  );
  console.log(
    `CPU per call ${result.cpuMsPerCall.toFixed(2)} ms; ${result.residentMiB.toFixed(0)} MiB resident 42 s after the end`,
  );
  console.log(faults.length === 0 ? 'soak passed' : `soak FAILED: ${faults.join('; ')}`);
  return faults.length === 0 ? 0 : 1;
}

/** Every tenth sample, and the growth after the warm-up. */
function printSamples(samples: readonly Sample[]): void {
  console.log('second  resident MiB  heap MiB  live calls');
  for (const [index, sample] of samples.entries()) {
    if (index % 10 !== 0 && index !== samples.length - 1) continue;
    const heap = sample.heapMiB === null ? '-' : sample.heapMiB.toFixed(1);
    console.log(
      `${String(sample.second).padStart(6)}  ${sample.residentMiB.toFixed(1).padStart(12)}  ${heap.padStart(8)}  ${String(sample.live).padStart(10)}`,
    );
  }
  const warm = samples.slice(Math.floor(samples.length / 3));
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) return;
  const growth = last.residentMiB - first.residentMiB;
  console.log(
    `resident memory from second ${first.second} to ${last.second}: ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MiB`,
  );
}

const line = readCommandLine(help, { values: ['calls', 'rate'] });
process.exitCode = await soak(
  line.number('calls', { otherwise: 2000, least: 1, most: 1_000_000, whole: true }),
  line.number('rate', { otherwise: 25, least: 1, most: 1000 }),
);
