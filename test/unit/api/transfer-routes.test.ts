import { describe, expect, it } from 'vitest';
import { REFUSALS, TRANSFER_REFUSALS } from '../../../src/api/refusals.js';
import { errorSchema } from '../../../src/api/schemas.js';
import { type Bench, bench, VIEWER } from './bench.js';

/** Status and code of the error, or the answer. */
async function tell({ post }: Bench, url: string, body?: object): Promise<unknown[]> {
  const answer = await post(url, body);
  const code = answer.statusCode < 300 ? answer.json() : errorSchema.parse(answer.json()).error.code;
  return [answer.statusCode, code];
}

describe('POST /v1/calls/{id}/transfers', () => {
  it('passes on mode, matter and note', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    const note = `老人独居\n${'x'.repeat(995)}`;
    const answer = await post('/v1/calls/call-1/transfers', {
      to: '*1',
      mode: 'consult',
      matter: '水-07',
      note,
    });
    expect(answer.statusCode).toBe(202);
    const transfer = engine.liveCall('call-1')?.transfer;
    expect(transfer).toMatchObject({ mode: 'consult', matter: '水-07', note });
  });

  it('takes an empty field of a form for none', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    await post('/v1/calls/call-1/transfers', { to: '*1', matter: '', note: '', language: '' });
    expect(engine.liveCall('call-1')?.transfer).toMatchObject({ mode: 'blind', matter: null, note: null });
  });

  it.each([
    [{ to: '*1', note: 'x'.repeat(1001) }, 'note'],
    [{ to: '*1', matter: 'x'.repeat(101) }, 'matter'],
    [{ to: '*1', matter: 'a\nb' }, 'matter'],
    [{ to: '*1', mode: 'warm' }, 'mode'],
    [{ to: '*1', language: 'english' }, 'language'],
    [{ mode: 'blind' }, 'to'],
    [{ to: '*1', extension: '8017' }, 'extension'],
  ])('refuses %j and names the field', async (body, field) => {
    const { engine, post } = bench();
    engine.start('call-1');
    const answer = await post('/v1/calls/call-1/transfers', body);
    expect(answer.statusCode).toBe(400);
    expect(errorSchema.parse(answer.json()).error.field).toBe(field);
    expect(engine.liveCall('call-1')?.transfer).toBeNull();
  });

  it('raises an alert while the call goes on, and says that there is no conference', async () => {
    const made = bench();
    made.engine.start('call-1');
    const [status] = await tell(made, '/v1/calls/call-1/transfers', {
      to: '*1',
      mode: 'alert',
      note: 'fire',
    });
    expect(status).toBe(202);
    expect(made.engine.liveCall('call-1')).toMatchObject({ phase: 'talking', alerts: [{ note: 'fire' }] });
    expect(await tell(made, '/v1/calls/call-1/transfers', { to: '*1', mode: 'conference' })).toEqual([
      501,
      'mode-unavailable',
    ]);
  });
});

describe('POST /v1/calls/{id}/transfer/{action}', () => {
  it('toggles, completes and cancels, and says when there is nothing to', async () => {
    const made = bench();
    const { engine, post } = made;
    engine.start('call-1');
    const url = '/v1/calls/call-1/transfer';
    expect(await tell(made, `${url}/complete`)).toEqual([409, 'no-transfer']);
    await post('/v1/calls/call-1/transfers', { to: '*1', mode: 'consult' });
    expect(await tell(made, `${url}/toggle`)).toEqual([409, 'no-transfer']);
    engine.answer('call-1');
    const accepted = { callId: 'call-1', transferId: 'transfer-1' };
    expect(await tell(made, `${url}/toggle`)).toEqual([202, accepted]);
    expect(engine.liveCall('call-1')?.transfer?.speaksWith).toBe('transferee');
    expect(await tell(made, `${url}/complete`)).toEqual([202, accepted]);
    expect(engine.liveCall('call-1')).toMatchObject({ currentMember: 'police-110', transfer: null });
    await post('/v1/calls/call-1/transfers', { to: '12345', mode: 'consult' });
    expect((await tell(made, `${url}/cancel`))[0]).toBe(202);
    expect(engine.liveCall('call-1')).toMatchObject({ currentMember: 'police-110', transfer: null });
    expect(await tell(made, '/v1/calls/call-9/transfer/cancel')).toEqual([404, 'unknown-call']);
    const wrong = await post(`${url}/merge`);
    expect([wrong.statusCode, wrong.json().error.field]).toEqual([400, 'action']);
  });
});

