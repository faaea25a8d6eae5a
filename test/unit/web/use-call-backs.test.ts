import { describe, expect, it } from 'vitest';
import type { MissedCall } from '../../../src/web/ops/server/shapes.js';
import { newsOf } from '../../../src/web/ops/use-call-backs.js';

const attempt = (cause: string) => ({ endedAt: '2026-03-02T08:00:00.000Z', by: 'li-na', cause });
const missed = (id: string, changes: Partial<MissedCall> = {}): MissedCall => ({
  id,
  callerNumber: '138****1111',
  member: 'city-12345',
  lastAt: '2026-03-02T07:00:00.000Z',
  times: 1,
  waitMs: 20_000,
  cause: 'abandoned',
  attempts: [],
  ...changes,
});
const other = missed('other', { callerNumber: '139****2222' });

describe('what the list says of a call back', () => {
  it('is nothing while the entry is as it was', () => {
    expect(newsOf(missed('one'), [other, missed('one')])).toBeNull();
  });

  it('is that the caller was reached when the entry is gone', () => {
    expect(newsOf(missed('one'), [other])).toEqual({ reached: true });
    expect(newsOf(missed('one'), [])).toEqual({ reached: true });
  });

  it('is why not when there is one more attempt', () => {
    const begun = missed('one', { attempts: [attempt('busy')] });
    const now = missed('one', { attempts: [attempt('agent-no-answer'), attempt('busy')] });
    expect(newsOf(begun, [now])).toEqual({ reached: false, cause: 'agent-no-answer' });
  });

  it('is nothing when they have called in vain again: another call stands for them now', () => {
    expect(newsOf(missed('one'), [missed('two', { times: 2 })])).toBeNull();
  });
});
