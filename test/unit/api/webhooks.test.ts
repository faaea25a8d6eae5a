import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Post, postOverHttp, signature, Webhooks } from '../../../src/api/webhooks.js';
import { GOOD_PLAN, planOf } from '../dialplan/plan-text.js';
import { VirtualClock } from '../engine/virtual-clock.js';
import { LittleEngine } from './little-engine.js';

const SECRET = 'secret-of-the-desktop';
const HOOK = { member: 'police-110', url: 'https://desk.example/pop', secret: SECRET };

interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Webhooks over a little engine; `answers` says how each post is answered, 200 when it is at its end. */
function hooks(answers: readonly (number | 'nobody')[] = [], member = HOOK.member) {
  const clock = new VirtualClock();
  const engine = new LittleEngine();
  const sent: Sent[] = [];
  const post: Post = async (_url, body, headers) => {
    const answer = answers[sent.length] ?? 200;
    sent.push({ body, headers });
    if (answer === 'nobody') throw new Error('no answer');
    return answer;
  };
  const made = new Webhooks({
    hooks: [{ ...HOOK, member }],
    operations: engine,
    dialPlan: () => planOf(GOOD_PLAN),
    post,
    clock: { now: () => clock.now().utc, after: (ms, fire) => clock.after(ms, fire) },
    log: { warn: () => undefined },
  });
  onTestFinished(() => made.stop());
  const rings = (id: string) => engine.publish('leg-started', id, { role: 'agent', member: 'police-110' });
  return { engine, clock, sent, made, rings };
}

describe('a webhook', () => {
  it('tells of a call that comes to the member, as the screen pop has it, and signs it', async () => {
    const { engine, clock, sent, rings } = hooks();
    engine.start('call-1');
    sent.length = 0;
    rings('call-1');
    await clock.pass(1);
    expect(sent).toHaveLength(1);
    const [{ body, headers } = { body: '', headers: {} }] = sent;
    expect(JSON.parse(body)).toMatchObject({
      event: 'call-offered',
      member: 'police-110',
      callId: 'call-1',
      screenPop: { callId: 'call-1', live: true, caller: { number: expect.any(String) } },
    });
    const timestamp = headers['x-onekey-timestamp'] ?? '';
    expect(headers['x-onekey-signature']).toBe(`v1=${signature(SECRET, timestamp, body)}`);
    expect(JSON.parse(body).id).toBe(headers['x-onekey-delivery']);
  });

  it('tells nothing of other members, nor of the caller', async () => {
    const { engine, clock, sent } = hooks([], 'elsewhere');
    engine.start('call-1');
    engine.publish('leg-started', 'call-1', { role: 'agent', member: 'police-110' });
    engine.publish('leg-answered', 'call-1', { role: 'caller', member: 'elsewhere' });
    await clock.pass(1);
    expect(sent).toEqual([]);
  });

  it('tries again with longer and longer pauses, in order', async () => {
    const { clock, sent, made, rings } = hooks([503, 'nobody', 200]);
    rings('call-1');
    rings('call-2');
    await clock.pass(999);
    expect(sent).toHaveLength(1);
    await clock.pass(1);
    expect(sent).toHaveLength(2);
    await clock.pass(1999);
    expect(sent).toHaveLength(2);
    await clock.pass(1);
    expect(sent.map(({ body }) => JSON.parse(body).callId)).toEqual(['call-1', 'call-1', 'call-1', 'call-2']);
    expect(made.figures()).toEqual({ delivered: 2, failedAttempts: 2, dropped: 0, waiting: 0 });
  });

  it('gives up what is refused at once, and what nobody takes after some minutes', async () => {
    const refused = hooks([400]);
    refused.rings('call-1');
    refused.rings('call-2');
    await refused.clock.pass(1);
    expect(refused.made.figures()).toEqual({ delivered: 1, failedAttempts: 1, dropped: 1, waiting: 0 });
    const deaf = hooks(Array(8).fill('nobody'));
    deaf.rings('call-1');
    deaf.rings('call-2');
    await deaf.clock.pass(10 * 60_000);
    expect(deaf.sent).toHaveLength(9);
    expect(deaf.made.figures()).toEqual({ delivered: 1, failedAttempts: 8, dropped: 1, waiting: 0 });
  });

  it('keeps a bounded number, the newest', async () => {
    const { clock, sent, made, rings } = hooks(['nobody']);
    for (let n = 0; n < 600; n++) rings(`call-${n}`);
    expect(made.figures()).toMatchObject({ waiting: 500, dropped: 100 });
    await clock.pass(1000);
    // Each delivery takes some turns of the event loop.
    for (let turn = 0; turn < 1000; turn++) await clock.pass(1);
    expect(JSON.parse(sent.at(-1)?.body ?? '{}').callId).toBe('call-599');
    expect(made.figures().waiting).toBe(0);
  });

  it('stops with what it has', async () => {
    const { clock, sent, made, rings } = hooks(['nobody']);
    rings('call-1');
    await clock.pass(1);
    made.stop();
    await clock.pass(60_000);
    expect(sent).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it('goes over HTTP, and follows nobody elsewhere', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers['x-test']}`);
      response.writeHead(request.url === '/moved' ? 302 : 204, { location: '/else' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await postOverHttp(`http://127.0.0.1:${port}/pop`, '{}', { 'x-test': 'a' }, 30_000)).toBe(204);
    expect(await postOverHttp(`http://127.0.0.1:${port}/moved`, '{}', { 'x-test': 'b' }, 30_000)).toBe(302);
    expect(seen).toEqual(['POST /pop a', 'POST /moved b']);
  });
});
