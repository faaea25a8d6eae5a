import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import type { JournalledCall } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';
import { anEngine } from './an-engine.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 10.9.0.1\r\ns=-\r\nc=IN IP4 10.9.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
const CARRIER = { ip: '10.9.0.1', port: 5060 };

describe('calls that were up when the program was killed', () => {
  let clock: VirtualClock;
  let sip: FakeSignalling;
  let ledger: MemoryLedger;
  let engine: Engine;
  let events: string[];

  async function start(leftOpen: readonly JournalledCall[] = []): Promise<void> {
    clock = new VirtualClock();
    sip = new FakeSignalling();
    ledger = new MemoryLedger({ leftOpen, now: () => clock.now().utc });
    engine = anEngine({ clock, signalling: sip, ledger, media: new DirectAnchor(() => 7) });
    events = [];
    engine.subscribe(({ type }) => events.push(type));
    await engine.start();
    await clock.pass(0);
  }
  beforeEach(() => start());

  /** The program is killed; the one after it finds what was journalled. */
  const startAgain = (): Promise<void> => start([...ledger.journalled]);

  function talking(): void {
    sip.call('sip:12345@10.0.0.1', CARRIER, SDP);
    sip.event({ type: 'answered', leg: 'call1-2', sdp: SDP, allowsUpdate: false, agent: '8007' });
    sip.event({ type: 'acked', leg: 'call1-1', sdp: null });
  }

  const hangUp = (leg: string): void => sip.event({ type: 'hung-up', leg, by: 'peer', reason: null });
  const outcomes = (records: readonly LedgerRecord[]): unknown =>
    records.map((record) => [record.kind, record.id, 'outcome' in record ? record.outcome : null]);

  it('go on: legs are known to signalling, asked whether they are there, and paired', async () => {
    talking();
    await startAgain();
    expect(engine.liveCalls()).toMatchObject([{ id: 'call1', phase: 'talking', currentMember: 'city' }]);
    expect([...sip.resumed.keys()]).toEqual(['call1-1', 'call1-2']);
    expect(sip.resumed.get('call1-1')).toMatchObject({ dialogId: 'dialog of call1-1', direction: 'in' });
    expect(sip.pairs).toEqual([
      ['call1-1', 'call1-2'],
      ['call1-2', 'call1-1'],
    ]);
    expect(sip.sent.map(({ what, leg }) => `${what} ${leg}`)).toEqual(['probe call1-1', 'probe call1-2']);
    expect(events).toContain('call-recovered');
    expect(ledger.records).toEqual([]);
  });

  it('end with one record a leg, whose durations nobody can know', async () => {
    talking();
    const startedAt = clock.now().utc;
    await startAgain();
    await clock.pass(5_000);
    hangUp('call1-2');
    expect(sip.on('call1-1')).toContain('bye');
    sip.event({ type: 'bye-answered', leg: 'call1-1' });
    await clock.pass(0);
    expect(outcomes(ledger.records)).toEqual([
      ['leg', 'call1-2', 'answered'],
      ['leg', 'call1-1', 'answered'],
      ['call', 'call1', 'answered'],
    ]);
    for (const record of ledger.records) expect(record).toMatchObject({ durationMs: null, startedAt });
    expect(ledger.records[2]).toMatchObject({ endedBy: 'agent', waitMs: 0, missed: false });
    expect(ledger.journalled).toEqual([]);
    expect(engine.liveCalls()).toEqual([]);
  });

  it('can be transferred, and killed again', async () => {
    talking();
    await startAgain();
    await startAgain();
    expect((await engine.transfer('call1', { to: 'police', mode: 'blind' })).ok).toBe(true);
    sip.event({ type: 'answered', leg: 'call1-3', sdp: SDP, allowsUpdate: false, agent: null });
    sip.event({ type: 'offer-answered', leg: 'call1-1', status: 200, reason: null, sdp: SDP, retry: false });
    expect(sip.on('call1-2')).toContain('bye');
    expect(engine.liveCalls()).toMatchObject([{ phase: 'talking', currentMember: 'police' }]);
  });

  it('take room from the members and trunks that they are with', async () => {
    talking();
    await startAgain();
    hangUp('call1-1');
    sip.event({ type: 'bye-answered', leg: 'call1-2' });
    await clock.pass(0);
    expect(engine.figures()).toMatchObject({ liveCalls: 0, liveLegs: 0 });
  });

  it('keep the caller with the agent when the target only rang', async () => {
    talking();
    await engine.transfer('call1', { to: 'police', mode: 'blind' });
    sip.event({ type: 'provisional', leg: 'call1-3', status: 180, sdp: null });
    await startAgain();
    expect(sip.resumed.has('call1-3')).toBe(false);
    expect(engine.liveCalls()).toMatchObject([{ phase: 'talking', currentMember: 'city' }]);
    expect(outcomes(ledger.records)).toEqual([
      ['leg', 'call1-3', 'interrupted'],
      ['transfer', 'call1-t1', 'interrupted'],
    ]);
  });

  it('take the caller back to the member when the agent had left a target that only rang', async () => {
    talking();
    await engine.transfer('call1', { to: 'police', mode: 'blind' });
    hangUp('call1-2');
    await startAgain();
    expect(engine.liveCalls()).toMatchObject([{ phase: 'returning' }]);
    expect(sip.detail('call1-4', 'invite')).toMatchObject({ uri: 'sip:8001@10.1.0.1:5060' });
    expect(sip.on('call1-1')).toEqual(['probe']);
  });

  it('go on with a consultation as it was', async () => {
    talking();
    await engine.transfer('call1', { to: 'police', mode: 'consult' });
    sip.event({ type: 'answered', leg: 'call1-3', sdp: SDP, allowsUpdate: false, agent: null });
    await startAgain();
    expect(engine.liveCalls()).toMatchObject([{ phase: 'consulting' }]);
    expect((await engine.controlTransfer('call1', 'complete')).ok).toBe(true);
  });

  it('end when a party says that it knows nothing of the call any more, and only then', async () => {
    talking();
    await startAgain();
    for (const status of [200, 408, 405, 500, 503])
      sip.event({ type: 'probe-answered', leg: 'call1-1', status });
    expect(engine.liveCalls()).toHaveLength(1);
    sip.event({ type: 'probe-answered', leg: 'call1-1', status: 481 });
    expect(sip.on('call1-2')).toEqual(['probe', 'bye']);
  });

  it('are let go again when they were being let go', async () => {
    talking();
    hangUp('call1-1');
    expect(sip.on('call1-2')).toContain('bye');
    await startAgain();
    expect(sip.on('call1-2')).toEqual(['bye']);
    sip.event({ type: 'bye-answered', leg: 'call1-2' });
    await clock.pass(0);
    expect(ledger.records.at(-1)).toMatchObject({ kind: 'call', outcome: 'answered', endedBy: 'caller' });
  });

  it('what comes before a call goes on waits for it', async () => {
    talking();
    const connect = sip.connect.bind(sip);
    const left = [...ledger.journalled];
    clock = new VirtualClock();
    sip = new FakeSignalling();
    const early = sip;
    early.connect = async (handlers) => {
      await connect(handlers);
      handlers.onLegEvent({ type: 'hung-up', leg: 'call1-2', by: 'peer', reason: null });
    };
    ledger = new MemoryLedger({ leftOpen: left, now: () => clock.now().utc });
    engine = anEngine({ clock, signalling: early, ledger });
    await engine.start();
    expect(early.on('call1-1')).toEqual(['probe', 'bye']);
  });

  describe('while the caller waited for the first answer', () => {
    beforeEach(async () => {
      sip.call('sip:12345@10.0.0.1', CARRIER, SDP);
      sip.event({ type: 'provisional', leg: 'call1-2', status: 180, sdp: null });
      await startAgain();
    });

    it('desks are called anew once the INVITE is here again', async () => {
      expect(sip.sent).toEqual([]);
      sip.handlers.onHeardAgain('call1-1');
      await clock.pass(0);
      expect(sip.on('call1-3')).toEqual(['invite']);
      sip.event({ type: 'answered', leg: 'call1-3', sdp: SDP, allowsUpdate: false, agent: null });
      expect(sip.on('call1-1')).toEqual(['answer']);
      expect(engine.liveCalls()).toMatchObject([{ id: 'call1', phase: 'talking' }]);
      expect(outcomes(ledger.records)).toEqual([['leg', 'call1-2', 'interrupted']]);
      // Waiting is over: nobody is given up.
      await clock.pass(60_000);
      expect(engine.liveCalls()).toHaveLength(1);
    });

    it('the call is recorded as interrupted when it does not come', async () => {
      await clock.pass(5_000);
      expect(engine.liveCalls()).toEqual([]);
      expect(outcomes(ledger.records)).toEqual([
        ['leg', 'call1-1', 'interrupted'],
        ['leg', 'call1-2', 'interrupted'],
        ['call', 'call1', 'interrupted'],
      ]);
      expect(ledger.journalled).toEqual([]);
      expect(sip.forgotten).toEqual(['call1-1', 'call1-2']);
      sip.handlers.onHeardAgain('call1-1');
      expect(sip.sent).toEqual([]);
    });
  });

  it('are closed as interrupted when the journal is of an older program, with no duration that it cannot know', async () => {
    talking();
    const old = ledger.journalled.map((left) => {
      const { kept: _, ...snapshot } = left.snapshot as Record<string, unknown>;
      return { ...left, snapshot };
    });
    await start(old);
    expect(outcomes(ledger.records)).toEqual([
      ['leg', 'call1-1', 'interrupted'],
      ['leg', 'call1-2', 'interrupted'],
      ['call', 'call1', 'interrupted'],
    ]);
    expect(ledger.records.every((r) => !('durationMs' in r) || r.durationMs === null)).toBe(true);
    expect(ledger.journalled).toEqual([]);
  });

  it('are closed as interrupted when the core cannot make sense of them', async () => {
    talking();
    const odd = ledger.journalled.map((left) => {
      const snapshot = left.snapshot as { phase: object };
      return { ...left, snapshot: { ...snapshot, phase: { name: 'talking' } } };
    });
    await start(odd);
    expect(outcomes(ledger.records)).toHaveLength(3);
    expect(engine.liveCalls()).toEqual([]);
  });
});
