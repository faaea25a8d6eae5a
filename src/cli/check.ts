import { formatFault } from '../config/fault.js';
import { loadDialPlan } from '../dialplan/load.js';
import type { DialPlan, Member } from '../dialplan/plan.js';
import {
  commonOptions,
  commonOptionsHelp,
  EXIT,
  parseCommandLine,
  processSurroundings,
  readSettings,
  type Surroundings,
} from './options.js';

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

/** The plan in a few lines: figures, then one line a member, then the trunks. */
export function planSummary(plan: DialPlan): string {
  const members = [...plan.members.values()];
  const trunks = [...plan.trunks.values()];
  const numbers = members.flatMap((member) => member.numbers);
  const emergencies = members.filter((member) => member.emergency).length;
  const carriers = trunks.filter((trunk) => trunk.kind === 'carrier').length;
  const gateways = trunks.flatMap((trunk) => trunk.gateways).length;
  return [
    `dial plan ${plan.file} (version ${plan.version}): no faults`,
    '',
    `${count(members.length, 'member')} (${emergencies} emergency) with ${count(numbers.length, 'number')}, ${count(plan.keys.size, 'transfer key')}`,
    `${count(trunks.length, 'trunk')} (${carriers} carrier, ${trunks.length - carriers} member) with ${count(gateways, 'gateway')}`,
    `at most ${count(plan.policies.maxHops, 'transfer')} a caller, emergencies exempt`,
    '',
    ...memberLines(plan, members),
    '',
    ...trunks.map((trunk) => {
      const ways = trunk.gateways.map((gateway) => gateway.id.slice(trunk.id.length + 1)).join(', ');
      const from = trunk.sources.map((source) => source.text).join(', ');
      const ping = trunk.healthCheck === null ? '' : `, checked every ${trunk.healthCheck.intervalSeconds} s`;
      return `  ${trunk.id} (${trunk.kind}): to ${ways || 'nowhere'}${ping}; from ${from || 'nowhere'}`;
    }),
  ].join('\n');
}

function count(figure: number, thing: string): string {
  return `${figure} ${thing}${figure === 1 ? '' : 's'}`;
}

function memberLines(plan: DialPlan, members: readonly Member[]): string[] {
  const rows = members.map((member) => {
    const keys = [...plan.keys].filter(([, id]) => id === member.id).map(([key]) => key);
    const targets = member.targets.map((target) => `${target.number}@${target.trunk}`).join(' > ');
    const after = member.fallback === null ? '' : `, then ${member.fallback}`;
    const mark = member.emergency ? ' [emergency]' : '';
    return [
      keys.join(' ') || '-',
      member.numbers.join(' '),
      member.id,
      `${member.name.zh} / ${member.name.en}${mark}: ${targets}${after}`,
    ] as const;
  });
  const width = (column: 0 | 1 | 2): number => Math.max(...rows.map((row) => row[column].length));
  const [key, number, id] = [width(0), width(1), width(2)];
  return rows.map(
    (row) => `  ${row[0].padEnd(key)}  ${row[1].padEnd(number)}  ${row[2].padEnd(id)}  ${row[3]}`,
  );
}
