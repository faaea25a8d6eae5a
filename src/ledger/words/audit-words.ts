/** What audits tell, in words. Imports nothing that a browser has not: the pages have it, too. */
import type { AuditAction } from '../records.js';
import { auditFields, VALUES } from './audit-fields.js';
import { callBackCauseTold, causeTold } from './cause-words.js';
import type { MemberNames, Told } from './told.js';

const told = (zh: string, en: string): Told => ({ zh, en });

export const AUDIT_ACTIONS: Readonly<Record<AuditAction, Told>> = {
  'recording-started': told('开始录音', 'recording begun'),
  'recording-stopped': told('停止录音', 'recording stopped'),
  'recording-linked': told('取得录音链接', 'link to a recording'),
  'recording-played': told('收听录音', 'recording heard'),
  'recording-deleted': told('删除录音', 'recording deleted'),
  'agent-state': told('坐席状态改变', 'state of an agent'),
  'called-back': told('登记已回拨', 'noted as called back'),
  'call-back-failed': told('回拨未成功', 'call back failed'),
  'note-written': told('写下备注', 'note written'),
  exported: told('导出台账', 'exported'),
  'logged-in': told('登录', 'logged in'),
  'logged-out': told('退出登录', 'logged out'),
  'login-refused': told('登录被拒绝', 'log-in refused'),
  refused: told('请求被拒绝', 'refused'),
  'account-added': told('新建账号', 'account made'),
  'account-changed': told('更改账号', 'account changed'),
  'password-changed': told('更改密码', 'password changed'),
  'token-added': told('发放访问令牌', 'token issued'),
  'token-rotated': told('更换访问令牌', 'token rotated'),
  'token-revoked': told('吊销访问令牌', 'token revoked'),
  'number-shown': told('查看主叫号码', 'number shown'),
  'ledger-taken-over': told('接管旧台账', 'ledger taken over'),
  'monitor-started': told('开始监听', 'listening begun'),
  'monitor-changed': told('更改监听方式', 'listening changed'),
  'monitor-stopped': told('停止监听', 'listening ended'),
  'month-deleted': told('删除到期月份', 'month deleted'),
  'hold-added': told('加法定保留', 'legal hold'),
  'hold-released': told('解除法定保留', 'hold released'),
  'month-closed': told('月份封账', 'month closed'),
  'month-opened': told('重开已封账月份', 'month opened'),
  erased: told('抹去个人信息', 'personal data erased'),
  'report-erased': told('抹去报告中的号码', 'number erased in a report'),
};

/** What was done, in words; an action of a later version by its name. */
export function actionTold(action: string): Told {
  const actions: Readonly<Record<string, Told>> = AUDIT_ACTIONS;
  return actions[action] ?? told(action, action);
}

const NOTHING = told('', '');
/** Their detail is the address that it was done from. */
const FROM: ReadonlySet<string> = new Set<AuditAction>([
  'logged-in',
  'logged-out',
  'recording-started',
  'recording-stopped',
  'recording-linked',
  'recording-played',
]);
/** Their detail is one word, or one and a reason: `ready > pause: lunch`. */
const WORDS: ReadonlySet<string> = new Set<AuditAction>([
  'agent-state',
  'monitor-changed',
  'monitor-stopped',
  'recording-deleted',
]);

/** The detail of an audit in words; what has none is told as it is. */
export function detailTold(
  { action, detail }: { readonly action: string; readonly detail: string | null },
  names: MemberNames,
): Told {
  if (detail === null || detail === '') return NOTHING;
  const fields = fieldsOf(detail);
  if (fields !== null) return auditFields(fields, names);
  if (FROM.has(action)) return told(`来自 ${detail}`, `from ${detail}`);
  if (action === 'call-back-failed') return callBackCauseTold(detail);
  if (WORDS.has(action)) return wordsOf(detail);
  return told(detail, detail);
}

/** The detail as it was written, where it is JSON. Numbers that are masked are none any more. */
function fieldsOf(detail: string): Readonly<Record<string, unknown>> | null {
  if (!detail.startsWith('{')) return null;
  try {
    const whole = detail.replace(/([:,[]\s*)(\d*\*+\d*)(?=\s*[,\]}])/g, '$1"$2"');
    const value: unknown = JSON.parse(whole);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function wordsOf(detail: string): Told {
  const days = /^kept for (\d+) days$/.exec(detail)?.[1];
  if (days !== undefined) return told(`保存已满 ${days} 天`, detail);
  const [, change = detail, reason] = /^([^:]+): (.*)$/.exec(detail) ?? [];
  const of = (language: 'zh' | 'en'): string =>
    change
      .split(' > ')
      .map((word) => wordOf(word)[language])
      .join(' → ');
  const why = reason === undefined ? NOTHING : wordOf(reason);
  return {
    zh: of('zh') + (why.zh === '' ? '' : `：${why.zh}`),
    en: of('en') + (why.en === '' ? '' : `: ${why.en}`),
  };
}

function wordOf(word: string): Told {
  return VALUES[word] ?? causeTold({ kind: 'call', cause: word });
}
