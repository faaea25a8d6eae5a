import { beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/call/call.js';
import type { RecordingPolicy } from '../../../src/dialplan/plan.js';
import type { LiveEvent } from '../../../src/engine/operations.js';
import type { RecordingKeeper } from '../../../src/engine/recording/call-recording.js';
import { Recordings } from '../../../src/engine/recording/recordings.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { silentLog } from '../../../src/media/log.js';
import type { RecordingEntry } from '../../../src/media/recording/entry.js';
import type { MediaRecording } from '../../../src/media/recording/media-recording.js';
import { twoMembers } from './an-engine.js';
import { call, callerLeg, leg } from './call-values.js';
import { joinedTo, talking } from './talking.js';
import { VirtualClock } from './virtual-clock.js';

const START = 1_800_000_000_000;
const over = call('c', { phase: { name: 'ended' }, legs: {} });

let clock: VirtualClock;
let ledger: MemoryLedger;
let events: Omit<LiveEvent, 'seq' | 'at'>[];
let media: MediaRecording;
let keeper: { -readonly [K in keyof RecordingKeeper]: RecordingKeeper[K] };
let asked: string[];
let finished: RecordingEntry[];
let told: (heard: boolean) => void;

beforeEach(() => {
  [clock, ledger, events, asked, finished] = [new VirtualClock(), new MemoryLedger(), [], [], []];
  media = {
    start: async (id) => asked.push(`start ${id}`) > 0,
    stop: async (id) => void asked.push(`stop ${id}`),
    places: (id) => [{ leg: `${id}-1`, family: 4, port: 30_000, codecs: { 8: 'pcma/8000' } }],
    announce: (id, a, b) => {
      asked.push(`announce ${id} ${a} ${b}`);
      return new Promise((resolve) => {
        told = resolve;
      });
    },
  };
  keeper = {
    enoughRoom: true,
    note: async () => true,
    finish: (entry) => void finished.push(entry),
    isCaptured: async () => true,
  };
});

interface Wishes {
  readonly city?: RecordingPolicy;
  readonly police?: RecordingPolicy;
  readonly announce?: boolean;
  readonly withoutMedia?: boolean;
}

function recordings({ city = 'always', police = 'always', announce = false, withoutMedia }: Wishes = {}) {
  const plan = twoMembers();
  const members = new Map(
    [...plan.members].map(([id, member]) => [id, { ...member, recording: id === 'city' ? city : police }]),
  );
  const current = { members, policies: { ...plan.policies, announceRecording: announce } };
  return new Recordings(
    {
      clock,
      media: { recording: withoutMedia === true ? null : media },
      recordingKeeper: keeper,
      dialPlan: { current },
      ledger,
      log: silentLog,
    },
    { publish: (event) => void events.push(event) },
  );
}

const types = (): string[] => events.map(({ type }) => type);

describe('a call that is recorded always', () => {
  it('is, with everybody on their channel for as long as they talk with the caller', async () => {
    const all = recordings();
    all.see(talking(null));
    await clock.pass(1000);
    all.see(talking('c-2'));
    await clock.pass(2000);
    all.see(talking(null));
    await clock.pass(500);
    all.see(talking('c-3'));
    await clock.pass(2500);
    all.see(over);
    await clock.pass(0);
    expect(asked).toEqual(['start c', 'stop c']);
    expect(types()).toEqual(['recording-started', 'recording-ended']);
    expect(finished).toMatchObject([
      {
        callId: 'c',
        startedAt: START + 1000,
        endedAt: START + 6000,
        trigger: 'policy',
        requestedBy: null,
        endedBy: 'call',
        cause: null,
        places: [{ leg: 'c-1', port: 30_000 }],
        voices: [
          { channel: 'left', leg: 'c-1', fromAt: START + 1000, toAt: START + 3000 },
          { channel: 'right', leg: 'c-2', role: 'agent', member: 'city', toAt: START + 3000 },
          { channel: 'left', leg: 'c-1', fromAt: START + 3500, toAt: START + 6000 },
          { channel: 'right', leg: 'c-3', role: 'target', member: 'police', fromAt: START + 3500 },
        ],
      },
    ]);
    expect(all.figures()).toEqual({ recordingsActive: 0, recordingsFailed: 0 });
  });

  it('is not while the caller talks with a member that must not be, and again with the next', async () => {
    const all = recordings({ police: 'never' });
    all.see(talking('c-2'));
    await clock.pass(1000);
    all.see(talking('c-3'));
    await clock.pass(1000);
    all.see(talking('c-2'));
    expect(all.of('c')).toMatchObject({ startedAt: START + 2000 });
    await clock.pass(1000);
    all.see(over);
    await clock.pass(0);
    expect(finished.map(({ startedAt, endedAt, endedBy }) => [startedAt, endedAt, endedBy])).toEqual([
      [START, START + 1000, 'policy'],
      [START + 2000, START + 3000, 'call'],
    ]);
    expect(new Set(finished.map(({ id }) => id)).size).toBe(2);
    expect(asked).toEqual(['start c', 'stop c', 'start c', 'stop c']);
  });

  it('has all who are in a conference with the caller on the right, and is not while one must not be', async () => {
    const inIt = (third: string | null): Call => {
      const legs = [callerLeg('c-1', joinedTo('c-1')), leg('c-2', joinedTo('c-2'))];
      const other = leg('c-3', { ...joinedTo(third), role: 'target', member: 'police' });
      return call('c', { legs: Object.fromEntries([...legs, other].map((one) => [one.id, one])) });
    };
    const all = recordings();
    all.see(inIt('c-3'));
    await clock.pass(1000);
    all.see(inIt(null));
    all.see(over);
    await clock.pass(0);
    expect(finished[0]?.voices.map(({ leg, channel, toAt }) => [leg, channel, toAt])).toEqual([
      ['c-1', 'left', START + 1000],
      ['c-2', 'right', START + 1000],
      ['c-3', 'right', START + 1000],
    ]);
    const never = recordings({ police: 'never' });
    never.see(inIt('c-3'));
    expect(never.of('c')).toBeNull();
    never.see(inIt(null));
    expect(never.of('c')).not.toBeNull();
  });

  it('takes in new places of a leg, as after a new start of the media server', async () => {
    const all = recordings();
    all.see(talking('c-2'));
    media = Object.assign(media, {
      places: () => [{ leg: 'c-1', family: 4, port: 31_000, codecs: { 8: 'pcma/8000' } }],
    });
    all.see(talking('c-2'));
    all.see(over);
    await clock.pass(0);
    expect(finished[0]?.places.map(({ port }) => port)).toEqual([30_000, 31_000]);
  });

  it('is said to have failed where nothing can be recorded, once a call', async () => {
    const all = recordings({ withoutMedia: true });
    all.see(talking('c-2'));
    all.see(talking(null));
    all.see(talking('c-3'));
    await clock.pass(1000);
    all.see(over);
    expect(ledger.records).toMatchObject([
      {
        kind: 'recording',
        callId: 'c',
        outcome: 'failed',
        cause: 'unavailable',
        file: null,
        startedAt: START,
        endedAt: START + 1000,
      },
    ]);
    expect(events).toMatchObject([
      { type: 'recording-failed', callId: 'c', detail: { cause: 'unavailable' } },
    ]);
    expect(all.figures()).toEqual({ recordingsActive: 0, recordingsFailed: 1 });
  });

  it('is not begun on a disk that is nearly full, and ends when it becomes so, once', async () => {
    keeper.enoughRoom = false;
    const all = recordings();
    all.see(talking('c-2'));
    all.see(over);
    expect(ledger.records).toMatchObject([{ outcome: 'failed', cause: 'no-space' }]);
    keeper.enoughRoom = true;
    all.see(talking('c-2'));
    await clock.pass(1000);
    all.roomChanged(false);
    all.see(talking('c-3'));
    await clock.pass(1000);
    all.see(over);
    await clock.pass(0);
    expect(finished).toMatchObject([{ endedBy: 'no-space', cause: null }]);
    all.roomChanged(true);
    expect(types().slice(-3)).toEqual(['recording-ended', 'recordings-stopped', 'recordings-back']);
  });

  it('is told of when the media server refuses, or writes nothing', async () => {
    media = Object.assign(media, { start: async () => false });
    const refused = recordings();
    refused.see(talking('c-2'));
    await clock.pass(0);
    refused.see(over);
    await clock.pass(0);
    expect(finished).toMatchObject([{ cause: 'refused' }]);

    media = Object.assign(media, { start: async () => true });
    keeper.isCaptured = async () => false;
    const silent = recordings();
    silent.see(talking('c-2'));
    expect(silent.figures().recordingsActive).toBe(1);
    await clock.pass(2000);
    expect(silent.figures()).toEqual({ recordingsActive: 0, recordingsFailed: 1 });
    silent.see(over);
    await clock.pass(0);
    expect(finished.at(-1)).toMatchObject({ cause: 'not-written' });
  });

  it('ends when the program stops under it, before the media server does', async () => {
    const all = recordings();
    all.see(talking('c-2'));
    await all.cutOff();
    expect(asked).toEqual(['start c', 'stop c']);
    expect(finished).toMatchObject([{ endedBy: 'crash', endedAt: START }]);
  });

  it('that becomes part of another ends there', async () => {
    const all = recordings();
    all.see(talking('c-2'));
    all.absorbed('c', 'd');
    await clock.pass(0);
    expect(finished).toMatchObject([{ endedBy: 'call' }]);
    expect(all.of('c')).toBeNull();
  });
});

describe('a call of which the caller is told', () => {
  it('is recorded once they have heard it, and they hear it once', async () => {
    const all = recordings({ announce: true, police: 'never' });
    all.see(talking('c-2'));
    all.see(talking('c-2'));
    await clock.pass(3000);
    expect(asked).toEqual(['announce c c-1 c-2']);
    told(true);
    await clock.pass(500);
    expect(asked).toEqual(['announce c c-1 c-2', 'start c']);
    all.see(talking('c-3'));
    all.see(talking('c-2'));
    all.see(over);
    await clock.pass(0);
    expect(asked.filter((what) => what.startsWith('announce'))).toHaveLength(1);
    expect(finished.map(({ announcedAt }) => announcedAt)).toEqual([START + 3000, START + 3000]);
    expect(finished[0]?.startedAt).toBe(START + 3000);
  });

  it('is told again where it was cut off, to whom they talk with then, but not for ever', async () => {
    const all = recordings({ announce: true });
    all.see(talking('c-2'));
    all.see(talking(null));
    told(false);
    await clock.pass(0);
    expect(asked).toHaveLength(1);
    for (let n = 0; n < 30; n += 1) {
      all.see(talking('c-2'));
      told(false);
      await clock.pass(0);
    }
    expect(asked.length).toBeLessThan(12);
    all.see(over);
    expect(ledger.records).toMatchObject([{ outcome: 'failed', cause: 'not-announced' }]);
  });

  it('is not recorded when the prompt cannot be played', async () => {
    media = Object.assign(media, { announce: () => Promise.reject(new Error('there is no prompt')) });
    const all = recordings({ announce: true });
    all.see(talking('c-2'));
    await clock.pass(1000);
    all.see(over);
    expect(asked).toEqual([]);
    expect(ledger.records).toMatchObject([{ outcome: 'failed', cause: 'not-announced' }]);
  });

  it('is told nothing while it talks with an emergency member', async () => {
    const all = recordings({ announce: true });
    all.see(talking('c-3'));
    await clock.pass(0);
    expect(asked).toEqual(['start c']);
  });

  it('that ends meanwhile is not recorded', async () => {
    const all = recordings({ announce: true });
    all.see(talking('c-2'));
    all.see(over);
    told(false);
    await clock.pass(5000);
    expect(asked).toEqual(['announce c c-1 c-2']);
    expect(ledger.records).toEqual([]);
  });
});

describe('a call that is recorded on demand', () => {
  it('is from the request on, until another request', async () => {
    const all = recordings({ city: 'on-demand', police: 'on-demand' });
    expect(all.start('c', 'ops')).toMatchObject({ refusal: { code: 'unknown-call' } });
    all.see(talking('c-2'));
    expect(all.stop('c')).toMatchObject({ refusal: { code: 'not-recorded' } });
    await clock.pass(1000);
    expect(all.start('c', 'ops')).toEqual({ ok: true, value: { callId: 'c' } });
    expect(all.of('c')).toMatchObject({ trigger: 'request', requestedBy: 'ops', startedAt: START + 1000 });
    all.see(talking('c-3'));
    expect(all.of('c')?.startedAt).toBe(START + 1000);
    await clock.pass(1000);
    expect(all.stop('c')).toMatchObject({ ok: true });
    await clock.pass(1000);
    all.see(over);
    expect(finished).toMatchObject([{ endedBy: 'request', requestedBy: 'ops', endedAt: START + 2000 }]);
  });

  it.each([
    ['not-recordable', { city: 'never' }, 'c-2'],
    ['not-recordable', { city: 'on-demand', withoutMedia: true }, 'c-2'],
    ['not-talking', { city: 'on-demand' }, null],
  ] as const)('is refused as %s: %j', (code, wishes, partner) => {
    const all = recordings(wishes);
    all.see(talking(partner));
    expect(all.start('c', 'ops')).toMatchObject({ ok: false, refusal: { code } });
    expect(all.figures().recordingsActive).toBe(0);
  });

  it('cannot be ended where the plan wants it', () => {
    const all = recordings();
    all.see(talking('c-2'));
    expect(all.stop('c')).toMatchObject({ refusal: { code: 'recorded-by-policy' } });
    expect(all.of('c')).not.toBeNull();
  });

  it('wants the call recorded that it becomes part of', async () => {
    const all = recordings({ city: 'on-demand' });
    all.see(talking('c-2'));
    all.start('c', 'ops');
    const other = talking('c-2');
    all.see({ ...other, id: 'd' });
    all.absorbed('c', 'd');
    expect(all.of('d')).toMatchObject({ requestedBy: 'ops' });
  });
});
