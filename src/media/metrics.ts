import { Gauge, type Registry } from 'prom-client';
import type { EngineStatus } from './rtpengine/engine-pool.js';

/** Adds what media servers do to a Prometheus registry; read when it is scraped. */
export function addMediaMetrics(registry: Registry, engines: () => readonly EngineStatus[]): void {
  const gauge = (name: string, help: string, read: (engine: EngineStatus) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      labelNames: ['engine'],
      collect() {
        for (const engine of engines()) this.set({ engine: engine.name }, read(engine));
      },
    });
  };
  gauge('onekey_media_engine_up', 'Whether a media server answers: 1 or 0', ({ up }) => (up ? 1 : 0));
  gauge('onekey_media_calls', 'Calls that have their media on a server', ({ calls }) => calls);
}

/** Media servers that do not answer, one line each, for people. */
export function mediaProblems(engines: readonly EngineStatus[]): readonly string[] {
  return engines.filter(({ up }) => !up).map(({ name }) => `the media server ${name} does not answer`);
}
