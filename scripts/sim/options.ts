import { parseArgs } from 'node:util';
import type { LoadFigures } from '../../test/sim/parties/call-load.js';
import { ROUGH, type Weather } from '../../test/sim/world/network.js';

export interface LossOptions {
  readonly calls: number;
  readonly seed: number;
  readonly weather: Weather;
}

/** The options that both commands have; exits with 0 after `help`, with 2 when they are wrong. */
export function readLossOptions(help: string, calls: number): LossOptions {
  const text = { type: 'string' } as const;
  const options = { calls: text, seed: text, loss: text, duplication: text, reordering: text };
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } }));
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) {
    console.log(help);
    process.exit(0);
  }
  const number = (name: string, otherwise: number, least: number, most: number): number => {
    const given = values[name];
    const value = given === undefined ? otherwise : Number(given);
    if (!(value >= least && value <= most))
      return wrong(`--${name} is a number from ${least} to ${most}, not ${given}`);
    return value;
  };
  return {
    calls: Math.round(number('calls', calls, 1, 1_000_000)),
    seed: Math.round(number('seed', Date.now() % 1_000_000, 0, 4_294_967_295)),
    weather: {
      ...ROUGH,
      loss: number('loss', ROUGH.loss, 0, 1),
      duplication: number('duplication', ROUGH.duplication, 0, 1),
      reordering: number('reordering', ROUGH.reordering, 0, 1),
    },
  };
}

function wrong(what: string): never {
  console.error(`${what}; see --help`);
  process.exit(2);
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