describe('POST /v1/transfers', () => {
  it.each([
    [{ sipCallId: 'call-2@onekey' }],
    [{ agent: '8018' }],
    [{ agent: '8018', member: 'city-12345' }],
    [{ sipCallId: 'call-2@onekey', member: 'city-12345' }],
  ])('finds the call by %j, and the agent’s leg in it', async (party) => {
    const { engine, post } = bench();
    engine.start('call-1');
    engine.start('call-2', '8018');
    const answer = await post('/v1/transfers', { ...party, to: '*1', mode: 'consult', note: 'n' });
    expect([answer.statusCode, answer.json()]).toEqual([202, { callId: 'call-2', transferId: 'transfer-1' }]);
    expect(engine.liveCall('call-2')?.transfer).toMatchObject({
      mode: 'consult',
      fromAgent: '8018',
      transferorLeg: 'call-2-agent',
      note: 'n',
    });
    expect(engine.liveCall('call-1')?.transfer).toBeNull();
  });

  it('leaves it to the engine who transfers when the caller’s leg is named', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    expect((await post('/v1/transfers', { sipCallId: 'call-1@phone', to: '*1' })).statusCode).toBe(202);
    expect(engine.liveCall('call-1')?.transfer?.fromAgent).toBeNull();
  });

  it('names the calls when several fit, and moves none', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    engine.start('call-2');
    const answer = await post('/v1/transfers', { extension: '8001', to: '*1' });
    expect(answer.statusCode).toBe(409);
    expect(errorSchema.parse(answer.json()).error).toMatchObject({
      code: 'ambiguous',
      calls: ['call-1', 'call-2'],
    });
    expect(engine.liveCalls().every(({ transfer }) => transfer === null)).toBe(true);
  });

  it('is 404 when nobody fits, and passes refusals on', async () => {
    const made = bench();
    made.engine.start('call-1');
    const nobody = [404, 'unknown-call'];
    expect(await tell(made, '/v1/transfers', { agent: '9999', to: '*1' })).toEqual(nobody);
    const elsewhere = { agent: '8017', member: 'police-110', to: '*1' };
    expect(await tell(made, '/v1/transfers', elsewhere)).toEqual(nobody);
    expect(await tell(made, '/v1/transfers', { agent: '8017', to: '999' })).toEqual([422, 'not-a-member']);
  });

  it.each([
    [{ to: '*1' }, 'found 0'],
    [{ to: '*1', member: 'city-12345' }, 'found 0'],
    [{ to: '*1', agent: '1', extension: '1' }, 'found 2'],
    [{ to: '*1', agent: '1', sipCallId: 'a', extension: '1' }, 'found 3'],
    [{ to: '*1', agent: '' }, 'agent'],
    [{ to: '*1', agent: '1', transferorLeg: 'x' }, 'transferorLeg'],
    [{ agent: '1' }, 'to'],
  ])('is 400 for %j', async (body, message) => {
    const { post } = bench();
    const answer = await post('/v1/transfers', body);
    expect(answer.statusCode).toBe(400);
    expect(errorSchema.parse(answer.json()).error.message).toContain(message);
  });
});

describe('POST /v1/transfers/{action}', () => {
  it('controls the transfer of a party', async () => {
    const made = bench();
    made.engine.start('call-1');
    made.engine.start('call-2');
    const party = { agent: '8017' };
    expect(await tell(made, '/v1/transfers/complete', party)).toEqual([404, 'unknown-call']);
    await made.post('/v1/calls/call-2/transfers', { to: '*1', mode: 'consult' });
    made.engine.answer('call-2');
    const accepted = [202, { callId: 'call-2', transferId: 'transfer-1' }];
    expect(await tell(made, '/v1/transfers/toggle', party)).toEqual(accepted);
    expect(await tell(made, '/v1/transfers/complete', party)).toEqual(accepted);
    expect(made.engine.liveCall('call-2')?.currentMember).toBe('police-110');
    expect(await tell(made, '/v1/transfers/complete', {})).toEqual([400, 'bad-request']);
    expect(await tell(made, '/v1/transfers/merge', party)).toEqual([400, 'bad-request']);
  });
});

describe('who may transfer', () => {
  it.each(['/v1/transfers', '/v1/transfers/cancel', '/v1/calls/call-1/transfer/cancel'])(
    'is an operator: %s',
    async (url) => {
      const { app, engine } = bench();
      engine.start('call-1');
      const send = (authorization?: string) =>
        app.inject({
          method: 'POST',
          url,
          headers: authorization === undefined ? {} : { authorization },
          payload: { agent: '8017', to: '*1' },
        });
      expect((await send()).statusCode).toBe(401);
      expect((await send(`Bearer ${VIEWER}`)).statusCode).toBe(403);
      expect(engine.liveCall('call-1')?.transfer).toBeNull();
    },
  );
});

describe('the OpenAPI document', () => {
  it('says of every refusal what it is answered with', async () => {
    const { app } = bench();
    const document = (await app.inject('/docs/json')).json();
    const { responses } = document.paths['/v1/transfers'].post;
    for (const code of TRANSFER_REFUSALS) {
      const { status, meaning } = REFUSALS[code];
      expect(responses[status].description).toContain(`\`${code}\`: ${meaning}`);
    }
    expect(responses['409'].description).toContain(`\`ambiguous\`: ${REFUSALS.ambiguous.meaning}`);
    expect(responses['409'].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Error',
    });
    const events = document.paths['/v1/events'].get.description;
    for (const event of ['alert-raised', 'transfer-toggled', 'gateway-down']) expect(events).toContain(event);
  });
});
