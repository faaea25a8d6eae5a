import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../../src/ledger/records.js';
import { bench } from '../bench.js';

const VIEWER = 'viewer-0123456789';

function api() {
  const audits: AuditRecord[] = [];
  let now = 1_700_000_000_000;
  const { app, post } = bench({ now: () => now, writeAudit: async (record) => void audits.push(record) });
  const ask = (url: string, token = VIEWER, method: 'GET' | 'POST' = 'GET') =>
    app.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
  return {
    audits,
    ask,
    post,
    later: (ms: number) => {
      now += ms;
    },
  };
}

describe('what is refused to who was let in', () => {
  it('is in the audit, with why and from where', async () => {
    const { audits, ask } = api();
    expect((await ask('/v1/audits')).statusCode).toBe(403);
    expect((await ask('/v1/calls/call-1/hangup', VIEWER, 'POST')).statusCode).toBe(403);
    expect((await ask('/v1/calls?caller=138*')).statusCode).toBe(403);
    expect(
      audits.map(({ actor, action, subject, detail }) => [actor, action, subject, JSON.parse(detail ?? '')]),
    ).toEqual([
      ['wall', 'refused', 'GET /v1/audits', { why: 'forbidden', from: '127.0.0.1' }],
      ['wall', 'refused', 'POST /v1/calls/:id/hangup', { why: 'forbidden', from: '127.0.0.1' }],
      ['wall', 'refused', 'GET /v1/calls', { why: 'numbers-masked', from: '127.0.0.1' }],
    ]);
  });

  it('is not what nobody asks for, nor what there is not', async () => {
    const { audits, ask } = api();
    expect((await ask('/v1/audits', 'unknown-0123456789')).statusCode).toBe(401);
    expect((await ask('/v1/calls/none')).statusCode).toBe(404);
    expect((await ask('/v1/calls')).statusCode).toBe(200);
    expect(audits).toEqual([]);
  });

  it('does not fill the disk: what is too much in a minute is counted', async () => {
    const { audits, ask, later } = api();
    for (let n = 0; n < 40; n += 1) await ask('/v1/audits');
    expect(audits).toHaveLength(30);
    later(60_000);
    await ask('/v1/audits');
    expect(JSON.parse(audits[30]?.detail ?? '')).toMatchObject({ why: 'forbidden', unwritten: 10 });
  });
});
