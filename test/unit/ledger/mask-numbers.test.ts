import { describe, expect, it } from 'vitest';
import { maskedNumber, maskedText, maskNumbers } from '../../../src/ledger/mask-numbers.js';
import { auditRecord, callRecord, legRecord, recordingRecord, transferRecord } from './records.js';

describe('a masked number', () => {
  it.each([
    ['13800001111', '138****1111'],
    ['+8613800001111', '+86*******1111'],
    ['02224012345', '022****2345'],
    ['24012345', '******45'],
    ['12345', '***45'],
    ['110', '***'],
    ['', ''],
  ])('%s is %s', (number, masked) => {
    expect(maskedNumber(number)).toBe(masked);
  });

  it('is found in a text', () => {
    expect(maskedText('请回 13800001111 或 +8622 24012345, 转 110')).toBe(
      '请回 138****1111 或 +8622 ******45, 转 110',
    );
    expect(maskedText(null)).toBeNull();
  });
});

describe('a record for those who may not see numbers', () => {
  const whole = JSON.stringify([
    callRecord('call-1'),
    legRecord('leg-1', {
      numberCalled: '13800001111',
      numberDialled: '013800001111',
      reason: 'to 13800001111',
    }),
    transferRecord('transfer-1', { requestedTarget: '13800001111', note: '回电13800001111' }),
    recordingRecord('recording-1'),
    auditRecord('audit-1', { subject: '13800001111', detail: '13800001111 called back' }),
  ]);

  it('has the caller’s number nowhere', () => {
    const records = JSON.parse(whole) as Parameters<typeof maskNumbers>[0][];
    expect(whole).toContain('13800001111');
    expect(JSON.stringify(records.map((record) => maskNumbers(record)))).not.toContain('13800001111');
  });

  it('keeps hotlines, ids and all that nobody hides', () => {
    expect(maskNumbers(callRecord('call-12345678'))).toEqual({
      ...callRecord('call-12345678'),
      callerNumber: '138****1111',
    });
    expect(maskNumbers(legRecord('leg-1', { callerNumber: null }))).toEqual(
      legRecord('leg-1', { callerNumber: null }),
    );
    expect(maskNumbers(auditRecord('audit-1', { subject: 'recording-20260302' })).subject).toBe(
      'recording-20260302',
    );
  });
});
