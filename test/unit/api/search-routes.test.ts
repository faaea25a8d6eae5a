import { describe, expect, it } from 'vitest';
import { auditRecord, transferRecord, START as WRITTEN } from '../ledger/records.js';
import { bench, OPERATOR } from './bench.js';

function notes() {
  const api = bench();
  api.write(
    transferRecord('t-1', { note: '停水，回电13800001111', matter: 'water-01' }),
    auditRecord('a-1', {
      action: 'note-written',
      detail: '停水已解决',
      doneAt: WRITTEN + 1000,
      actor: 'li-na',
    }),
  );
  const asOperator = (url: string) =>
    api.app.inject({ url, headers: { authorization: `Bearer ${OPERATOR}` } });
  return { ...api, asOperator };
}

describe('GET /v1/search', () => {
  it('gives notes with what was looked for, newest first, page by page', async () => {
    const { asOperator } = notes();
    const first = (await asOperator('/v1/search?q=停水&limit=1')).json();
    expect(first.items).toMatchObject([
      { of: 'call', id: 'a-1', writtenBy: 'li-na', writtenAt: new Date(WRITTEN + 1000).toISOString() },
    ]);
    expect(first.items[0].snippet[0]).toEqual({ text: '停水', hit: true });
    const second = (await asOperator(`/v1/search?q=停水&limit=1&cursor=${first.next}`)).json();
    expect(second).toMatchObject({ items: [{ of: 'transfer', id: 't-1', matter: 'water-01' }], next: null });
    expect(second.items[0].note).toContain('13800001111');
  });

  it('shows a viewer no number', async () => {
    const answer = await notes().get('/v1/search?q=停水 回电');
    expect(answer.json().items).toMatchObject([{ note: '停水，回电138****1111' }]);
    expect(answer.body).not.toContain('13800001111');
  });

  it.each([
    ['q=，。', 'no-word', undefined],
    ['q=', 'no-word', undefined],
    ['', 'bad-request', 'q'],
    ['q=水&limit=101', 'bad-request', 'limit'],
    ['q=水&cursor=x', 'bad-request', 'cursor'],
    ['q=水&from=yesterday', 'bad-request', 'from'],
    [`q=${'水'.repeat(201)}`, 'bad-request', 'q'],
  ])('refuses %s', async (query, code, field) => {
    const answer = await notes().get(`/v1/search?${encodeURI(query)}`);
    expect([answer.statusCode, answer.json().error.code, answer.json().error.field]).toEqual([
      400,
      code,
      field,
    ]);
  });
});
