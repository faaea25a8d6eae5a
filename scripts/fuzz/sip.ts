/** Damages SIP messages from a seed and sends them through the server's stack: no exception, and a flat heap. */
import { runFuzz } from '../../test/sip/fuzz/run-fuzz.js';
import { readCommandLine } from '../command-line.js';

/** Heap growth from the first tenth to the end that counts as flat, bytes. */
const FLAT_BYTES = 8 * 1024 * 1024;

const help = `Usage: scripts/fuzz/sip [--count N] [--seed N]

Puts N damaged SIP messages (default 1000000) before the server's stack, all from one seed, and watches the heap.
Exit code: 0 when nothing was thrown and the heap grew by less than ${FLAT_BYTES / 1024 / 1024} MB, 1 when not, 2 for wrong usage.`;

const line = readCommandLine(help, { values: ['count', 'seed'] });
const count = line.number('count', { otherwise: 1_000_000, least: 1, most: 1_000_000_000, whole: true });
const seed = line.number('seed', {
  otherwise: Date.now() % 4_294_967_296,
  least: 0,
  most: 4_294_967_295,
  whole: true,
});
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

console.log(`seed ${seed}, ${count} messages`);
const started = performance.now();
let first = 0;
const figures = runFuzz({
  seed,
  count,
  progress: (done) => {
    if (done % 100_000 !== 0) return;
    const used = heap();
    if (first === 0) first = used;
    console.log(`${done} messages, heap ${(used / 1048576).toFixed(1)} MB`);
  },
});
const grown = first === 0 ? 0 : heap() - first;
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ ...figures, seconds: Math.round(seconds), heapGrowthBytes: grown }));
if (grown > FLAT_BYTES) {
  console.error(`the heap grew by ${grown} bytes`);
  process.exitCode = 1;
}
