import type { Config } from '../config/config.js';
import type { MemberScope } from '../config/roles.js';
import { suggest } from '../config/suggest.js';
import { readDialPlan, type Surroundings } from './options.js';

/** For `--help`. */
export const MEMBERS_HELP = `      --members LIST   add: whose calls may be seen: ids of members with commas between, or all (default: all)`;

export type MembersResult =
  | { readonly ok: true; readonly members: MemberScope }
  | { readonly ok: false; readonly message: string };

/** Whose calls somebody may see, as it stands in the command line: ids of the dial plan, or `all`, also when left out. */
export function membersOption(
  text: string | undefined,
  config: Config,
  surroundings: Surroundings,
): MembersResult {
  if (text === undefined || text === 'all') return { ok: true, members: 'all' };
  const members = [...new Set(text.split(',').map((word) => word.trim()))].filter((word) => word !== '');
  if (members.length === 0)
    return { ok: false, message: 'name members with commas between, or all: city-12345,police-110' };
  const read = readDialPlan(config, surroundings);
  if (!read.ok) return { ok: false, message: 'members are those of the dial plan, which cannot be read' };
  const known = read.plan.members;
  const odd = members.find((member) => !known.has(member));
  if (odd === undefined) return { ok: true, members };
  const near = suggest(odd, known.keys());
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return { ok: false, message: `there is no member "${odd}" in the dial plan${hint}` };
}

/** For tables. */
export function membersText(members: MemberScope): string {
  return members === 'all' ? 'all' : members.join(', ');
}
