import { beforeEach, describe, expect, it } from 'vitest';
import { NoteDrafts } from '../../../src/web/desk/note-draft.js';

describe('a page that is loaded anew', () => {
  const kept = new Map<string, string>();
  const drafts = new NoteDrafts({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  });
  const draft = { agent: 'li-na', callId: 'c', caller: null, text: '已答复' };
  beforeEach(() => kept.clear());

  it('has what the same agent was writing, and nothing for another', () => {
    drafts.keep(draft);
    expect(drafts.of('li-na')).toEqual(draft);
    expect(drafts.of('wang')).toBeNull();
  });

  it('has nothing of a note that was saved, or that the agent left behind', () => {
    drafts.keep(draft);
    drafts.keep({ ...draft, text: ' ' });
    expect(kept.size).toBe(0);
    drafts.keep(draft);
    drafts.forget();
    expect(drafts.of('li-na')).toBeNull();
  });

  it('takes no harm from what it does not understand', () => {
    for (const text of ['', '{', '3', 'null', '{"agent":"li-na","callId":3}']) {
      kept.set('onekey.note', text);
      expect(drafts.of('li-na')).toBeNull();
    }
  });
});
