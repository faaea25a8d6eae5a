import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineLog } from '../../../src/engine/log.js';
import { Overload } from '../../../src/engine/overload.js';

describe('admission while the machine does not keep up', () => {
  let overload: Overload;
  let busy: number;
  let look: () => void;
  let said: string[];
  beforeEach(() => {
    busy = 0;
    said = [];
    look = () => undefined;
    const note = (_: object, text: string): void => {
      said.push(text);
    };
    const log: EngineLog = { debug: note, info: note, warn: note, error: note, child: () => log };
    overload = new Overload({
      busy: () => busy,
      every: (_ms, action) => {
        look = action;
        return () => {
          look = () => undefined;
        };
      },
      log,
    });
    overload.start();
  });

  /** So many seconds with a loop that is busy for this share of the time, and so many new calls in each. */
  const seconds = (count: number, share: number, calls = 2): void => {
    busy = share;
    for (let second = 0; second < count; second += 1) {
      for (let call = 0; call < calls; call += 1) overload.admitsCall();
      look();
    }
  };
  /** How many of 1000 calls are taken. */
  const taken = (): number =>
    Array.from({ length: 1000 }, () => overload.admitsCall()).filter(Boolean).length;

  it('takes all calls at any load that the machine bears, and during a stall', () => {
    seconds(100, 0.95);
    seconds(2, 1);
    seconds(1, 0.96);
    seconds(2, 1);
    expect(taken()).toBe(1000);
    expect(said).toEqual([]);
  });

  it('takes all calls of a machine that is busy with other things than calls, such as its start', () => {
    seconds(60, 1, 1);
    expect(taken()).toBe(1000);
    seconds(5, 1);
    expect(overload.share).toBeLessThan(0.5);
    seconds(10, 1, 1);
    expect(overload.share).toBe(1);
  });

  it('takes fewer and fewer while the loop never rests, but never none', () => {
    seconds(3, 1);
    expect(taken()).toBeCloseTo(600, -1);
    seconds(1, 0.99);
    expect(taken()).toBeCloseTo(360, -1);
    seconds(100, 1);
    expect(overload.share).toBe(0.05);
    expect(taken()).toBeCloseTo(50, -1);
    expect(said).toHaveLength(1);
  });

  it('takes more again when there is air, and keeps to what is just borne', () => {
    seconds(5, 1);
    const share = overload.share;
    seconds(10, 0.95);
    expect(overload.share).toBe(share);
    seconds(3, 0.8);
    expect(overload.share).toBeCloseTo(share + 0.3, 5);
    seconds(20, 0.1);
    expect(taken()).toBe(1000);
    expect(said.at(-1)).toContain('keeps up again');
  });

  it('changes nothing once it is stopped', () => {
    overload.stop();
    seconds(10, 1);
    expect(taken()).toBe(1000);
  });
});
