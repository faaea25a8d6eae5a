import { describe, expect, it } from 'vitest';
import { auditRecord, callRecord, START as LEG_START, legRecord, transferRecord } from '../ledger/records.js';
import { bench, OPERATOR } from './bench.js';

describe('GET /v1/calls/{id}/story', () => {
  function told() {
    const api = bench();
    api.write(
      legRecord('leg-1', { role: 'caller', direction: 'in', member: null }),
      transferRecord('transfer-1', { note: '请回电 13800001111' }),
      callRecord('call-1'),
      auditRecord('audit-1', {
        action: 'note-written',
        subject: 'call-1',
        callId: 'call-1',
        detail: '已解决',
      }),
      auditRecord('audit-2', { action: 'note-written', subject: 'call-2', callId: 'call-2' }),
    );
    return api;
  }

  it('has lanes and events with times, in words, with the names of the dial plan', async () => {
    const { app } = told();
    const answer = await app.inject({
      url: '/v1/calls/call-1/story',
      headers: { authorization: `Bearer ${OPERATOR}` },
    });
    expect(answer.statusCode).toBe(200);
    const { callId, call, startedAt, lanes, events, audits } = answer.json();
    const start = new Date(LEG_START).toISOString();
    expect([callId, call.id, call.answeredInTime, startedAt]).toEqual(['call-1', 'call-1', true, start]);
    expect(lanes).toMatchObject([
      { id: 'onekey', startedAt: null },
      { id: 'leg-1', number: '13800001111', startedAt: start },
    ]);
    expect(events[0]).toEqual({
      at: start,
      afterMs: 0,
      kind: 'leg-started',
      about: 'leg-1',
      from: 'leg-1',
      to: 'onekey',
      message: 'INVITE',
      text: {
        zh: '来电人 13800001111 拨打 12345，经 pbx-12345',
        en: 'caller 13800001111 calls 12345 over pbx-12345',
      },
    });
    expect(events.find(({ kind }: { kind: string }) => kind === 'transfer-requested').text.en).toContain(
      'Police',
    );
    expect(audits).toMatchObject([{ id: 'audit-1', detail: '已解决' }]);
  });

  it('shows a viewer no number of the caller', async () => {
    const answer = await told().get('/v1/calls/call-1/story');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('138****1111');
    expect(answer.body).not.toContain('13800001111');
  });

  it('is not there for a call that nobody knows', async () => {
    const answer = await told().get('/v1/calls/call-9/story');
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'unknown-call']);
  });
});
