/** What the page as a whole knows: who is in, where one is, and how members and matters are called. */
import { computed, ref, shallowRef } from 'vue';
import type { Permission } from '../../api/rights/permissions.js';
import { language } from '../language.js';
import { type Access, logIn, logOut, whoIsIn } from './server/access.js';
import { lastAnswerAt, OpsError, opsClient } from './server/ops-client.js';
import type { DialPlan, Member } from './server/shapes.js';
import { isOver } from './session-watch.js';

/** How often the page looks whether its session is over; milliseconds. */
const WATCH_MS = 10_000;

type Stage = 'starting' | 'out' | 'in';

const stage = ref<Stage>('starting');
/** Code of what went wrong with logging in; empty when nothing did. */
const trouble = ref('');
/** The session of who is in is over: the page stays as it is until they are in again. */
const lapsed = ref(false);
/** Counts sessions: what was cut off with one is begun anew with the next. */
const sessions = ref(0);
const access = shallowRef<Access | null>(null);
const plan = shallowRef<DialPlan | null>(null);
const matters = shallowRef<ReadonlyMap<string, { readonly zh: string; readonly en: string | null }>>(
  new Map(),
);
const members = computed<ReadonlyMap<string, Member>>(
  () => new Map((plan.value?.members ?? []).map((member) => [member.id, member])),
);
/** Whose calls one may see, as the server said when one came in. */
const scope = computed(() => access.value?.members ?? []);
/** Members of the dial plan whose calls one may see, in its order: those that one can choose. */
const ownMembers = computed<ReadonlyMap<string, Member>>(
  () => new Map([...members.value].filter(([id]) => sees(id))),
);
/** Lines that one's calls may take: those of other members are none of them. */
const trunks = computed(() =>
  (plan.value?.trunks ?? []).filter(({ member }) => member === null || sees(member)),
);

function sees(member: string): boolean {
  return scope.value === 'all' || scope.value.includes(member);
}

/** Ask for what the whole page needs, once the server lets one in. */
async function enter(asked: Promise<Access>): Promise<void> {
  try {
    access.value = await asked;
    plan.value = await opsClient.dialPlan();
    const { items } = await opsClient.matters();
    matters.value = new Map(items.map((matter) => [matter.code, matter]));
    trouble.value = '';
    stage.value = 'in';
    lapsed.value = false;
    sessions.value += 1;
  } catch (error) {
    trouble.value = error instanceof OpsError ? error.code : 'http-0';
    if (!lapsed.value) stage.value = 'out';
  }
}

/** The session is over: who was in logs in once more, and finds the page as it was. */
function lapse(): void {
  if (stage.value !== 'in' || lapsed.value) return;
  trouble.value = '';
  lapsed.value = true;
}

function watchSession(): void {
  const { endsAt } = access.value ?? {};
  if (endsAt === undefined) return;
  if (isOver(Date.now(), { endsAt: Date.parse(endsAt), usedAt: lastAnswerAt() })) lapse();
}

/** Out of the page; the session is over. */
function leave(): void {
  access.value = null;
  lapsed.value = false;
  trouble.value = '';
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
  ownMembers,
  trunks,
  /** True for who sees the calls of all members. */
  seesAll: computed(() => scope.value === 'all'),
  sees,
  memberName,
  matterName,
  lapsed,
  sessions,
  lapse,
  /** Whether who is logged in may do it; the server refuses all else in any case. */
  may: (permission: Permission): boolean => access.value?.permissions.includes(permission) ?? false,
  async begin(): Promise<void> {
    setInterval(watchSession, WATCH_MS);
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
