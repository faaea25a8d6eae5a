import { beforeEach, describe, expect, it } from 'vitest';
import type { Carried } from '../../../src/call/carried.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { LiveEvent, TransferRequest } from '../../../src/engine/operations.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import type { TransferRecord } from '../../../src/ledger/records.js';
import { anEngine } from './an-engine.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 10.9.0.1\r\ns=-\r\nc=IN IP4 10.9.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
const CARRIER = { ip: '10.9.0.1', port: 5060 };
const LOCATED: Carried = {
  headers: { Privacy: 'id', Geolocation: '<cid:here>' },
  bodies: [{ type: 'application/pidf+xml', id: 'here', text: '<p><pos>39.1 117.2</pos></p>' }],
};

describe('Engine, asked by agents’ desktops', () => {
  let sip: FakeSignalling;
  let ledger: MemoryLedger;
  let engine: Engine;
  let events: LiveEvent[];

  beforeEach(async () => {
    sip = new FakeSignalling();
    ledger = new MemoryLedger();
    engine = anEngine({ clock: new VirtualClock(), signalling: sip, ledger });
    events = [];
    engine.subscribe((event) => events.push(event));
    await engine.start();
  });

  /** A caller and the agent at this extension; the call's number. */
  function talking(agent: string): string {
    const caller = sip.call('sip:12345@10.0.0.1', CARRIER, SDP, { carried: LOCATED }) as string;
    const call = caller.slice(0, -2);
    sip.event({ type: 'sent', leg: `${call}-2`, sipCallId: `${call}@onekey` });
    sip.event({ type: 'answered', leg: `${call}-2`, sdp: SDP, allowsUpdate: false, agent });
    sip.event({ type: 'acked', leg: caller, sdp: null });
    return call;
  }
  const consult: TransferRequest = { to: 'police', mode: 'consult', matter: 'm-1', note: '小心' };
  const transfers = () => ledger.records.filter((r): r is TransferRecord => r.kind === 'transfer');

  it('finds a live call by agent, extension and Call-ID', () => {
    const call = talking('8017');
    talking('8018');
    const found = { ok: true, value: { callId: call, transferorLeg: `${call}-2` } };
    expect(engine.locate({ by: 'agent', value: '8017' }, 'transfer')).toEqual(found);
    expect(engine.locate({ by: 'sipCallId', value: `${call}@onekey` }, 'control')).toEqual(found);
    expect(engine.locate({ by: 'extension', value: '8001' }, 'transfer')).toMatchObject({
      refusal: { code: 'ambiguous', calls: ['call1', 'call2'] },
    });
    expect(engine.locate({ by: 'agent', value: '8019' }, 'transfer')).toMatchObject({
      refusal: { code: 'unknown-call' },
    });
  });

  it('consults, toggles and completes, and shows where it is', async () => {
    const call = talking('8017');
    const target = `${call}-3`;
    expect(await engine.controlTransfer(call, 'toggle')).toMatchObject({ refusal: { code: 'no-transfer' } });
    const asked = await engine.transfer(call, consult);
    expect(asked).toEqual({ ok: true, value: { transferId: `${call}-t1` } });
    expect(engine.liveCall(call)?.transfer).toMatchObject({
      mode: 'consult',
      state: 'calling',
      fromAgent: '8017',
      targetLegs: [target],
      matter: 'm-1',
      note: '小心',
    });
    sip.event({ type: 'provisional', leg: target, status: 180, sdp: null });
    expect(engine.liveCall(call)?.transfer?.state).toBe('ringing');
    sip.event({ type: 'answered', leg: target, sdp: SDP, allowsUpdate: false, agent: '9003' });
    expect(engine.liveCall(call)).toMatchObject({
      phase: 'consulting',
      transfer: { speaksWith: 'target', heldLeg: `${call}-1` },
    });
    expect(engine.figures().liveTransfers).toBe(1);
    const accepted = { ok: true, value: { transferId: `${call}-t1` } };
    expect(await engine.controlTransfer(call, 'toggle')).toEqual(accepted);
    expect(engine.liveCall(call)?.transfer).toMatchObject({ speaksWith: 'transferee', heldLeg: target });
    expect(await engine.controlTransfer(call, 'complete')).toEqual(accepted);
    expect(engine.liveCall(call)?.transfer?.state).toBe('switching');
    expect(events.map(({ type }) => type)).toContain('transfer-toggled');
    expect(await engine.controlTransfer('nobody', 'cancel')).toMatchObject({
      refusal: { code: 'unknown-call' },
    });
  });

  it('takes the caller back while the target rings', async () => {
    const call = talking('8017');
    await engine.transfer(call, consult);
    expect(await engine.controlTransfer(call, 'cancel')).toMatchObject({ ok: true });
    expect(engine.liveCall(call)).toMatchObject({ phase: 'talking', transfer: null });
    expect(transfers()).toMatchObject([{ trigger: 'api', mode: 'consult', matter: 'm-1', note: '小心' }]);
    const [counted] = engine.figures().transfers;
    expect(counted).toMatchObject({ mode: 'consult', trigger: 'api', count: 1 });
  });

  it('raises an alert, shows it while the call lives and keeps it in the ledger', async () => {
    const call = talking('8017');
    const raised = await engine.transfer(call, { ...consult, mode: 'alert' });
    expect(raised).toMatchObject({ ok: true });
    expect(engine.liveCall(call)).toMatchObject({ phase: 'talking', transfer: null });
    const alert = {
      id: `${call}-t1`,
      callId: call,
      fromMember: 'city',
      toMember: 'police',
      callerNumber: '13800000000',
      firstDialled: '12345',
      matter: 'm-1',
      note: '小心',
      location: { point: { latitude: 39.1, longitude: 117.2 } },
    };
    expect(engine.liveAlerts()).toMatchObject([alert]);
    expect(engine.liveCall(call)?.alerts).toMatchObject([alert]);
    expect(transfers()).toMatchObject([
      { id: `${call}-t1`, mode: 'alert', outcome: 'completed', note: '小心' },
    ]);
    sip.event({ type: 'hung-up', leg: `${call}-1`, by: 'peer', reason: null });
    sip.event({ type: 'bye-answered', leg: `${call}-2` });
    expect(engine.liveAlerts()).toEqual([]);
  });

  it('refuses what the plan and the media do not allow, with the reason', async () => {
    const call = talking('8017');
    expect(await engine.transfer(call, { ...consult, mode: 'conference' })).toMatchObject({
      refusal: { code: 'mode-unavailable' },
    });
    expect(await engine.transfer(call, { ...consult, to: '12345' })).toMatchObject({
      refusal: { code: 'loop' },
    });
    expect(transfers().map(({ cause, note }) => [cause, note])).toEqual([
      ['mode-unavailable', '小心'],
      ['loop', '小心'],
    ]);
  });

  it('shows a desk the call by its id and by that of its transfer', async () => {
    const call = talking('8017');
    expect(engine.screenPop(`${call}-t1`)?.call.transfer).toBeNull();
    await engine.transfer(call, consult);
    const pop = engine.screenPop(`${call}-t1`);
    expect(pop).toMatchObject({ privacy: 'id', call: { id: call, transfer: { id: `${call}-t1` } } });
    expect(engine.screenPop(call)).toEqual(pop);
    expect(engine.screenPop('nobody-t1')).toBeUndefined();
  });
});
