import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { addMediaMetrics } from '../../../src/media/metrics.js';
import { mediaEngines } from '../../../src/web/ops/server/media-engines.js';

it('reads media servers out of the metrics as they are written', async () => {
  const registry = new Registry();
  addMediaMetrics(registry, {
    engines: () => [
      { name: 'a:22222', up: true, calls: 12, weight: 1 },
      { name: 'b:22222', up: false, calls: 0, weight: 1 },
    ],
    mixer: () => null,
  });
  expect(mediaEngines(await registry.metrics())).toEqual([
    { name: 'a:22222', up: true, calls: 12 },
    { name: 'b:22222', up: false, calls: 0 },
  ]);
  expect(mediaEngines('')).toEqual([]);
});
