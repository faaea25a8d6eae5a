/** Options of `onekey agent` that say something of an agent. */
import type { Agent } from '../../agents/agent.js';
import { suggest } from '../../config/suggest.js';
import {
  AGENT_ID,
  AGENT_ID_FORM,
  EXTENSION,
  EXTENSION_FORM,
  LANGUAGE_TAG,
} from '../../dialplan/agent-names.js';
import type { DialPlan } from '../../dialplan/plan.js';

export const accountOptions = {
  member: { type: 'string' },
  extension: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  skills: { type: 'string' },
  languages: { type: 'string' },
  'liaison-for': { type: 'string' },
} as const;

export type AccountValues = { readonly [K in keyof typeof accountOptions]?: string | undefined };

export type ReadAgent =
  | { readonly ok: true; readonly agent: Agent }
  | { readonly ok: false; readonly message: string };

/** A list of the command line: items parted by commas, an empty text for none. */
function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The agent that the options describe, on top of `before` where an account is edited. */
export function agentFrom(
  id: string,
  values: AccountValues,
  before: Agent | null,
  plan: Pick<DialPlan, 'members'>,
): ReadAgent {
  const agent: Agent = {
    id,
    member: values.member ?? before?.member ?? '',
    extension: values.extension ?? before?.extension ?? '',
    displayName: values.name ?? before?.displayName ?? id,
    role: (values.role ?? before?.role ?? 'agent') === 'supervisor' ? 'supervisor' : 'agent',
    skills: values.skills === undefined ? (before?.skills ?? []) : listOf(values.skills),
    languages: values.languages === undefined ? (before?.languages ?? []) : listOf(values.languages),
    liaisonFor:
      values['liaison-for'] === undefined ? (before?.liaisonFor ?? []) : listOf(values['liaison-for']),
    enabled: before?.enabled ?? true,
  };
  const message = faultOf(agent, values, plan);
  return message === null ? { ok: true, agent } : { ok: false, message };
}

function faultOf(agent: Agent, values: AccountValues, { members }: Pick<DialPlan, 'members'>): string | null {
  if (!AGENT_ID.test(agent.id)) return `"${agent.id}" is no name of an account; write ${AGENT_ID_FORM}`;
  if (agent.member === '') return 'say whose agent it is: --member';
  if (agent.extension === '') return 'say the number of the desk: --extension';
  if (!EXTENSION.test(agent.extension))
    return `--extension ${agent.extension} is no extension; write ${EXTENSION_FORM}`;
  if (values.role !== undefined && values.role !== 'agent' && values.role !== 'supervisor')
    return `--role ${values.role} is not known; it is agent or supervisor`;
  if (!/^[^\p{Cc}]{1,80}$/u.test(agent.displayName)) return '--name takes 1 to 80 characters on one line';
  for (const word of agent.skills)
    if (!/^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,39}$/u.test(word)) return `--skills: "${word}" is no word`;
  for (const tag of agent.languages)
    if (!LANGUAGE_TAG.test(tag))
      return `--languages: "${tag}" is no language; write tags such as zh, en or zh-yue`;
  for (const member of [agent.member, ...agent.liaisonFor]) {
    if (members.has(member)) continue;
    const near = suggest(member, members.keys());
    return `there is no member "${member}" in the dial plan${near === undefined ? '' : `; did you mean "${near}"?`}`;
  }
  return null;
}
