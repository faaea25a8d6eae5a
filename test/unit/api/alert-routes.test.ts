import { describe, expect, it } from 'vitest';
import { alertSchema } from '../../../src/api/live-schemas.js';
import { callRecord, legRecord, START, transferRecord } from '../ledger/fixtures.js';
import { bench } from './bench.js';

const DAY = 24 * 3_600_000;
const LOCATION = { references: [], point: null, address: '天津 南京路 1', pidf: null };

describe('GET /v1/alerts', () => {
  it('lists alerts of live calls with caller, location, matter and note', async () => {
    const { engine, see, post } = bench({ now: () => START + 1000 });
    engine.location = LOCATION;
    engine.start('call-1');
    await post('/v1/calls/call-1/transfers', {
      to: '*1',
      mode: 'alert',
      matter: '溺水',
      note: 'on the bridge',
    });
    const { items } = (await see('/v1/alerts')).json();
    expect(items.map((item: unknown) => alertSchema.parse(item))).toEqual([
      {
        id: 'transfer-1',
        callId: 'call-1',
        live: true,
        raisedAt: '2026-03-02T08:00:00.500Z',
        fromMember: 'city-12345',
        toMember: 'police-110',
        callerNumber: '13800001111',
        firstDialled: '12345',
        matter: '溺水',
        note: 'on the bridge',
        location: LOCATION,
      },
    ]);
    expect((await see('/v1/calls/live/call-1')).json().alerts).toMatchObject([{ note: 'on the bridge' }]);
  });

  it('lists those of the last 24 hours from the ledger, each once, newest first', async () => {
    const { engine, see, post, write } = bench({ now: () => START + DAY });
    engine.start('call-1');
    await post('/v1/calls/call-1/transfers', { to: '*1', mode: 'alert', note: 'live' });
    const alert = { mode: 'alert', callId: 'call-2' } as const;
    write(
      transferRecord('transfer-1', { mode: 'alert', callId: 'call-1', requestedAt: START + 500 }),
      transferRecord('old', { ...alert, requestedAt: START - 1 }),
      transferRecord('first', { ...alert, requestedAt: START, note: 'fire' }),
      transferRecord('last', { ...alert, requestedAt: START + 900, toMember: 'fire-119' }),
      transferRecord('refused', { ...alert, outcome: 'refused', requestedAt: START + 800 }),
      transferRecord('voice', { callId: 'call-2', requestedAt: START + 700 }),
      callRecord('call-2', { callerNumber: '139', firstDialled: '12355' }),
      transferRecord('open', { mode: 'alert', callId: 'call-3', requestedAt: START + 10 }),
      legRecord('leg-9', { role: 'caller', callId: 'call-3', callerNumber: '137', numberDialled: '110' }),
    );
    const list = async (query = ''): Promise<{ id: string }[]> =>
      (await see(`/v1/alerts${query}`)).json().items;
    const all = await list();
    expect(all.map(({ id }) => id)).toEqual(['last', 'transfer-1', 'open', 'first']);
    expect(all[3]).toMatchObject({ live: false, callerNumber: '139', firstDialled: '12355', note: 'fire' });
    expect(all[2]).toMatchObject({ callerNumber: '137', firstDialled: '110' });
    expect(all[1]).toMatchObject({ live: true, note: 'live' });
    expect((await list('?member=fire-119')).map(({ id }) => id)).toEqual(['last']);
    expect((await list('?member=police-110')).map(({ id }) => id)).toEqual(['transfer-1', 'open', 'first']);
    expect(await list('?member=nobody')).toEqual([]);
  });

  it('is personal data: it needs a token', async () => {
    expect((await bench().app.inject('/v1/alerts')).statusCode).toBe(401);
  });
});
