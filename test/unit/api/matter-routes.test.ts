import { describe, expect, it } from 'vitest';
import { errorSchema } from '../../../src/api/schemas.js';
import { bench } from './bench.js';

describe('GET /v1/matters', () => {
  it('finds while typing, with the proposed member and why', async () => {
    const { get } = bench();
    const answer = await get('/v1/matters?q=rsdq');
    expect(answer.json()).toEqual({
      items: [
        {
          code: 'theft-01',
          zh: '入室盗窃',
          en: 'Burglary',
          urgency: 'emergency',
          source: 'example',
          found: { by: 'initials', term: '入室盗窃' },
          home: { id: 'police-110', number: '110', name: { zh: '报警求助', en: 'Police' } },
          proposed: { id: 'police-110', number: '110', name: { zh: '报警求助', en: 'Police' } },
          reason: {
            code: 'home',
            zh: '“入室盗窃”由 110 报警求助受理',
            en: '“Burglary” belongs to 110 Police',
          },
        },
      ],
    });
  });

  it('lists all without a query, none where nothing fits, and refuses odd limits', async () => {
    const { get } = bench();
    expect((await get('/v1/matters')).json().items).toMatchObject([{ code: 'theft-01', found: null }]);
    expect((await get(`/v1/matters?q=${encodeURIComponent('飞机')}`)).json()).toEqual({ items: [] });
    expect((await get('/v1/matters?limit=0')).statusCode).toBe(400);
  });
});

describe('a transfer that names a matter', () => {
  it('goes to the member that the matter belongs to', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    const answer = await post('/v1/calls/call-1/transfers', { matter: 'theft-01' });
    expect(answer.statusCode).toBe(202);
    expect(engine.liveCall('call-1')?.transfer).toMatchObject({
      matter: 'theft-01',
      toMember: 'police-110',
    });
  });

  it('goes where `to` says when there is one', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    await post('/v1/calls/call-1/transfers', { to: '*1', matter: 'own-code' });
    expect(engine.liveCall('call-1')?.transfer).toMatchObject({ matter: 'own-code', toMember: 'police-110' });
  });

  it('is refused when there is no such matter, by call or by party', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    const bodies = [
      ['/v1/calls/call-1/transfers', { matter: 'theft-99' }],
      ['/v1/transfers', { agent: '8001', matter: 'theft-99' }],
    ] as const;
    for (const [url, body] of bodies) {
      const answer = await post(url, body);
      expect([answer.statusCode, errorSchema.parse(answer.json()).error.code]).toEqual([
        422,
        'unknown-matter',
      ]);
    }
    expect(engine.liveCall('call-1')?.transfer).toBeNull();
  });
});
