import type { MediaEngine } from './shapes.js';

/** Media servers out of metrics in Prometheus' text format; none where media goes past the server. */
export function mediaEngines(metrics: string): readonly MediaEngine[] {
  const values = (name: string): Map<string, number> =>
    new Map(
      [
        ...metrics.matchAll(new RegExp(`^${name}\\{[^}]*?(?:engine|name)="([^"]*)"[^}]*\\} (\\S+)$`, 'gm')),
      ].map(([, label = '', value]): [string, number] => [label, Number(value)]),
    );
  const calls = values('onekey_media_calls');
  return [...values('onekey_media_engine_up')].map(([name, up]) => ({
    name,
    up: up === 1,
    calls: calls.get(name) ?? 0,
  }));
}
