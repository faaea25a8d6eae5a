/** Fields of the details of audits, in words. */
import { causeTold } from './cause-words.js';
import type { MemberNames, Told } from './told.js';

const told = (zh: string, en: string): Told => ({ zh, en });

/** Words of our own that stand in details, beside the causes. */
export const VALUES: Readonly<Record<string, Told>> = {
  ready: told('就绪', 'ready'),
  ringing: told('振铃', 'ringing'),
  talking: told('通话', 'talking'),
  'after-call': told('话后', 'after-call work'),
  pause: told('示忙', 'pause'),
  offline: told('离线', 'offline'),
  account: told('账号变更', 'account changed'),
  registered: told('话机已注册', 'phone registered'),
  unregistered: told('话机已注销', 'phone unregistered'),
  'signed-in': told('签入', 'signed in'),
  'signed-off': told('签出', 'signed off'),
  asked: told('按要求', 'asked for'),
  offered: told('分配来电', 'offered a call'),
  withdrawn: told('来电已撤回', 'call withdrawn'),
  calls: told('呼出', 'calls somebody'),
  called: told('被叫', 'is called'),
  answered: told('接听', 'answered'),
  'not-needed': told('来电已由他人接听或取消', 'not needed any more'),
  'after-call-over': told('话后结束', 'after-call work is over'),
  listen: told('只听', 'listen'),
  whisper: told('密语', 'whisper'),
  barge: told('插话', 'barge in'),
  forbidden: told('权限不足', 'no permission'),
  'out-of-scope': told('不在查看范围', 'out of scope'),
  'numbers-masked': told('号码须隐藏', 'numbers are masked'),
  'other-site': told('不是本服务器的页面', 'from another site'),
  locked: told('尝试次数过多', 'tried too often'),
  wrong: told('用户名或密码不对', 'wrong name or password'),
  all: told('全部', 'all'),
  agent: told('坐席', 'agent'),
  supervisor: told('班长', 'supervisor'),
  viewer: told('查看员', 'viewer'),
  ops: told('运行值班', 'ops'),
  auditor: told('审计员', 'auditor'),
  admin: told('管理员', 'admin'),
  'the caller is erased': told('来电人信息已抹去', 'the caller is erased'),
};

const FIELDS: Readonly<Record<string, Told>> = {
  reason: told('原因', 'reason'),
  why: told('原因', 'why'),
  from: told('来自', 'from'),
  unwritten: told('未逐条记下', 'not written one by one'),
  account: told('账号', 'account of an'),
  role: told('角色', 'role'),
  members: told('范围', 'members'),
  member: told('热线', 'member'),
  displayName: told('名称', 'name'),
  extension: told('分机', 'extension'),
  skills: told('技能', 'skills'),
  languages: told('语言', 'languages'),
  liaisonFor: told('联络专席', 'liaison for'),
  enabled: told('启用', 'enabled'),
  until: told('有效至', 'until'),
  secretBeforeUntil: told('旧密钥有效至', 'secret before until'),
  format: told('格式', 'format'),
  masked: told('隐藏号码', 'numbers masked'),
  pseudonym: told('代号', 'pseudonym'),
  report: told('报告', 'report'),
  filter: told('条件', 'filter'),
  of: told('周期', 'period'),
  startsAt: told('起始', 'from the'),
  records: told('记录', 'records'),
  reports: told('已存报告', 'saved reports'),
  months: told('月份', 'months'),
  bytes: told('字节', 'bytes'),
  sha256: told('SHA-256', 'SHA-256'),
};

/** Fields whose values are ids of members. */
const MEMBERS: ReadonlySet<string> = new Set([
  'member',
  'members',
  'liaisonFor',
  'firstMember',
  'lastMember',
  'fromMember',
  'toMember',
]);
/** Fields that people wrote. */
const WRITTEN: ReadonlySet<string> = new Set(['reason', 'displayName', 'report', 'pseudonym']);
/** Fields of a filter that are times, UTC milliseconds. */
const TIMES: ReadonlySet<string> = new Set(['from', 'to']);
/** After a page of a listing that is taken whole, these say nothing. */
const SILENT: ReadonlySet<string> = new Set(['limit', 'cursor', 'scope']);

/** All fields of a detail, one after the other; what is null is left out. */
export function auditFields(fields: Readonly<Record<string, unknown>>, names: MemberNames): Told {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined && !isEmpty(value))
    .map(([field, value]) => partOf(field, value, names));
  return {
    zh: parts.map(({ zh }) => zh).join('；'),
    en: parts.map(({ en }) => en).join('; '),
  };
}

function partOf(field: string, value: unknown, names: MemberNames): Told {
  const name = FIELDS[field] ?? told(field, field);
  const said = valueTold(field, value, names);
  return { zh: `${name.zh} ${said.zh}`, en: `${name.en} ${said.en}` };
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function valueTold(field: string, value: unknown, names: MemberNames): Told {
  if (Array.isArray(value)) {
    const all = value.map((one) => valueTold(field, one, names));
    return { zh: all.map(({ zh }) => zh).join('、'), en: all.map(({ en }) => en).join(', ') };
  }
  if (typeof value === 'object' && value !== null) return filterOf({ ...value }, names);
  if (typeof value === 'boolean') return value ? told('是', 'yes') : told('否', 'no');
  const text = shortened(String(value));
  if (MEMBERS.has(field)) return VALUES[text] ?? names(text);
  if (WRITTEN.has(field)) return told(text, text);
  return VALUES[text] ?? causeTold({ kind: 'call', cause: momentOf(text) });
}

/** What a listing was asked for: `outcome=missed`. */
function filterOf(filter: Readonly<Record<string, unknown>>, names: MemberNames): Told {
  const parts = Object.entries(filter)
    .filter(([field, value]) => value !== null && value !== undefined && !SILENT.has(field))
    .map(([field, value]) => {
      const time = TIMES.has(field) && typeof value === 'number' ? new Date(value).toISOString() : value;
      const said = valueTold(field, time, names);
      return { zh: `${field}=${said.zh}`, en: `${field}=${said.en}` };
    });
  if (parts.length === 0) return VALUES.all ?? told('', '');
  return { zh: parts.map(({ zh }) => zh).join('，'), en: parts.map(({ en }) => en).join(', ') };
}

/** A digest is told apart by its beginning. */
function shortened(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text;
}

/** A time of ISO 8601 to the minute, as it is written: in UTC. */
function momentOf(text: string): string {
  const [, day, minute] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}(?:\.\d+)?Z$/.exec(text) ?? [];
  return day === undefined ? text : `${day} ${minute ?? ''} UTC`;
}
