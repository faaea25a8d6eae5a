/** What the page as a whole knows: who is in, where one is, and how members and matters are called. */
import { computed, ref, shallowRef } from 'vue';
import type { Permission } from '../../api/rights/permissions.js';
import { language } from '../language.js';
import { type Access, logIn, logOut, whoIsIn } from './server/access.js';
import { OpsError, opsClient } from './server/ops-client.js';
import type { DialPlan, Member } from './server/shapes.js';

type Stage = 'starting' | 'out' | 'in';

const stage = ref<Stage>('starting');
/** Code of what went wrong with logging in; empty when nothing did. */
const trouble = ref('');
const access = shallowRef<Access | null>(null);
const plan = shallowRef<DialPlan | null>(null);
const matters = shallowRef<ReadonlyMap<string, { readonly zh: string; readonly en: string | null }>>(
  new Map(),
);
const members = computed<ReadonlyMap<string, Member>>(
  () => new Map((plan.value?.members ?? []).map((member) => [member.id, member])),
);

/** Ask for what the whole page needs, once the server lets one in. */
async function enter(asked: Promise<Access>): Promise<void> {
  try {
    access.value = await asked;
    plan.value = await opsClient.dialPlan();
    const { items } = await opsClient.matters();
    matters.value = new Map(items.map((matter) => [matter.code, matter]));
    trouble.value = '';
    stage.value = 'in';
  } catch (error) {
    trouble.value = error instanceof OpsError ? error.code : 'http-0';
    stage.value = 'out';
  }
}

/** Out of the page; the session is over. */
function leave(why = ''): void {
  access.value = null;
  trouble.value = why;
  stage.value = 'out';
}

/** `110 公安`; an id that the dial plan does not have is shown as it is. */
function memberName(id: string | null): string {
  if (id === null) return '—';
  const member = members.value.get(id);
  return member === undefined ? id : `${member.numbers[0] ?? ''} ${member.name[language.value]}`.trim();
}

function matterName(code: string | null): string {
  if (code === null) return '';
  const matter = matters.value.get(code);
  if (matter === undefined) return code;
  return language.value === 'zh' ? matter.zh : (matter.en ?? matter.zh);
}

export const ops = {
  stage,
  trouble,
  access,
  plan,
  members,
  memberName,
  matterName,
  leave,
  /** Whether who is logged in may do it; the server refuses all else in any case. */
  may: (permission: Permission): boolean => access.value?.permissions.includes(permission) ?? false,
  async begin(): Promise<void> {
    await enter(whoIsIn());
    // Nobody has done anything wrong yet.
    if (trouble.value === 'unauthorized') trouble.value = '';
  },
  logIn: (name: string, password: string): Promise<void> => enter(logIn(name, password)),
  async logOut(): Promise<void> {
    await logOut();
    leave();
  },
  /** The dial plan may be another one. */
  async readPlan(): Promise<void> {
    plan.value = await opsClient.dialPlan();
  },
};
