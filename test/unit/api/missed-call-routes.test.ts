import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../../src/ledger/records.js';
import { auditRecord, callRecord } from '../ledger/records.js';
import { bench } from './bench.js';
import { START } from './little-engine.js';

const MINUTE = 60_000;
const missed = (id: string, minute: number, more: Partial<CallRecord> = {}): CallRecord =>
  callRecord(id, {
    startedAt: START + minute * MINUTE,
    outcome: 'abandoned',
    missed: true,
    callerNumber: '13800000001',
    firstMember: 'city',
    lastMember: null,
    answeredAt: null,
    cause: 'abandoned',
    ...more,
  });

function benchAt(minute: number) {
  const made = bench({ now: () => START + minute * MINUTE });
  const ids = async (query = '') =>
    (await made.get(`/v1/missed-calls${query}`)).json().items.map(({ id, times }: never) => `${id} ${times}`);
  return { ...made, ids };
}

describe('GET /v1/missed-calls', () => {
  it('has a caller once for each member, however often the caller tried', async () => {
    const { write, ids, see } = benchAt(60);
    write(missed('a', 1), missed('b', 5, { firstMember: 'police' }), missed('c', 9, { waitMs: 42_000 }));
    expect(await ids()).toEqual(['c 2', 'b 1']);
    expect(await ids('?member=police')).toEqual(['b 1']);
    expect(await ids('?limit=1')).toEqual(['c 2']);
    expect((await see('/v1/missed-calls')).json().items[0]).toEqual({
      id: 'c',
      callerNumber: '13800000001',
      member: 'city',
      firstAt: '2026-03-02T08:01:00.000Z',
      lastAt: '2026-03-02T08:09:00.000Z',
      times: 2,
      waitMs: 42_000,
      cause: 'abandoned',
      attempts: [],
    });
  });

  it('keeps callers apart who withhold their number', async () => {
    const { write, ids } = benchAt(60);
    write(missed('a', 1, { callerNumber: null }), missed('b', 2, { callerNumber: null }));
    expect(await ids()).toEqual(['b 1', 'a 1']);
  });

  it('has nobody who got through since, who was called back, or whose call is long ago', async () => {
    const { write, ids } = benchAt(20 * 24 * 60);
    const recent = 19 * 24 * 60;
    const again = { outcome: 'answered', missed: false, lastMember: 'city' } as const;
    write(
      missed('old', 1, { callerNumber: '1' }),
      missed('through', recent, { callerNumber: '2' }),
      missed('then', recent + 1, { callerNumber: '2', ...again }),
      missed('before', recent + 2, { callerNumber: '3', ...again }),
      missed('open', recent + 3, { callerNumber: '3' }),
      missed('noted', recent + 4, { callerNumber: '4' }),
      auditRecord('audit-1', {
        action: 'called-back',
        subject: 'noted',
        doneAt: START + (recent + 5) * MINUTE,
      }),
    );
    expect(await ids()).toEqual(['open 1']);
    expect(await ids('?days=30')).toEqual(['open 1', 'old 1']);
  });
});

describe('POST /v1/missed-calls/{id}/call-back', () => {
  const path = '/v1/missed-calls/a/call-back';

  it('has the engine call, with what the ledger knows of the call', async () => {
    const { write, post, engine } = benchAt(60);
    write(missed('a', 1));
    const answer = await post(path, { agent: 'li-na' });
    expect([answer.statusCode, answer.json()]).toEqual([202, { callId: 'back-1' }]);
    expect((await post(path, { extension: '8001' })).statusCode).toBe(202);
    const call = { missedCall: 'a', member: 'city', callerNumber: '13800000001', trunk: 'carrier' };
    expect(engine.callsBack).toEqual([
      { ...call, agent: { by: 'agent', agent: 'li-na' }, requestedBy: 'desk' },
      { ...call, agent: { by: 'extension', member: 'city', extension: '8001' }, requestedBy: 'desk' },
    ]);
  });

  it('refuses calls that were not missed, or whose caller was reached, and says so', async () => {
    const { write, post, engine } = benchAt(60);
    write(
      missed('a', 1),
      callRecord('b', { startedAt: START }),
      auditRecord('audit-1', { action: 'called-back', subject: 'a', doneAt: START + 2 * MINUTE }),
    );
    const codes = async (id: string) =>
      (await post(`/v1/missed-calls/${id}/call-back`, { agent: 'li-na' })).json().error.code;
    expect([await codes('a'), await codes('b'), await codes('c')]).toEqual([
      'already-called-back',
      'unknown-call',
      'unknown-call',
    ]);
    expect(engine.callsBack).toEqual([]);
  });

  it('answers what the engine refuses', async () => {
    const { write, post, engine } = benchAt(60);
    write(missed('a', 1));
    engine.callBackRefusal = { code: 'number-withheld', message: 'The caller gave no telephone number' };
    const answer = await post(path, { agent: 'li-na' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([422, 'number-withheld']);
  });

  it('wants one agent', async () => {
    const { write, post } = benchAt(60);
    write(missed('a', 1));
    expect((await post(path, {})).statusCode).toBe(400);
    expect((await post(path, { agent: 'li-na', extension: '8001' })).statusCode).toBe(400);
  });

  it('that came to nothing is told with the call', async () => {
    const { write, get } = benchAt(60);
    const tried = { action: 'call-back-failed', subject: 'a', actor: 'li-na' } as const;
    write(
      missed('a', 1),
      missed('b', 5),
      auditRecord('audit-1', { ...tried, callId: 'x', detail: 'busy', doneAt: START + 2 * MINUTE }),
      auditRecord('audit-2', { ...tried, callId: 'y', detail: 'no-answer', doneAt: START + 3 * MINUTE }),
      auditRecord('audit-3', { ...tried, subject: 'z', callId: 'z1', doneAt: START + 4 * MINUTE }),
    );
    expect((await get('/v1/missed-calls')).json().items).toMatchObject([
      {
        id: 'b',
        attempts: [
          { callId: 'y', by: 'li-na', cause: 'no-answer', endedAt: '2026-03-02T08:03:00.000Z' },
          { callId: 'x', by: 'li-na', cause: 'busy' },
        ],
      },
    ]);
  });
});

describe('POST /v1/missed-calls/{id}/done', () => {
  it('notes who called back, for calls that were missed alone', async () => {
    const { write, post, engine } = benchAt(60);
    write(missed('a', 1), callRecord('b', { startedAt: START }));
    expect((await post('/v1/missed-calls/a/done', { note: '已解决' })).statusCode).toBe(200);
    expect((await post('/v1/missed-calls/b/done', {})).statusCode).toBe(404);
    expect((await post('/v1/missed-calls/c/done', {})).statusCode).toBe(404);
    expect((await post('/v1/missed-calls/a/done', { to: 'x' })).statusCode).toBe(400);
    expect(engine.calledBack).toEqual([['a', 'desk', '已解决']]);
  });
});
