import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../src/ledger/records.js';
import { callRecord } from '../ledger/records.js';
import { bench, VIEWER } from './bench.js';
import { START } from './little-engine.js';

const SUPERVISOR = 'supervisor-0123456789';

function api(refuses = false) {
  const audits: AuditRecord[] = [];
  const made = bench({
    now: () => START,
    writeAudit: async (record) => {
      if (refuses) throw new Error('no space');
      audits.push(record);
    },
    tokens: [
      { name: 'night', token: SUPERVISOR, role: 'supervisor' },
      { name: 'wall', token: VIEWER, role: 'viewer' },
    ],
  });
  const show = (id: string, body: object, token = SUPERVISOR) =>
    made.app.inject({
      method: 'POST',
      url: `/v1/calls/${id}/caller-number`,
      headers: { authorization: `Bearer ${token}` },
      payload: body,
    });
  return { ...made, audits, show };
}

const reason = 'called back for the water office';

describe('POST /v1/calls/{id}/caller-number', () => {
  it.each(['call-1', 'call-2'])(
    'shows the number of %s, live or over, once it is written who asked why',
    async (id) => {
      const { engine, write, show, audits } = api();
      engine.start('call-1');
      write(callRecord('call-2'), callRecord('call-3'));
      const answer = await show(id, { reason });
      expect(answer.json()).toEqual({ callId: id, callerNumber: '13800001111' });
      expect(audits).toEqual([
        {
          kind: 'audit',
          id: expect.stringMatching(/^audit-/),
          doneAt: START,
          actor: 'night',
          action: 'number-shown',
          subject: id,
          callId: id,
          detail: JSON.stringify({ reason, from: '127.0.0.1' }),
        },
      ]);
    },
  );

  it('shows null where the number was withheld', async () => {
    const { write, show } = api();
    write(callRecord('call-2', { callerNumber: null }));
    expect((await show('call-2', { reason })).json()).toEqual({ callId: 'call-2', callerNumber: null });
  });

  it('shows nothing that is not written', async () => {
    const { engine, show } = api(true);
    engine.start('call-1');
    const answer = await show('call-1', { reason });
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'not-audited']);
    expect(answer.body).not.toContain('1380000');
  });

  it.each([
    ['no reason', 'call-1', {}, SUPERVISOR, 400],
    ['a reason that is none', 'call-1', { reason: ' x ' }, SUPERVISOR, 400],
    ['a reason of two lines', 'call-1', { reason: 'one line\nand another' }, SUPERVISOR, 400],
    ['an unknown call', 'call-9', { reason }, SUPERVISOR, 404],
  ])('refuses %s, and writes nothing', async (_what, id, body, token, status) => {
    const { engine, show, audits } = api();
    engine.start('call-1');
    expect((await show(id, body, token)).statusCode).toBe(status);
    expect(audits).toEqual([]);
  });

  it('refuses a role that may not, and writes that alone', async () => {
    const { engine, show, audits } = api();
    engine.start('call-1');
    const answer = await show('call-1', { reason }, VIEWER);
    expect([answer.statusCode, answer.body.includes('1380000')]).toEqual([403, false]);
    expect(audits).toMatchObject([{ action: 'refused', actor: 'wall', callId: null }]);
  });
});
