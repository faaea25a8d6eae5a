import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeskFeeds } from '../../../../src/api/desk/desk-feeds.js';
import type { DeskState } from '../../../../src/api/desk/desk-state.js';

/** A response that keeps what was written. */
class Response extends PassThrough {
  readonly text: string[] = [];
  constructor() {
    super();
    this.on('data', (chunk: Buffer) => this.text.push(chunk.toString()));
  }
  writeHead(): this {
    return this;
  }
}

describe('DeskFeeds', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const state = (missed: number): DeskState => ({ now: 1, missed }) as unknown as DeskState;

  function open(isOpen: () => boolean, stateOf: () => DeskState | null) {
    const feeds = new DeskFeeds({ stateOf });
    const response = new Response();
    feeds.serve(response as unknown as ServerResponse, 'li-na', isOpen);
    return { feeds, response, said: () => response.text.join('') };
  }

  it('tells what has changed, and nothing else', async () => {
    let missed = 1;
    const { feeds, said } = open(
      () => true,
      () => state(missed),
    );
    feeds.changed();
    await vi.advanceTimersByTimeAsync(50);
    missed = 2;
    feeds.changed();
    feeds.changed();
    await vi.advanceTimersByTimeAsync(50);
    expect(said().match(/event: state/g)).toHaveLength(2);
    feeds.close();
  });

  it('ends with the session, within a heartbeat, and says so', async () => {
    let good = true;
    const { response, said } = open(
      () => good,
      () => state(1),
    );
    await vi.advanceTimersByTimeAsync(15_000);
    expect(said()).toContain('event: alive');
    good = false;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(said().trim().endsWith('event: expired\ndata: {}')).toBe(true);
    expect(response.writableEnded).toBe(true);
  });

  it('ends at once with the account', async () => {
    let there = true;
    const { feeds, response, said } = open(
      () => true,
      () => (there ? state(1) : null),
    );
    there = false;
    feeds.changed();
    await vi.advanceTimersByTimeAsync(50);
    expect(said()).toContain('event: expired');
    expect(response.writableEnded).toBe(true);
  });
});
