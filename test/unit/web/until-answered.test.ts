import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeskError } from '../../../src/web/desk/server/desk-client.js';
import { untilAnswered } from '../../../src/web/desk/server/until-answered.js';

describe('untilAnswered', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const away = (): Promise<string> => Promise.reject(new DeskError('server-away', 'refused'));

  it('sends again until the server is there, and says so', async () => {
    const send = vi.fn(away).mockImplementationOnce(away).mockImplementationOnce(away);
    send.mockResolvedValueOnce('moved');
    const onAgain = vi.fn();
    const answer = untilAnswered(send, onAgain);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toBe('moved');
    expect([send.mock.calls.length, onAgain.mock.calls.length]).toEqual([3, 2]);
  });

  it('takes a refusal for an answer', async () => {
    const send = vi.fn(() => Promise.reject(new DeskError('closed', 'closed')));
    await expect(untilAnswered(send, vi.fn())).rejects.toMatchObject({ code: 'closed' });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('gives up in the end', async () => {
    const answer = expect(untilAnswered(away, vi.fn())).rejects.toMatchObject({ code: 'server-away' });
    await vi.advanceTimersByTimeAsync(60_000);
    await answer;
  });
});
