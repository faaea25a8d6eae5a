import type { Desk, DialPlan, Member, Target, Trunk } from '../dialplan/plan.js';

/** The plan in a few lines: figures, then each member with what is particular to it, then the trunks. */
export function planSummary(plan: DialPlan): string {
  const members = [...plan.members.values()];
  const trunks = [...plan.trunks.values()];
  const numbers = members.flatMap((member) => member.numbers);
  const emergencies = members.filter((member) => member.emergency).length;
  const carriers = trunks.filter((trunk) => trunk.kind === 'carrier').length;
  const gateways = trunks.flatMap((trunk) => trunk.gateways).length;
  const { maxHops, betweenKeysSeconds, keyCodes } = plan.policies;
  const { cancel, complete, toggle, consultPrefix } = keyCodes;
  return [
    `dial plan ${plan.file} (version ${plan.version}): no faults`,
    '',
    `${count(members.length, 'member')} (${emergencies} emergency) with ${count(numbers.length, 'number')}, ${count(plan.keys.size, 'transfer key')}`,
    ...(plan.matters.size > 0 ? [`${count(plan.matters.size, 'matter')} that propose a member`] : []),
    `${count(trunks.length, 'trunk')} (${carriers} carrier, ${trunks.length - carriers} member) with ${count(gateways, 'gateway')}`,
    `at most ${count(maxHops, 'transfer')} a caller, emergencies exempt`,
    `keys: ${consultPrefix} before a transfer key consults, ${complete} completes, ${cancel} takes back, ${toggle} toggles; at most ${betweenKeysSeconds} s between two keys`,
    '',
    ...memberLines(plan, members),
    '',
    ...trunks.map(trunkLine),
  ].join('\n');
}

function count(figure: number, thing: string): string {
  return `${figure} ${thing}${figure === 1 ? '' : 's'}`;
}

function memberLines(plan: DialPlan, members: readonly Member[]): string[] {
  const rows = members.map((member) => {
    const keys = [...plan.keys].filter(([, id]) => id === member.id).map(([key]) => key);
    return [keys.join(' ') || '-', member.numbers.join(' '), member.id] as const;
  });
  const widths = ([0, 1, 2] as const).map((column) => Math.max(...rows.map((row) => row[column].length)));
  return members.flatMap((member, index) => {
    const columns = (rows[index] ?? []).map((text, column) => text.padEnd(widths[column] ?? 0));
    const first = `  ${columns.join('  ')}  `;
    const indent = ' '.repeat(first.length + 2);
    return [first + memberText(member), ...particulars(plan, member).map((line) => indent + line)];
  });
}

function memberText(member: Member): string {
  const targets = member.targets.filter(({ onlyFor }) => onlyFor.length === 0).map(targetText);
  const after = member.fallback === null ? '' : `, then ${member.fallback}`;
  const mark = member.emergency ? ' [emergency]' : '';
  return `${member.name.zh} / ${member.name.en}${mark}: ${targets.join(' > ')}${after}`;
}

/** `8001@pbx`, `agent li-na`, `extension 8017`. */
function deskText(desk: Desk): string {
  if (desk.kind === 'trunk') return `${desk.number}@${desk.trunk}`;
  if (desk.kind === 'queue') return `queue ${desk.queue}, ${desk.maxWaitSeconds} s`;
  return desk.kind === 'agent' ? `agent ${desk.agent}` : `extension ${desk.extension}`;
}

/** `8001@pbx`; `(8001@pbx + 8002@pbx)` at once; `(8001@pbx 75% | 8002@pbx 25%)` by chance. */
function targetText({ ring, desks }: Target): string {
  const names = desks.map(deskText);
  if (ring === 'one') return names.join('');
  if (ring === 'together') return `(${names.join(' + ')})`;
  const sum = desks.reduce((total, { weight }) => total + weight, 0);
  const shares = desks.map(({ weight }, index) => `${names[index]} ${Math.round((100 * weight) / sum)}%`);
  return `(${shares.join(' | ')})`;
}

/** What holds for this member and not for all. */
function particulars(
  plan: DialPlan,
  { targets, hours, capacity, mayTransferTo, recording }: Member,
): string[] {
  const lines = targets
    .filter(({ onlyFor }) => onlyFor.length > 0)
    .map((target) => `transfers from ${target.onlyFor.join(', ')} first: ${targetText(target)}`);
  if (hours !== null) {
    const dates = Object.values(hours.dates);
    const closed = dates.filter((spans) => spans.length === 0).length;
    const other = dates.length - closed;
    const apart = [
      ...(closed > 0 ? [`closed on ${count(closed, 'date')}`] : []),
      ...(other > 0 ? [`other hours on ${count(other, 'date')}`] : []),
    ];
    lines.push([`open ${hours.text.join('; ')} (${hours.timezone})`, ...apart].join(', '));
  }
  if (capacity !== null) lines.push(`at most ${count(capacity, 'call')} at once`);
  if (recording !== plan.policies.recording) lines.push(`recorded ${recording}`);
  if (mayTransferTo !== null) {
    const others = [...plan.members.keys()].filter((id) => !mayTransferTo.includes(id));
    const few = others.length < mayTransferTo.length;
    if (others.length > 0) {
      lines.push(
        few ? `may not transfer to ${others.join(', ')}` : `may transfer to ${listOf(mayTransferTo)}`,
      );
    }
  }
  return lines;
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'nobody' : names.join(', ');
}

function trunkLine(trunk: Trunk): string {
  const ways = trunk.gateways.map((gateway) => gateway.id.slice(trunk.id.length + 1)).join(', ');
  const from = trunk.sources.map((source) => source.text).join(', ');
  const ping = trunk.healthCheck === null ? '' : `, checked every ${trunk.healthCheck.intervalSeconds} s`;
  const limit = trunk.capacity === null ? '' : `, at most ${count(trunk.capacity, 'leg')} at once`;
  return `  ${trunk.id} (${trunk.kind}): to ${ways || 'nowhere'}${ping}; from ${from || 'nowhere'}${limit}`;
}
