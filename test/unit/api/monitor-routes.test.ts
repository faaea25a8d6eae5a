import { expect, it } from 'vitest';
import { errorSchema } from '../../../src/api/schemas.js';
import { bench, OPERATOR, VIEWER } from './bench.js';

const URL = '/v1/calls/call-1/monitor';

it('a supervisor is called, is heard otherwise, and is let go; who asked goes along', async () => {
  const { engine, ask } = talking();
  const agent = await ask('POST', { agent: 'wang-fang' });
  expect([agent.statusCode, agent.json()]).toEqual([202, { callId: 'call-1', monitorId: 'call-1-m1' }]);
  expect((await ask('POST', { member: 'city-12345', extension: '8099' })).statusCode).toBe(202);
  expect((await ask('PATCH', { mode: 'whisper' })).statusCode).toBe(200);
  expect((await ask('DELETE')).statusCode).toBe(202);
  expect(engine.listening.map((asked) => asked.slice(0, -1))).toEqual([
    ['call-1', 'start', { agent: 'wang-fang' }],
    ['call-1', 'start', { member: 'city-12345', extension: '8099' }],
    ['call-1', 'change', 'whisper'],
    ['call-1', 'stop'],
  ]);
  expect(new Set(engine.listening.map((asked) => asked.at(-1))).size).toBe(1);
  expect(engine.listening[0]?.at(-1)).toMatch(/./);
});

it.each([
  [{}],
  [{ member: 'city-12345' }],
  [{ extension: '8099' }],
  [{ agent: 'wang-fang', extension: '8099' }],
  [{ member: 'city-12345', extension: '+8613800001111' }],
  [{ member: 'city-12345', extension: '8099@elsewhere' }],
  [{ agent: 'wang-fang', mode: 'whisper' }],
])('%j says not who is to listen', async (body) => {
  const { engine, ask } = talking();
  expect((await ask('POST', body)).statusCode).toBe(400);
  expect(engine.listening).toEqual([]);
});

it('there is no such mode, no such call, and a viewer may not', async () => {
  const { engine, ask, made } = talking();
  expect((await ask('PATCH', { mode: 'shout' })).statusCode).toBe(400);
  engine.end('call-1');
  const gone = await ask('POST', { agent: 'wang-fang' });
  expect([gone.statusCode, errorSchema.parse(gone.json()).error.code]).toEqual([404, 'unknown-call']);
  expect((await ask('DELETE')).statusCode).toBe(404);
  const viewer = await made.app.inject({
    method: 'DELETE',
    url: URL,
    headers: { authorization: `Bearer ${VIEWER}` },
  });
  expect(viewer.statusCode).toBe(403);
});

function talking() {
  const made = bench();
  made.engine.start('call-1');
  const ask = (method: 'POST' | 'PATCH' | 'DELETE', body?: object) =>
    made.app.inject({
      method,
      url: URL,
      headers: { authorization: `Bearer ${OPERATOR}` },
      ...(body === undefined ? {} : { payload: body }),
    });
  return { ...made, ask, made };
}
