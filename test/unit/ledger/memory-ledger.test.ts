import { describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { callRecord, legRecord } from './fixtures.js';

describe('MemoryLedger', () => {
  it('keeps order, drops doubles, and keeps the last state of a live call', async () => {
    let now = 5;
    const ledger = new MemoryLedger({ now: () => now });
    ledger.append([legRecord('b'), legRecord('a')]);
    ledger.append([legRecord('b', { outcome: 'interrupted' }), callRecord('b')]);
    ledger.journal('call-1', { step: 1, gone: undefined });
    now = 6;
    ledger.journal('call-1', { step: 2 });
    ledger.journal('call-2', {});
    ledger.append([], 'call-2');
    await ledger.flush();
    expect(ledger.records.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['leg b', 'leg a', 'call b']);
    expect(ledger.records[0]).toEqual(legRecord('b'));
    expect(ledger.journalled).toEqual([{ callId: 'call-1', snapshot: { step: 2 }, writtenAt: 6 }]);
    expect(ledger.leftOpen()).toEqual([]);
    await ledger.close();
  });

  it('starts with what a crash left', () => {
    const left = [{ callId: 'call-1', snapshot: { step: 3 }, writtenAt: 1 }];
    const ledger = new MemoryLedger({ leftOpen: left });
    expect(ledger.leftOpen()).toEqual(left);
    expect(ledger.journalled).toEqual(left);
    ledger.append([callRecord('call-1')], 'call-1');
    expect(ledger.journalled).toEqual([]);
  });
});
