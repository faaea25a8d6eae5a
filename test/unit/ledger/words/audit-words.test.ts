import { describe, expect, it } from 'vitest';
import { AUDIT_ACTIONS as NAMED } from '../../../../src/api/recording-schemas.js';
import { maskedText } from '../../../../src/ledger/mask-numbers.js';
import type { AuditAction } from '../../../../src/ledger/records.js';
import { AUDIT_ACTIONS, actionTold, detailTold } from '../../../../src/ledger/words/audit-words.js';

const names = (id: string) =>
  id === 'city-12345' ? { zh: '12345 热线', en: '12345 hotline' } : { zh: id, en: id };
const told = (action: AuditAction, detail: string | object | null) =>
  detailTold(
    { action, detail: typeof detail === 'object' && detail !== null ? JSON.stringify(detail) : detail },
    names,
  );

describe('an audit in words', () => {
  it('has a name in both languages for whatever can be done', () => {
    expect(Object.keys(AUDIT_ACTIONS).sort()).toEqual([...NAMED].sort());
    for (const { zh, en } of Object.values(AUDIT_ACTIONS)) {
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).toMatch(/^[\w -]+$/);
    }
    expect(actionTold('of-a-later-version')).toEqual({ zh: 'of-a-later-version', en: 'of-a-later-version' });
  });

  it.each([
    [
      'number-shown',
      { reason: '核对', from: '10.0.0.1' },
      '原因 核对；来自 10.0.0.1',
      'reason 核对; from 10.0.0.1',
    ],
    [
      'refused',
      { why: 'out-of-scope', from: '::1' },
      '原因 不在查看范围；来自 ::1',
      'why out of scope; from ::1',
    ],
    [
      'account-changed',
      { displayName: '王', role: 'supervisor', members: ['city-12345'], enabled: false },
      '名称 王；角色 班长；范围 12345 热线；启用 否',
      'name 王; role supervisor; members 12345 hotline; enabled no',
    ],
    ['account-added', { role: 'ops', members: 'all' }, '角色 运行值班；范围 全部', 'role ops; members all'],
    [
      'token-rotated',
      { until: '2026-03-02T08:00:00.000Z' },
      '有效至 2026-03-02 08:00 UTC',
      'until 2026-03-02 08:00 UTC',
    ],
    [
      'exported',
      {
        format: 'xlsx',
        masked: true,
        report: null,
        filter: { outcome: 'abandoned', from: 0, limit: 5 },
        from: '::1',
      },
      '格式 xlsx；隐藏号码 是；条件 outcome=来电人放弃，from=1970-01-01 00:00 UTC；来自 ::1',
      'format xlsx; numbers masked yes; filter outcome=given up by the caller, from=1970-01-01 00:00 UTC; from ::1',
    ],
    ['agent-state', 'ready > pause: 午餐', '就绪 → 示忙：午餐', 'ready → pause: 午餐'],
    ['monitor-changed', 'listen > whisper', '只听 → 密语', 'listen → whisper'],
    ['call-back-failed', 'agent-no-answer', '回拨坐席未接听', 'the agent who calls back did not answer'],
    // Who gives up a call back is not the caller.
    ['call-back-failed', 'abandoned', '坐席先挂机', 'the agent hung up first'],
    ['logged-in', '10.0.0.1', '来自 10.0.0.1', 'from 10.0.0.1'],
    ['recording-deleted', 'kept for 90 days', '保存已满 90 天', 'kept for 90 days'],
    ['note-written', '停水: 已转', '停水: 已转', '停水: 已转'],
    ['called-back', null, '', ''],
    ['month-closed', '{"bytes":', '{"bytes":', '{"bytes":'],
  ] as const)('tells the detail of %s', (action, detail, zh, en) => {
    expect(told(action, detail)).toEqual({ zh, en });
  });

  it('tells the detail also where numbers in it are masked', () => {
    const masked = maskedText(JSON.stringify({ sha256: 'ab', bytes: 123_456_789 }));
    expect(masked).toContain('*');
    expect(told('month-closed', masked).en).toMatch(/^SHA-256 ab; bytes \d+\*+\d+$/);
  });
});
