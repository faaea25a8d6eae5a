import { describe, expect, it } from 'vitest';
import { Happenings, StoryError } from '../../../src/cli/demo/happenings.js';

describe('happenings', () => {
  it('are found whether they were before or come later', async () => {
    const happenings = new Happenings();
    happenings.note({ who: '110', what: 'called', at: 1 });
    expect(await happenings.until('110', 'called')).toEqual({ who: '110', what: 'called', at: 1 });
    const later = happenings.until('caller', 'answered');
    happenings.note({ who: '110', what: 'answered', at: 2 });
    happenings.note({ who: 'caller', what: 'answered', at: 3 });
    expect((await later).at).toBe(3);
    expect(happenings.of('110')).toEqual(['called', 'answered']);
  });

  it('of before a mark do not count', async () => {
    const happenings = new Happenings();
    happenings.note({ who: 'caller', what: 'released', at: 1 });
    const next = happenings.until('caller', 'released', happenings.mark);
    happenings.note({ who: 'caller', what: 'released', at: 2 });
    expect((await next).at).toBe(2);
  });

  it('that do not come end the story and tell what was there instead', async () => {
    const happenings = new Happenings();
    happenings.note({ who: 'caller', what: 'hears 12345', at: 1 });
    const waiting = happenings.until('caller', 'hears 110', 0, 1);
    await expect(waiting).rejects.toBeInstanceOf(StoryError);
    await expect(waiting).rejects.toThrow('hears 12345');
  });
});
