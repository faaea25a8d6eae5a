import { describe, expect, it } from 'vitest';
import type { EraseRequest, EraseResult } from '../../../src/ledger/erase-caller.js';
import { bench } from './bench.js';

const ERASED: EraseResult = {
  ok: true,
  erased: { id: 'e-1', calls: 2, records: 7, months: ['2026-03'], recordings: ['recording-1'] },
};

function api(result: () => Promise<EraseResult> = async () => ERASED) {
  const asked: EraseRequest[] = [];
  const made = bench({
    erase: (request) => {
      asked.push(request);
      return result();
    },
  });
  return { ...made, asked };
}

const wish = { callers: ['13800001111', '+8613800001111'], reason: 'request 17', pseudonym: 'person-17' };

describe('POST /v1/erasures', () => {
  it('erases for whom is named, and says what is left to do', async () => {
    const { post, asked } = api();
    const answer = await post('/v1/erasures', wish);
    expect(asked).toEqual([
      { numbers: wish.callers, by: 'desk', reason: 'request 17', pseudonym: 'person-17' },
    ]);
    expect(answer.json()).toEqual({
      id: 'e-1',
      pseudonym: 'person-17',
      calls: 2,
      records: 7,
      months: ['2026-03'],
      reports: [],
      recordings: ['recording-1'],
    });
  });

  it('makes a pseudonym that tells nothing', async () => {
    const { post } = api();
    const { pseudonym: _, ...rest } = wish;
    expect((await post('/v1/erasures', rest)).json().pseudonym).toMatch(/^erased-[0-9a-f]{12}$/);
  });

  it('names the holds that are in the way', async () => {
    const target = { kind: 'month', month: '2026-03' } as const;
    const hold = { id: 'hold-1', target, reason: 'case 3', by: 'court', addedAt: 1, released: null };
    const answer = await api(async () => ({ ok: false, held: [hold] })).post('/v1/erasures', wish);
    expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'held']);
    expect(answer.json().error.message).toContain('hold-1');
  });

  it('does one at a time, and goes on after one that failed', async () => {
    let end: (error: Error) => void = () => undefined;
    const first = new Promise<EraseResult>((_, reject) => {
      end = reject;
    });
    let asked = 0;
    const { post } = api(() => (asked++ === 0 ? first : Promise.resolve(ERASED)));
    const answer = post('/v1/erasures', wish);
    await expect.poll(() => asked).toBe(1);
    expect((await post('/v1/erasures', wish)).json().error.code).toBe('busy');
    end(new Error('no space'));
    expect([(await answer).statusCode, (await answer).json().error.code]).toEqual([503, 'not-erased']);
    expect((await post('/v1/erasures', wish)).statusCode).toBe(200);
  });

  it.each([
    ['no number', { ...wish, callers: [] }],
    ['an empty number', { ...wish, callers: [''] }],
    ['what is no number', { ...wish, callers: ['%'] }],
    ['no reason', { ...wish, reason: ' ' }],
    ['a reason with the number', { ...wish, reason: 'for 13800001111' }],
    ['a pseudonym with the number', { ...wish, pseudonym: 'x13800001111' }],
  ])('refuses %s, and erases nothing', async (_what, body) => {
    const { post, asked } = api();
    expect((await post('/v1/erasures', body)).statusCode).toBe(400);
    expect(asked).toEqual([]);
  });

  it('is for admins alone', async () => {
    const { app, asked } = api();
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/erasures',
      headers: { authorization: 'Bearer viewer-0123456789' },
      payload: wish,
    });
    expect([answer.statusCode, asked]).toEqual([403, []]);
  });
});
