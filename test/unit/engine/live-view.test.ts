import { describe, expect, it } from 'vitest';
import type { Hunt, Phase } from '../../../src/call/call.js';
import type { Candidate } from '../../../src/call/candidate.js';
import { Figures } from '../../../src/engine/figures.js';
import { LiveAlerts } from '../../../src/engine/live-alerts.js';
import { LiveEvents } from '../../../src/engine/live-events.js';
import { liveView, screenPopView } from '../../../src/engine/live-view.js';
import { transferRecord } from '../ledger/fixtures.js';
import { call, callerLeg, leg, transfer } from './call-values.js';

const LEGS = {
  'a-1': callerLeg('a-1'),
  'a-2': leg('a-2', { agent: '8017' }),
  'a-3': leg('a-3', { role: 'target', member: 'police', state: 'ringing', agent: null }),
  'a-4': leg('a-4', { role: 'target', member: 'police', state: 'trying', agent: null }),
  'a-5': leg('a-5', { state: 'ended' }),
};
const NOBODY: readonly Candidate[] = [];
const HUNT: Hunt = {
  stages: [],
  waiting: null,
  ringing: [
    { leg: 'a-3', ways: NOBODY },
    { leg: 'a-4', ways: NOBODY },
  ],
  lastStatus: null,
  lastCause: null,
};
const PARTIES = { transferee: 'a-1', transferor: 'a-2', transfer: transfer('a-t1') } as const;

function seen(phase: Phase, changes: object = {}) {
  return liveView(call('a', { phase, legs: { ...LEGS, ...changes } }), []);
}

describe('liveView', () => {
  it('shows who a leg is, and leaves out legs that are gone', () => {
    const { legs, firstDialled, visited, phase } = seen({
      name: 'talking',
      link: { a: 'a-1', b: 'a-2', rounds: 0 },
    });
    expect(legs.map(({ id, agent }) => [id, agent])).toEqual([
      ['a-1', null],
      ['a-2', '8017'],
      ['a-3', null],
      ['a-4', null],
    ]);
    expect([firstDialled, visited, phase]).toEqual(['12345', ['city'], 'talking']);
  });

  it('shows all legs that ring for the target, and that the transferor has left', () => {
    const phase = { name: 'transferring', ...PARTIES, hunt: HUNT, rounds: 0 } as const;
    expect(seen(phase).transfer).toEqual({
      id: 'a-t1',
      trigger: 'api',
      mode: 'consult',
      fromMember: 'city',
      fromAgent: '8017',
      toMember: 'police',
      state: 'ringing',
      requestedAt: 5,
      transferorLeg: 'a-2',
      targetLegs: ['a-3', 'a-4'],
      speaksWith: null,
      heldLeg: null,
      matter: 'water-07',
      note: 'since noon',
    });
    const trying = { ...LEGS['a-3'], state: 'trying' } as const;
    expect(seen(phase, { 'a-3': trying }).transfer?.state).toBe('calling');
    expect(seen({ ...phase, transferor: null }).transfer).toMatchObject({
      transferorLeg: null,
      fromAgent: '8017',
    });
  });

  it('shows both sides of a consultation', () => {
    const phase = {
      name: 'consulting',
      ...PARTIES,
      target: 'a-3',
      link: { a: 'a-2', b: 'a-3', rounds: 0 },
      holds: 0,
    } as const;
    expect(seen(phase)).toMatchObject({
      phase: 'consulting',
      transfer: { state: 'consulting', speaksWith: 'target', heldLeg: 'a-1', targetLegs: ['a-3'] },
    });
    expect(seen({ ...phase, link: { a: 'a-2', b: 'a-1', rounds: 0 } }).transfer).toMatchObject({
      speaksWith: 'transferee',
      heldLeg: 'a-3',
    });
  });

  it('shows a switch, but no transfer while a party is only returned', () => {
    const phase = {
      name: 'switching',
      link: { a: 'a-1', b: 'a-3', rounds: 0 },
      transferor: null,
      transfer: PARTIES.transfer,
      hunt: HUNT,
      consultation: null,
    } as const;
    expect(seen(phase).transfer).toMatchObject({ state: 'switching', targetLegs: ['a-3'] });
    expect(seen({ ...phase, transfer: null }).transfer).toBeNull();
  });
});

describe('alerts of live calls', () => {
  const raise = (callId: string, id: string) =>
    ({
      type: 'alert-raised',
      callId,
      legId: null,
      transferId: id,
      detail: { fromMember: 'youth', toMember: 'police', caller: '1', matter: 'm', note: null },
    }) as const;
  const ended = (callId: string) =>
    ({ type: 'call-ended', callId, legId: null, transferId: null, detail: {} }) as const;

  it('are kept from their events until the call ends, watched or not', () => {
    const events = new LiveEvents(() => 42);
    events.publish(raise('a', 'a-t1'));
    events.publish(raise('a', 'a-t2'));
    expect(events.alerts.of('a').map(({ id, raisedAt }) => [id, raisedAt])).toEqual([
      ['a-t1', 42],
      ['a-t2', 42],
    ]);
    const { alerts } = liveView(call('a'), events.alerts.of('a'));
    expect(alerts[0]).toEqual({
      id: 'a-t1',
      callId: 'a',
      raisedAt: 42,
      fromMember: 'youth',
      toMember: 'police',
      matter: 'm',
      note: null,
      callerNumber: '13800001111',
      firstDialled: '12345',
      location: null,
    });
    events.publish(ended('a'));
    expect(events.alerts.calls()).toEqual([]);
  });

  it('do not grow without bound', () => {
    const alerts = new LiveAlerts();
    for (let n = 1; n <= 150; n += 1) alerts.hear({ at: n, ...raise('a', `a-t${n}`) });
    expect(alerts.of('a')).toHaveLength(100);
    expect(alerts.of('a').at(-1)?.id).toBe('a-t150');
    for (let n = 1; n <= 5000; n += 1) alerts.hear({ at: n, ...raise(`b${n}`, 't') });
    expect(alerts.calls()).toHaveLength(5000);
    expect(alerts.of('a')).toEqual([]);
    expect(alerts.of('b5000')).toHaveLength(1);
  });
});

describe('screenPopView', () => {
  it('has name, privacy and location of the caller', () => {
    const headers = { Privacy: 'id', Geolocation: '<https://lis.example/a>' };
    const pop = screenPopView(call('a', { carried: { headers, bodies: [] } }), []);
    expect(pop).toMatchObject({
      callerName: '李',
      privacy: 'id',
      location: { references: ['https://lis.example/a'] },
      call: { id: 'a' },
    });
    expect(screenPopView(call('a'), [])).toMatchObject({ privacy: null, location: null });
  });
});

describe('Figures', () => {
  it('counts transfers by mode, trigger and outcome', () => {
    const figures = new Figures();
    figures.count(transferRecord('1'));
    figures.count(transferRecord('2'));
    figures.count(transferRecord('3', { mode: 'alert', trigger: 'api' }));
    figures.count(transferRecord('4', { outcome: 'failed' }));
    const live = { liveCalls: 0, liveLegs: 0, liveTransfers: 0, admittedShare: 1, gatewaysUp: {} };
    const gauges = { ...live, recordingsActive: 0, recordingsFailed: 0 };
    expect(figures.with(gauges).transfers).toEqual([
      { mode: 'blind', trigger: 'refer', outcome: 'completed', count: 2 },
      { mode: 'alert', trigger: 'api', outcome: 'completed', count: 1 },
      { mode: 'blind', trigger: 'refer', outcome: 'failed', count: 1 },
    ]);
  });
});
