/** What the page as a whole knows: who is in, where one is, and how members and matters are called. */
import { computed, ref, shallowRef } from 'vue';
import { language } from '../language.js';
import { dropAccess, hasAccess, takeAccess } from './server/access.js';
import { OpsError, opsClient } from './server/ops-client.js';
import type { DialPlan, Member } from './server/shapes.js';

type Stage = 'starting' | 'out' | 'in';

const stage = ref<Stage>('starting');
/** Code of what went wrong with logging in; empty when nothing did. */
const trouble = ref('');
const plan = shallowRef<DialPlan | null>(null);
const matters = shallowRef<ReadonlyMap<string, { readonly zh: string; readonly en: string | null }>>(
  new Map(),
);
const members = computed<ReadonlyMap<string, Member>>(
  () => new Map((plan.value?.members ?? []).map((member) => [member.id, member])),
);

/** Ask for what the whole page needs; also whether the server lets it in. */
async function enter(): Promise<void> {
  try {
    plan.value = await opsClient.dialPlan();
    const { items } = await opsClient.matters();
    matters.value = new Map(items.map((matter) => [matter.code, matter]));
    trouble.value = '';
    stage.value = 'in';
  } catch (error) {
    trouble.value = error instanceof OpsError ? error.code : 'http-0';
    if (trouble.value === 'unauthorized') dropAccess();
    stage.value = 'out';
  }
}

/** Out, because one wants to or because the server says so. */
function leave(why = ''): void {
  dropAccess();
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
  plan,
  members,
  memberName,
  matterName,
  leave,
  async begin(): Promise<void> {
    if (hasAccess()) await enter();
    else stage.value = 'out';
  },
  async logIn(token: string): Promise<void> {
    takeAccess(token);
    await enter();
  },
  /** The dial plan may be another one. */
  async readPlan(): Promise<void> {
    plan.value = await opsClient.dialPlan();
  },
};
