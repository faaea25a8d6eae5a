import { describe, expect, it } from 'vitest';
import { callRecord } from '../../ledger/records.js';
import { DeskBench, LI } from './desk-bench.js';

describe('the desk in the browser', () => {
  it('opens with the right password alone, by a cookie that scripts cannot read', async () => {
    const desk = new DeskBench();
    expect((await desk.logIn('wrong')).json()).toMatchObject({ error: { code: 'wrong-password' } });
    expect((await desk.ask('GET', '/v1/desk/session')).statusCode).toBe(401);
    const answer = await desk.logIn();
    expect(answer.headers['set-cookie']).toMatch(/HttpOnly/);
    expect(answer.headers['set-cookie']).toMatch(/SameSite=Strict/);
    expect((await desk.ask('GET', '/v1/desk/session')).json()).toEqual({ agent: LI.id });
  });

  it('says when the account is locked', async () => {
    const desk = new DeskBench();
    desk.locked = true;
    expect((await desk.logIn()).statusCode).toBe(429);
  });

  it('is closed at once when the account is', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    desk.mark = null;
    expect((await desk.ask('PUT', '/v1/desk/state', { state: 'ready' })).statusCode).toBe(401);
  });

  it.each([
    ['GET', '/v1/desk/events'],
    ['GET', '/v1/desk/phone'],
    ['PUT', '/v1/desk/state'],
    ['POST', '/v1/desk/transfers'],
    ['POST', '/v1/desk/transfers/cancel'],
    ['POST', '/v1/desk/call/hang-up'],
    ['POST', '/v1/desk/missed-calls/c1/call-back'],
    ['PUT', '/v1/desk/notes/c1'],
    ['GET', '/v1/desk/matters?q=a'],
  ] as const)('asks for a session at %s %s', async (method, url) => {
    const bodies: Readonly<Record<string, object>> = {
      '/v1/desk/state': { state: 'ready' },
      '/v1/desk/transfers': { to: '110' },
      '/v1/desk/notes/c1': { note: 'x' },
    };
    expect((await new DeskBench().ask(method, url, bodies[url])).statusCode).toBe(401);
  });

  it('gives the page’s phone the address that the page came from, and a password of its own', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    expect((await desk.ask('GET', '/v1/desk/phone')).json()).toEqual({
      server: 'wss://localhost:5443',
      uri: 'sip:li-na@city.example',
      user: 'li-na',
      password: 'for-the-page',
    });
  });

  it('knows from a reverse proxy on this machine that the page came by HTTPS', async () => {
    const desk = new DeskBench();
    const proxied = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'desk.city.example' };
    expect((await desk.logIn()).headers['set-cookie']).not.toMatch(/Secure/);
    expect((await desk.logIn('right', proxied)).headers['set-cookie']).toMatch(/Secure/);
    expect((await desk.ask('GET', '/v1/desk/phone', undefined, proxied)).json()).toMatchObject({
      server: 'wss://desk.city.example:5443',
    });
  });

  it('is no phone where media is not anchored', async () => {
    const desk = new DeskBench(false);
    await desk.logIn();
    const answer = await desk.ask('GET', '/v1/desk/phone');
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'no-browser-phone']);
  });

  it('asks for states under the name of the agent', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    desk.engine.agents = [{ agent: LI, state: 'ready', reason: null, since: 5, next: null }];
    await desk.ask('PUT', '/v1/desk/state', { state: 'pause', reason: 'meal' });
    expect(desk.engine.wishes).toEqual([['li-na', { state: 'pause', reason: 'meal' }, 'li-na']]);
  });

  it('shows the call of the agent, and transfers that and no other', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    expect((await desk.ask('POST', '/v1/desk/transfers', { to: '110' })).json()).toMatchObject({
      error: { code: 'unknown-call' },
    });
    desk.engine.start('other', '8099');
    desk.engine.start('mine', LI.id);
    expect(desk.state.call).toMatchObject({ id: 'mine', state: 'talking', transfer: null });
    const answer = await desk.ask('POST', '/v1/desk/transfers', { to: '110', mode: 'consult', note: '急' });
    expect(answer.statusCode).toBe(202);
    expect(desk.state.call?.transfer).toMatchObject({ mode: 'consult', to: { id: 'police-110' } });
    expect(desk.engine.liveCall('other')?.transfer).toBeNull();
    expect((await desk.ask('POST', '/v1/desk/transfers/cancel')).statusCode).toBe(202);
  });

  it('leaves the call, and lets a transfer under way go on', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    expect((await desk.ask('POST', '/v1/desk/call/hang-up')).statusCode).toBe(404);
    desk.engine.start('mine', LI.id);
    await desk.ask('POST', '/v1/desk/transfers', { to: '110' });
    expect((await desk.ask('POST', '/v1/desk/call/hang-up')).statusCode).toBe(202);
    expect(desk.engine.putDowns).toEqual([['mine', 'mine-agent']]);
    expect(desk.engine.liveCall('mine')?.transfer).toMatchObject({ toMember: 'police-110' });
  });

  it('does once what it is asked for twice under one name', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    desk.engine.start('mine', LI.id);
    const wish = { to: '110', callId: 'mine', requestId: '0f0e7b1c-1' };
    const [first, second] = await Promise.all([
      desk.ask('POST', '/v1/desk/transfers', wish),
      desk.ask('POST', '/v1/desk/transfers', wish),
    ]);
    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.json()).toEqual(first.json());
    const another = await desk.ask('POST', '/v1/desk/transfers', { ...wish, requestId: '0f0e7b1c-2' });
    expect(another.json()).toMatchObject({ error: { code: 'transfer-pending' } });
  });

  it('does nothing with another call than the one that is meant', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    desk.engine.start('mine', LI.id);
    const late = await desk.ask('POST', '/v1/desk/transfers', { to: '110', callId: 'the-one-before' });
    expect(late.json()).toMatchObject({ error: { code: 'unknown-call' } });
    expect(desk.engine.liveCall('mine')?.transfer).toBeNull();
  });

  it('knows of the call that an agent had while the page was cut off', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    desk.engine.start('mine', LI.id);
    desk.engine.publish('transfer-requested', 'mine');
    desk.engine.end('mine');
    desk.engine.agents = [{ agent: LI, state: 'after-call', reason: null, since: 5, next: null }];
    expect(desk.state.wrapUp).toEqual({ callId: 'mine', caller: '13800001111' });
  });

  it('keeps a note of the call that the agent had, and of none else', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    desk.engine.start('mine', LI.id);
    expect(desk.state.call?.id).toBe('mine');
    desk.engine.end('mine');
    desk.engine.agents = [{ agent: LI, state: 'after-call', reason: null, since: 5, next: null }];
    expect(desk.state.wrapUp).toEqual({ callId: 'mine', caller: '13800001111' });
    expect((await desk.ask('PUT', '/v1/desk/notes/mine', { note: ' 已答复 ' })).statusCode).toBe(200);
    expect((await desk.ask('PUT', '/v1/desk/notes/another', { note: 'x' })).statusCode).toBe(404);
    expect(desk.written).toMatchObject([
      { action: 'note-written', actor: 'li-na', callId: 'mine', detail: '已答复' },
    ]);
  });

  it('calls back who has missed this hotline, by the agent’s own phones, and nobody else', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    const missed = { missed: true, outcome: 'missed', answeredAt: null } as const;
    desk.calls.push(callRecord('a', missed), callRecord('b', { ...missed, firstMember: 'police-110' }));
    desk.calls.push(callRecord('c'));
    const ask = (id: string) => desk.ask('POST', `/v1/desk/missed-calls/${id}/call-back`);
    expect((await ask('a')).json()).toEqual({ callId: 'back-1' });
    for (const id of ['b', 'c', 'd']) expect((await ask(id)).statusCode).toBe(404);
    expect(desk.engine.callsBack).toMatchObject([
      { missedCall: 'a', agent: { by: 'agent', agent: 'li-na' }, requestedBy: 'li-na' },
    ]);
    desk.engine.callBackRefusal = { code: 'already-being-called', message: 'by call back-1' };
    expect((await ask('a')).json()).toMatchObject({ error: { code: 'already-being-called' } });
  });

  it('shows free desks and who waits on the keys, where they are known', () => {
    const desk = new DeskBench();
    const key = () => desk.state.keys.find(({ member }) => member.id === 'police-110');
    expect(key()).toMatchObject({ freeDesks: null, waiting: 0, emergency: true, open: true, own: false });
    const police = { ...LI, id: 'wang', member: 'police-110' };
    desk.engine.agents = [{ agent: police, state: 'ready', reason: null, since: 5, next: null }];
    desk.engine.waiting = [
      { call: 'c', queue: 'police-110', position: 1, since: 5, emergency: true, language: null, ringing: [] },
    ];
    expect(key()).toMatchObject({ freeDesks: 1, waiting: 1 });
  });

  it('finds matters with the member that they belong to', async () => {
    const desk = new DeskBench();
    await desk.logIn();
    const { items } = (await desk.ask('GET', '/v1/desk/matters?q=rsdq')).json();
    expect(items[0]).toMatchObject({ code: 'theft-01', proposed: { id: 'police-110' } });
  });
});
