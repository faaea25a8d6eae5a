import { formatFault } from '../config/fault.js';
import { loadDialPlan } from '../dialplan/load.js';
import {
  commonOptions,
  commonOptionsHelp,
  EXIT,
  parseCommandLine,
  processSurroundings,
  readSettings,
  type Surroundings,
} from './options.js';
import { planSummary } from './plan-summary.js';

export const summary = 'check configuration and dial plan, and show what they say';

export const help = `Check the configuration and the dial plan without starting anything.

Usage: onekey check [options]

Options:
${commonOptionsHelp}
  -q, --quiet          say nothing when all is well

Prints every fault as "file:line:column key: what is wrong; remedy", or a summary of the plan.
Exit code: 0 all is well, 1 there are faults, 2 the command line cannot be read.`;

/** Check the files; a fault in the configuration does not hide those of a dial plan named with `--dialplan`. */
export async function run(
  argv: readonly string[],
  surroundings: Surroundings = processSurroundings,
): Promise<number> {
  const parsed = parseCommandLine({
    args: [...argv],
    options: { ...commonOptions, quiet: { type: 'boolean', short: 'q' } },
    allowPositionals: false,
  });
  if (!parsed.ok) {
    surroundings.err(`onekey check: ${parsed.message}; see onekey check --help`);
    return EXIT.usage;
  }
  const { values } = parsed.line;
  const settings = readSettings(values, surroundings);
  const planFile = settings.ok ? settings.config.dialplan : values.dialplan;
  if (!settings.ok && (planFile === undefined || settings.exitCode === EXIT.usage)) return settings.exitCode;
  if (planFile === undefined) return EXIT.failed;

  const loaded = loadDialPlan(planFile);
  if (!loaded.ok) {
    for (const fault of loaded.faults) surroundings.err(formatFault(fault));
    return EXIT.failed;
  }
  if (!settings.ok) return settings.exitCode;
  if (values.quiet !== true) {
    surroundings.out(`configuration ${settings.configFile ?? 'none, defaults hold'}: no faults`);
    surroundings.out(planSummary(loaded.plan));
  }
  return EXIT.ok;
}
