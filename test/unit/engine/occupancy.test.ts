import { describe, expect, it } from 'vitest';
import { Occupancy } from '../../../src/engine/occupancy.js';
import { randomFrom } from '../dialplan/plan-text.js';

const leg = (id: string, member: string | null = 'city', trunk: string | null = 'pbx') => ({
  leg: id,
  call: id.split('-')[0] ?? id,
  member,
  trunk,
});

describe('occupancy', () => {
  it('counts the legs of a trunk and the calls of a member', () => {
    const occupancy = new Occupancy();
    occupancy.started(leg('a-1', null, 'carrier'));
    occupancy.started(leg('a-2'));
    occupancy.started(leg('a-3'));
    occupancy.started(leg('b-2'));
    expect([occupancy.callsOf('city'), occupancy.legsOn('pbx'), occupancy.legsOn('carrier')]).toEqual([
      2, 3, 1,
    ]);
    occupancy.ended('a-3');
    expect([occupancy.callsOf('city'), occupancy.legsOn('pbx')]).toEqual([2, 2]);
    occupancy.ended('a-2');
    expect([occupancy.callsOf('city'), occupancy.legsOn('pbx')]).toEqual([1, 1]);
    occupancy.ended('b-2');
    occupancy.ended('a-1');
    expect([occupancy.callsOf('city'), occupancy.legsOn('pbx'), occupancy.legsOn('carrier')]).toEqual([
      0, 0, 0,
    ]);
  });

  it('takes the same leg twice for once, and an end that it knows nothing of for nothing', () => {
    const occupancy = new Occupancy();
    occupancy.ended('a-1');
    occupancy.started(leg('a-1'));
    occupancy.started(leg('a-1', 'police', 'other'));
    expect([occupancy.callsOf('city'), occupancy.legsOn('pbx')]).toEqual([0, 0]);
    expect([occupancy.callsOf('police'), occupancy.legsOn('other')]).toEqual([1, 1]);
    occupancy.ended('a-1');
    occupancy.ended('a-1');
    expect([occupancy.callsOf('police'), occupancy.legsOn('other')]).toEqual([0, 0]);
  });

  it('agrees with a plain list of legs through 20,000 starts and ends, and is empty after the last', () => {
    const random = randomFrom(7);
    const occupancy = new Occupancy();
    const legs = new Map<string, ReturnType<typeof leg>>();
    const check = (): void => {
      for (const name of ['m0', 'm1', 'm2']) {
        const of = [...legs.values()].filter(({ member }) => member === name);
        expect(occupancy.callsOf(name)).toBe(new Set(of.map(({ call }) => call)).size);
        expect(occupancy.legsOn(name)).toBe([...legs.values()].filter(({ trunk }) => trunk === name).length);
      }
    };
    for (let round = 0; round < 20_000; round++) {
      const id = `c${random(8)}-${random(4)}`;
      if (random(2) === 0) {
        const one = leg(
          id,
          random(4) === 0 ? null : `m${random(3)}`,
          random(5) === 0 ? null : `m${random(3)}`,
        );
        legs.set(id, one);
        occupancy.started(one);
      } else {
        legs.delete(id);
        occupancy.ended(id);
      }
      if (round % 50 === 0) check();
    }
    for (const id of legs.keys()) occupancy.ended(id);
    legs.clear();
    check();
  });
});
