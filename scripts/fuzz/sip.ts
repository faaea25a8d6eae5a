/** Damages SIP messages from a seed and sends them through the server's stack: no exception, and a flat heap. */
import { parseArgs } from 'node:util';
import { runFuzz } from '../../test/sip/fuzz/run-fuzz.js';

/** Heap growth from the first tenth to the end that counts as flat, bytes. */
const FLAT_BYTES = 8 * 1024 * 1024;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = Number(values.seed ?? Date.now() % 4_294_967_296);
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
