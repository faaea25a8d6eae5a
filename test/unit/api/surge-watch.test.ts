import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { addSurgeMetrics, SurgeWatch } from '../../../src/api/surge-watch.js';
import type { LiveEvent } from '../../../src/engine/operations.js';
import { hourOf } from '../../../src/ledger/statistics/hours.js';
import type { ArrivalsAnswer, ArrivalsQuery } from '../../../src/ledger/statistics/questions.js';
import { VirtualClock } from '../engine/virtual-clock.js';
import { bench } from './bench.js';

const MINUTE = 60_000;

/** A watch over a city in which 20 calls an hour to the police are usual. */
function watching(tell: (query: ArrivalsQuery) => ArrivalsAnswer = usual) {
  const clock = new VirtualClock();
  const announced: LiveEvent['detail'][] = [];
  const logged: string[] = [];
  const asked: ArrivalsQuery[] = [];
  let listener: (event: LiveEvent) => void = () => undefined;
  let listening = 0;
  const log = (_detail: object, message: string): void => void logged.push(message);
  const watch = new SurgeWatch({
    settings: { windowMinutes: 10, times: 2, score: 7, minimum: 15, calmMinutes: 15 },
    operations: {
      subscribe(heard) {
        listening += 1;
        listener = heard;
        return () => {
          listening -= 1;
        };
      },
    },
    ledger: {
      statistics: async (_what, query) => {
        asked.push(query as ArrivalsQuery);
        return tell(query as ArrivalsQuery) as never;
      },
    },
    announce: (detail) => void announced.push(detail),
    clock: { now: () => clock.now().utc, after: (ms, fire) => clock.after(ms, fire) },
    log: { info: log, warn: log },
  });
  let seq = 0;
  const happens = (type: LiveEvent['type'], detail: LiveEvent['detail'], times = 1): void => {
    for (let i = 0; i < times; i++) {
      seq += 1;
      listener({ seq, at: clock.now().utc, type, callId: 'c', legId: null, transferId: null, detail });
    }
  };
  watch.start();
  return { watch, clock, announced, logged, asked, happens, listening: () => listening };
}

function usual({ times }: ArrivalsQuery): ArrivalsAnswer {
  return {
    since: 0,
    missing: [],
    items: times.map(({ from, to }) => ({
      from,
      to,
      of: 'member',
      name: 'police-110',
      count: 20 * (to - from),
    })),
  };
}

describe('the watch for surges', () => {
  it('tells when one begins and when it is over', async () => {
    const { watch, clock, announced, logged, happens } = watching();
    for (let minute = 0; minute < 10; minute++) {
      happens('call-started', { member: 'police-110' }, 4);
      happens('leg-started', { member: 'police-110' }, 40);
      happens('call-started', { member: null });
      happens('call-started', { member: 'police-110', callBackOf: 'call-1' }, 9);
      await clock.pass(MINUTE);
    }
    expect(announced).toMatchObject([
      { state: 'began', of: 'member', name: 'police-110', minutes: 10, expected: 3.3 },
    ]);
    expect(watch.active).toMatchObject([{ name: 'police-110', count: 40 }]);
    await clock.pass(40 * MINUTE);
    expect(announced).toMatchObject([{ state: 'began' }, { state: 'ended', count: 0 }]);
    expect(logged).toEqual(['surge: more comes than is usual', 'surge: over']);
    expect([watch.active, watch.begun]).toEqual([[], 1]);
  });

  it('hears of matters, from transfers and alerts that name them', async () => {
    const { clock, announced, happens } = watching();
    happens('transfer-requested', { toMember: 'police-110', matter: 'water-01' }, 10);
    happens('alert-raised', { toMember: 'police-110', matter: 'water-01' }, 10);
    happens('transfer-requested', { toMember: 'police-110', matter: null }, 100);
    await clock.pass(MINUTE);
    expect(announced).toMatchObject([{ of: 'matter', name: 'water-01', count: 20, expected: 0 }]);
  });

  it('asks once an hour what is usual, and again in a minute when the ledger does not tell', async () => {
    let refusals = 2;
    const { clock, asked, logged, announced, happens } = watching((query) => {
      if (refusals > 0) {
        refusals -= 1;
        throw new Error('busy');
      }
      return usual(query);
    });
    happens('call-started', { member: 'police-110' }, 500);
    await clock.pass(MINUTE);
    expect(announced).toEqual([]);
    await clock.pass(2 * MINUTE);
    expect(logged.filter((line) => line.includes('did not tell'))).toHaveLength(2);
    expect(announced).toHaveLength(1);
    const before = asked.length;
    await clock.pass(3 * 60 * MINUTE);
    expect(asked.length - before).toBe(3);
    const hours = asked.slice(before).map(({ times }) => times.at(-9)?.to);
    expect(hours.at(-1)).toBe(hourOf(clock.now().utc));
  });

  it('begins nothing while the ledger is too young, and hears nothing once stopped', async () => {
    const { watch, clock, announced, happens, listening } = watching(() => ({
      since: null,
      items: [],
      missing: [],
    }));
    happens('call-started', { member: 'police-110' }, 500);
    await clock.pass(5 * MINUTE);
    expect(announced).toEqual([]);
    watch.stop();
    expect([listening(), clock.waiting]).toEqual([0, 0]);
  });

  it('has metrics, and a place in the API', async () => {
    const { watch, clock, happens } = watching();
    happens('call-started', { member: 'police-110' }, 100);
    await clock.pass(MINUTE);
    const registry = new Registry();
    addSurgeMetrics(registry, watch);
    const text = await registry.metrics();
    expect(text).toMatch(/^onekey_surge\{of="member",name="police-110"\} 30(\.\d+)?$/m);
    expect(text).toContain('onekey_surges_total 1');
    const api = bench({ surges: () => watch.active });
    expect((await api.get('/v1/statistics/surges')).json()).toMatchObject({
      watched: true,
      items: [
        { of: 'member', name: 'police-110', sinceAt: expect.stringMatching(/Z$/), count: 100, expected: 3.3 },
      ],
    });
    expect((await bench().get('/v1/statistics/surges')).json()).toEqual({ watched: false, items: [] });
  });
});
