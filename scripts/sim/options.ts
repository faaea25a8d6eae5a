import type { LoadFigures } from '../../test/sim/parties/call-load.js';
import { ROUGH, type Weather } from '../../test/sim/world/network.js';
import { readCommandLine } from '../command-line.js';

export interface LossOptions {
  readonly calls: number;
  readonly seed: number;
  readonly weather: Weather;
}

/** The options that both commands have; exits with 0 after `help`, with 2 when they are wrong. */
export function readLossOptions(help: string, calls: number): LossOptions {
  const line = readCommandLine(help, { values: ['calls', 'seed', 'loss', 'duplication', 'reordering'] });
  const share = (name: 'loss' | 'duplication' | 'reordering'): number =>
    line.number(name, { otherwise: ROUGH[name], least: 0, most: 1 });
  const seed = { otherwise: Date.now() % 1_000_000, least: 0, most: 4_294_967_295, whole: true };
  return {
    calls: line.number('calls', { otherwise: calls, least: 1, most: 1_000_000, whole: true }),
    seed: line.number('seed', seed),
    weather: {
      ...ROUGH,
      loss: share('loss'),
      duplication: share('duplication'),
      reordering: share('reordering'),
    },
  };
}

export const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** What the parties saw, as lines. */
export function describeCalls(figures: LoadFigures): string[] {
  const { begun, completed, doubled, calling, called } = figures;
  const failures = [...figures.failures].map(([what, count]) => `  ${count} times: ${what}`);
  return [
    `calls      ${begun} begun, ${completed} completed, ${begun - completed} not, ${doubled} doubled`,
    `dialogs    ${calling} of the caller, ${called} of the called party`,
    ...failures,
  ];
}

/**
 * What the timers of RFC 3261 allow to fail: a message that was lost each time it was said for 64*T1 (7 INVITEs,
 * 11 of anything else).
 */
const UNAVOIDABLE = /nobody (answered|acknowledged)|our INVITE got 408/;

export function onlyUnavoidable(figures: LoadFigures): boolean {
  return [...figures.failures.keys()].every((what) => UNAVOIDABLE.test(what));
}
