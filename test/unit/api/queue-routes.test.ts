import { describe, expect, it } from 'vitest';
import type { AgentStatus } from '../../../src/engine/operations.js';
import { anAgent } from '../agents/an-agent.js';
import { bench, VIEWER } from './bench.js';
import { START } from './little-engine.js';

function status(id: string, more: Partial<AgentStatus> = {}): AgentStatus {
  const agent = anAgent(id, { member: 'police-110' });
  return { agent, state: 'ready', reason: null, since: START, next: null, ...more };
}

describe('GET /v1/queues', () => {
  it('has who waits and what the agents do, by member', async () => {
    const { engine, get } = bench({ now: () => START + 9_500 });
    engine.agents = [
      status('li'),
      status('wu', { state: 'pause', reason: 'lunch' }),
      status('an', { state: 'offline' }),
    ];
    engine.waiting = [
      {
        call: 'call-1',
        queue: 'police-110',
        position: 1,
        since: START,
        emergency: true,
        language: null,
        ringing: ['li'],
      },
      {
        call: 'call-2',
        queue: 'elsewhere',
        position: 1,
        since: START,
        emergency: false,
        language: null,
        ringing: [],
      },
    ];
    expect((await get('/v1/queues')).json()).toMatchObject({
      items: [
        {
          member: 'police-110',
          free: 1,
          there: 2,
          waiting: [{ callId: 'call-1', position: 1, waitedSeconds: 9.5, emergency: true, ringing: ['li'] }],
          agents: [
            { agent: 'li', state: 'ready', sinceAt: '2026-03-02T08:00:00.000Z' },
            { agent: 'wu', state: 'pause', reason: 'lunch' },
            { agent: 'an', state: 'offline' },
          ],
        },
      ],
    });
    expect((await get('/v1/queues?member=nobody')).json()).toEqual({ items: [] });
  });
});

describe('POST /v1/agents/{id}/state', () => {
  it('asks for the state, in the name of the token', async () => {
    const { engine, post } = bench();
    engine.agents = [status('li')];
    const answer = await post('/v1/agents/li/state', { state: 'pause', reason: 'lunch' });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { agent: 'li' }]);
    await post('/v1/agents/li/state', { state: 'ready' });
    expect(engine.wishes).toEqual([
      ['li', { state: 'pause', reason: 'lunch' }, 'desk'],
      ['li', { state: 'ready' }, 'desk'],
    ]);
  });

  it('says who is not there, who has no phone, and what is no state', async () => {
    const { engine, post, app } = bench();
    engine.agents = [status('li', { state: 'offline', reason: 'unregistered' })];
    const told = async (id: string, body: object) => {
      const answer = await post(`/v1/agents/${id}/state`, body);
      return [answer.statusCode, answer.json().error?.code];
    };
    expect(await told('nobody', { state: 'ready' })).toEqual([404, 'unknown-agent']);
    expect(await told('li', { state: 'ready' })).toEqual([409, 'unreachable']);
    expect((await told('li', { state: 'talking' }))[0]).toBe(400);
    const viewer = { authorization: `Bearer ${VIEWER}` };
    const refused = await app.inject({
      method: 'POST',
      url: '/v1/agents/li/state',
      headers: viewer,
      payload: { state: 'ready' },
    });
    expect(refused.statusCode).toBe(403);
    expect(engine.wishes).toEqual([]);
  });
});
