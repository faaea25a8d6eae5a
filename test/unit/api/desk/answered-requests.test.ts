import { describe, expect, it } from 'vitest';
import { AnsweredRequests } from '../../../../src/api/desk/answered-requests.js';

describe('AnsweredRequests', () => {
  let time = 0;
  let done = 0;
  const act = async (): Promise<number> => {
    done += 1;
    return done;
  };

  it('acts once for each name, for a minute, and always without one', async () => {
    const requests = new AnsweredRequests<number>(() => time);
    expect([await requests.once('a', act), await requests.once('a', act)]).toEqual([1, 1]);
    expect([
      await requests.once('b', act),
      await requests.once(null, act),
      await requests.once(null, act),
    ]).toEqual([2, 3, 4]);
    time += 59_999;
    expect(await requests.once('a', act)).toBe(1);
    time += 1;
    expect(await requests.once('a', act)).toBe(5);
  });

  it('tries again what broke', async () => {
    const requests = new AnsweredRequests<number>(() => time);
    const breaks = async (): Promise<number> => {
      throw new Error('the disk is gone');
    };
    await expect(requests.once('a', breaks)).rejects.toThrow('the disk');
    await expect(requests.once('a', async () => 7)).resolves.toBe(7);
  });

  it('keeps so many answers and no more', async () => {
    const requests = new AnsweredRequests<number>(() => time);
    for (let n = 0; n < 6_000; n += 1) await requests.once(`n${n}`, async () => n);
    expect(await requests.once('n5999', async () => -1)).toBe(5_999);
    expect(await requests.once('n0', async () => -1)).toBe(-1);
  });
});
