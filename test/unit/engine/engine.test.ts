import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { LiveEvent } from '../../../src/engine/operations.js';
import { type Admission, unlimited } from '../../../src/engine/overload.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import type { CallRecord } from '../../../src/ledger/records.js';
import type { MediaAnchor } from '../../../src/media/anchor.js';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';
import { anEngine, twoMembers } from './an-engine.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 10.9.0.1\r\ns=-\r\nc=IN IP4 10.9.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
const CARRIER = { ip: '10.9.0.1', port: 5060 };

const plan = (): ReturnType<typeof twoMembers> =>
  twoMembers({ cityGateways: ['10.1.0.1:5060/udp', '10.1.0.2:5060/udp'], healthCheckSeconds: 30 });

describe('Engine', () => {
  let clock: VirtualClock;
  let sip: FakeSignalling;
  let ledger: MemoryLedger;
  let engine: Engine;
  let events: LiveEvent[];

  async function start(
    options: { maxCalls?: number; media?: MediaAnchor; admission?: Admission } = {},
  ): Promise<void> {
    clock = new VirtualClock();
    sip = new FakeSignalling();
    ledger = new MemoryLedger({ now: () => clock.now().utc });
    engine = anEngine({
      clock,
      signalling: sip,
      ledger,
      dialPlan: new DialPlanHolder(plan()),
      maxCalls: options.maxCalls ?? 10,
      admission: options.admission ?? unlimited,
      media: options.media ?? new DirectAnchor(() => 1),
      screenPopUrl: (id) => `https://desk.example/${id}`,
    });
    events = [];
    engine.subscribe((event) => events.push(event));
    await engine.start();
    await clock.pass(0);
  }
  beforeEach(() => start());

  const calls = () => ledger.records.filter((r): r is CallRecord => r.kind === 'call');

  /** A call to 12345 that is answered and acknowledged. */
  function talking(): { caller: string; agent: string } {
    const caller = sip.call('sip:12345@10.0.0.1', CARRIER, SDP) as string;
    const agent = caller.replace('-1', '-2');
    sip.event({ type: 'answered', leg: agent, sdp: SDP, allowsUpdate: false, agent: '8007' });
    sip.event({ type: 'acked', leg: caller, sdp: null });
    return { caller, agent };
  }

  it('calls the member that was dialled and answers with what the agent answers', () => {
    const { caller, agent } = talking();
    expect(sip.detail(agent, 'invite')).toMatchObject({ uri: 'sip:8001@10.1.0.1:5060' });
    expect(sip.on(caller)).toEqual(['answer']);
    expect(engine.liveCalls()).toMatchObject([{ id: 'call1', phase: 'talking', currentMember: 'city' }]);
  });

  it('tells the desk what the caller’s INVITE carried, but nothing that is for members to say', () => {
    const bodies = [{ type: 'application/pidf+xml', id: 'a@b', text: '<presence/>' }];
    const headers = {
      Geolocation: '<cid:a@b>',
      'Resource-Priority': 'esnet.0',
      'User-to-User': '04ff;encoding=hex',
    };
    sip.call('sip:12345@x', CARRIER, SDP, { carried: { headers, bodies } });
    expect(sip.detail('call1-2', 'invite')).toMatchObject({
      from: 'call1-1',
      bodies,
      headers: { Geolocation: '<cid:a@b>', 'Call-Info': '<https://desk.example/call1>;purpose=info' },
    });
    const { headers: sent } = sip.detail('call1-2', 'invite') as { headers: Record<string, string> };
    expect(Object.keys(sent)).not.toContain('Resource-Priority');
    expect(Object.keys(sent)).not.toContain('User-to-User');
    // A member's PBX may say so.
    const pbx = { ip: '10.1.0.1', port: 5060 };
    sip.call('sip:12345@x', pbx, SDP, { carried: { headers: { 'Resource-Priority': 'wps.3' }, bodies: [] } });
    expect(sip.detail('call2-2', 'invite')).toMatchObject({ headers: { 'Resource-Priority': 'wps.3' } });
  });

  it('tells the SIP side whom each leg speaks with, also after a transfer', async () => {
    const { caller, agent } = talking();
    expect(sip.pairs).toEqual([[caller, agent]]);
    await engine.transfer('call1', { to: 'police', mode: 'blind' });
    sip.event({ type: 'answered', leg: 'call1-3', sdp: SDP, allowsUpdate: false, agent: null });
    expect(sip.detail('call1-3', 'invite')).toMatchObject({ from: caller });
    expect(sip.pairs.at(-1)).toEqual([caller, 'call1-3']);
  });

  it('tells watchers that a call has ended which became part of another', async () => {
    const { agent } = talking();
    const own = sip.call('sip:110@x', { ip: '10.1.0.1', port: 5060 }, SDP) as string;
    sip.event({ type: 'answered', leg: 'call2-2', sdp: SDP, allowsUpdate: false, agent: null });
    sip.event({ type: 'acked', leg: own, sdp: null });
    const refer = { request: 'r', cseq: 2, referredBy: null, subscribes: true };
    sip.event({ type: 'attended', asker: agent, named: own, ...refer });
    await clock.pass(0);
    expect(events.filter(({ type }) => type === 'call-ended')).toMatchObject([
      { callId: 'call2', detail: { cause: 'merged', missed: false, goesOnAs: 'call1' } },
    ]);
    expect(engine.liveCalls().map(({ id }) => id)).toEqual(['call1']);
  });

  it('refuses a source that no trunk allows with 403 and counts it, without a record', () => {
    expect(sip.call('sip:12345@x', { ip: '192.0.2.1', port: 5060 })).toBe(403);
    expect(engine.figures()).toMatchObject({ refusedSources: 1, callsTotal: 0 });
    expect(ledger.records).toEqual([]);
  });

  it('refuses a number that is no member with 404 and records it', () => {
    const leg = sip.call('sip:99999@x', CARRIER) as string;
    expect(sip.detail(leg, 'reject')).toBe(404);
    expect(calls()).toMatchObject([{ outcome: 'refused', cause: 'unknown-number', firstMember: null }]);
    expect(engine.liveCalls()).toEqual([]);
    expect(clock.waiting).toBe(2); // the health checks of two gateways
  });

  it('refuses media without audio with 488 and records it; whoever it would replace goes on', () => {
    const video = 'v=0\r\nm=video 4002 RTP/AVP 96\r\n';
    const refused = sip.call('sip:12345@x', CARRIER, video) as string;
    expect(sip.detail(refused, 'reject')).toBe(488);
    expect(calls()).toMatchObject([{ outcome: 'refused', cause: 'no-audio', missed: true }]);
    const { agent } = talking();
    const replaces = { leg: agent, earlyOnly: false };
    expect(sip.call('sip:12345@x', CARRIER, video, { replaces })).toBe(488);
    expect(engine.liveCalls()).toMatchObject([{ phase: 'talking' }]);
  });

  it('refuses with 503 while there is no media server and the settings want none without', async () => {
    const media = Object.assign(new DirectAnchor(() => 1), { begin: () => null });
    await start({ media });
    const refused = sip.call('sip:12345@x', CARRIER) as string;
    expect(sip.detail(refused, 'reject')).toBe(503);
    expect(calls()).toMatchObject([{ outcome: 'refused', cause: 'no-media', missed: true }]);
  });

  it('lets emergencies in when it is full, and nobody else', async () => {
    await start({ maxCalls: 1 });
    talking();
    const refused = sip.call('sip:12345@x', CARRIER) as string;
    expect(sip.detail(refused, 'reject')).toBe(503);
    expect(calls()).toMatchObject([{ outcome: 'refused', cause: 'full', missed: true }]);
    const emergency = sip.call('sip:110@x', CARRIER) as string;
    expect(sip.on(emergency)).toEqual([]);
    expect(engine.liveCalls()).toHaveLength(2);
  });

  it('lets emergencies in while the machine does not keep up, and others as far as it is told', async () => {
    const answers = [false, true];
    await start({ admission: { share: 0.5, admitsCall: () => answers.shift() ?? false } });
    const emergency = sip.call('sip:110@x', CARRIER) as string;
    expect(sip.on(emergency)).toEqual([]);
    const refused = sip.call('sip:12345@x', CARRIER) as string;
    expect(sip.detail(refused, 'reject')).toBe(503);
    expect(calls()).toMatchObject([{ outcome: 'refused', cause: 'overloaded', missed: true }]);
    talking();
    expect(engine.liveCalls()).toHaveLength(2);
    expect(engine.figures().admittedShare).toBe(0.5);
  });

  it('drains: waits for the calls that are up, takes emergencies, refuses the rest', async () => {
    const { caller, agent } = talking();
    let left: number | null = null;
    void engine.drain(30_000).then((n) => {
      left = n;
    });
    await clock.pass(1000);
    expect(left).toBeNull();
    expect(engine.ready()).toBe(false);
    expect(sip.detail(sip.call('sip:12345@x', CARRIER) as string, 'reject')).toBe(503);
    sip.event({ type: 'hung-up', leg: caller, by: 'peer', reason: null });
    sip.event({ type: 'bye-answered', leg: agent });
    await clock.pass(0);
    expect(left).toBe(0);
  });

  it('is not ready while there is no media for calls', async () => {
    const media = new DirectAnchor(() => 1);
    const has = vi.spyOn(media, 'takesCalls').mockReturnValue(false);
    await start({ media });
    expect([engine.ready(), engine.notReadyReason()]).toEqual([false, 'no media server answers']);
    has.mockReturnValue(true);
    expect(engine.ready()).toBe(true);
  });

  it('stops waiting when the time is up, and drops nobody', async () => {
    const { caller, agent } = talking();
    let left: number | null = null;
    void engine.drain(30_000).then((n) => {
      left = n;
    });
    await clock.pass(30_000);
    expect(left).toBe(1);
    expect([...sip.on(caller), ...sip.on(agent)]).not.toContain('bye');
  });

  it('passes over a gateway that is down while another is up, and says so', async () => {
    sip.optionsStatus = 408;
    await clock.pass(30_000);
    expect(engine.figures().gatewaysUp).toEqual({
      'pbx-city/10.1.0.1:5060/udp': false,
      'pbx-city/10.1.0.2:5060/udp': false,
    });
    expect(events.filter((e) => e.type === 'gateway-down')).toHaveLength(2);
    // All are down: better to try one than none.
    const leg = sip.call('sip:12345@x', CARRIER) as string;
    expect(sip.on(leg.replace('-1', '-2'))).toEqual(['invite']);
    sip.optionsStatus = 200;
    await clock.pass(30_000);
    expect(Object.values(engine.figures().gatewaysUp)).toEqual([true, true]);
  });

  it('transfers for an operator, by member, number or key, and says why not', async () => {
    const { caller } = talking();
    expect(await engine.transfer('nobody', { to: '110', mode: 'blind' })).toMatchObject({
      refusal: { code: 'unknown-call' },
    });
    expect(await engine.transfer('call1', { to: '99', mode: 'blind' })).toMatchObject({
      refusal: { code: 'not-a-member' },
    });
    expect(await engine.transfer('call1', { to: '110', mode: 'blind', transferorLeg: caller })).toMatchObject(
      {
        refusal: { code: 'not-allowed' },
      },
    );
    expect(await engine.transfer('call1', { to: 'police', mode: 'blind' })).toMatchObject({ ok: true });
    expect(sip.detail('call1-3', 'invite')).toMatchObject({ uri: 'sip:9001@10.2.0.1:5060' });
    expect(await engine.transfer('call1', { to: '*2', mode: 'blind' })).toMatchObject({
      refusal: { code: 'transfer-pending' },
    });
  });

  it('hangs up for an operator, everybody once', async () => {
    const { caller, agent } = talking();
    expect(await engine.hangUp('call1')).toEqual({ ok: true, value: { callId: 'call1' } });
    expect([sip.on(caller).at(-1), sip.on(agent).at(-1)]).toEqual(['bye', 'bye']);
    sip.event({ type: 'bye-answered', leg: caller });
    sip.event({ type: 'bye-answered', leg: agent });
    expect(calls()).toMatchObject([{ endedBy: 'operator', outcome: 'answered' }]);
    expect(sip.forgotten.sort()).toEqual([caller, agent].sort());
    expect(await engine.hangUp('call1')).toMatchObject({ ok: false });
  });

  it('lets a desk leave that puts its phone down by its desktop: the transfer that it asked for goes on', async () => {
    const { caller, agent } = talking();
    await engine.transfer('call1', { to: '110', mode: 'blind' });
    expect(await engine.putDown('call1', agent)).toEqual({ ok: true, value: { callId: 'call1' } });
    expect(sip.on(agent).at(-1)).toBe('bye');
    expect(sip.on(caller)).not.toContain('bye');
    expect(engine.liveCall('call1')).toMatchObject({ phase: 'transferring' });
    expect(await engine.putDown('call1', agent)).toMatchObject({ refusal: { code: 'unknown-leg' } });
    expect(await engine.putDown('call1', caller)).toMatchObject({ refusal: { code: 'unknown-leg' } });
    expect(await engine.putDown('call9', agent)).toMatchObject({ refusal: { code: 'unknown-call' } });
  });

  it('outlives a command that breaks: what comes after it is carried out, and so is the next call', () => {
    const { caller, agent } = talking();
    sip.breaks = 'bye';
    sip.event({ type: 'hung-up', leg: agent, by: 'peer', reason: null });
    expect(sip.on(caller)).not.toContain('bye');
    expect(sip.forgotten).toContain(agent);
    expect(engine.figures().unexpectedEvents).toBe(1);
    const next = talking();
    expect(sip.on(next.caller)).toEqual(['answer']);
  });

  it('lets a leg go after all when its BYE could not be sent', async () => {
    const { agent } = talking();
    sip.breaks = 'bye';
    sip.event({ type: 'hung-up', leg: agent, by: 'peer', reason: null });
    await clock.pass(45_000);
    expect(engine.liveCalls()).toEqual([]);
    expect(calls()).toMatchObject([{ outcome: 'answered', endedBy: 'agent' }]);
  });

  it('leaves no timer behind when a call is over', () => {
    const { caller, agent } = talking();
    sip.event({ type: 'hung-up', leg: agent, by: 'peer', reason: null });
    sip.event({ type: 'bye-answered', leg: caller });
    expect(engine.liveCalls()).toEqual([]);
    expect(clock.waiting).toBe(2); // the health checks of two gateways
  });
});
