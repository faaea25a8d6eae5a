import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../src/engine/outbox.js';

describe('an outbox', () => {
  const told: string[] = [];
  const waiting = new Map<string, { resolve(): void; reject(err: Error): void }>();

  /** `wait …` waits until the test lets it go on, `throw …` cannot be carried out. */
  function outbox(): Outbox<string> {
    told.length = 0;
    waiting.clear();
    return new Outbox({
      carryOut: (command) => {
        told.push(command);
        if (command.startsWith('throw')) throw new Error(command);
        if (!command.startsWith('wait')) return;
        return new Promise((resolve, reject) => waiting.set(command, { resolve, reject }));
      },
      onFailure: (command) => told.push(`failed: ${command}`),
      onEmpty: () => told.push('empty'),
    });
  }

  it('carries out at once what need not wait, in its order, whatever fails', () => {
    outbox().take(['a', 'throw', 'b']);
    expect(told).toEqual(['a', 'throw', 'failed: throw', 'b', 'empty']);
  });

  it('keeps what comes behind a command that waits, and goes on whether that works or not', async () => {
    const box = outbox();
    box.take(['wait 1', 'a', 'wait 2']);
    box.take(['b']);
    const sent = box.sent();
    expect(told).toEqual(['wait 1']);
    waiting.get('wait 1')?.reject(new Error('no'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['wait 1', 'failed: wait 1', 'a', 'wait 2']);
    waiting.get('wait 2')?.resolve();
    await sent;
    expect(told.slice(-2)).toEqual(['b', 'empty']);
    expect(box.sent()).toBeUndefined();
  });

  it('keeps everything while it is held, and drops what shall not go out', () => {
    const box = outbox();
    box.hold();
    box.take(['a', 'b', 'c']);
    box.dropThrough((command) => command === 'b');
    expect(told).toEqual([]);
    box.release();
    expect(told).toEqual(['c', 'empty']);
  });
});
