import { beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/call/call.js';
import { interruptedRecords, legRecord } from '../../../src/call/records.js';
import { CallRecords } from '../../../src/engine/call-records.js';
import type { KeptCall } from '../../../src/engine/journalled-call.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import type { LegFigures, MediaMoves } from '../../../src/media/anchor.js';
import { call, callerLeg, instant, leg } from './call-values.js';
import { VirtualClock } from './virtual-clock.js';

const counted: LegFigures = { packetsReceived: 500, packetsSent: null, packetsLost: 3, jitterMs: 2 };
const log = { error: () => undefined };
const kept = (): KeptCall => ({ format: 1, legs: {}, media: null, language: null });

let clock: VirtualClock;
let ledger: MemoryLedger;
/** Answers of the media server that are still awaited, by leg. */
let asked: Map<string, (figures: LegFigures | null) => void>;
let broken: boolean;

beforeEach(() => {
  clock = new VirtualClock();
  ledger = new MemoryLedger();
  asked = new Map();
  broken = false;
});

function recordsOf(id: string): CallRecords {
  const moves = {
    figures: (_call: string, legId: string) =>
      broken
        ? Promise.reject(new Error('broken'))
        : new Promise<LegFigures | null>((resolve) => asked.set(legId, resolve)),
  } as unknown as MediaMoves;
  return new CallRecords(id, { clock, ledger, media: { moves }, log, kept });
}

const talking = (id: string): Call => call(id);
function without(before: Call, legId: string): { after: Call; record: LedgerRecord } {
  const ended = leg(legId, { ...before.legs[legId], state: 'ended' });
  const end = { endedBy: 'agent', outcome: 'answered', reason: null } as const;
  return {
    after: { ...before, legs: { ...before.legs, [legId]: ended } },
    record: legRecord(before, ended, instant(100), end),
  };
}

const nothing = { records: [], closing: [], over: false };
const answered = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const summary = (): unknown[] => ledger.records.map((r) => [r.id, r.kind === 'leg' ? r.media : null]);
/** What a restart would write of the call as it is journalled now. */
function closedByRestart(): string[] {
  return ledger.journalled.flatMap(({ snapshot }) =>
    interruptedRecords(snapshot as Call, 1).map(({ kind, id }) => `${kind} ${id}`),
  );
}

describe('the record of a leg', () => {
  it('waits for what was counted, and is in the journal till then', async () => {
    const before = talking('a');
    const records = recordsOf('a');
    records.take({ before: null, after: before, ...nothing });
    const { after, record } = without(before, 'a-2');
    records.take({ before, after, records: [record], closing: [], over: false });
    expect(ledger.records).toEqual([]);
    expect(closedByRestart()).toEqual(['leg a-1', 'leg a-2', 'call a']);

    asked.get('a-2')?.(counted);
    await records.settled();
    expect(summary()).toEqual([['a-2', counted]]);
    expect(closedByRestart()).toEqual(['leg a-1', 'call a']);
  });

  it('does not wait for a media server that fails', async () => {
    broken = true;
    const before = talking('a');
    const records = recordsOf('a');
    const { after, record } = without(before, 'a-2');
    records.take({ before, after, records: [record], closing: [], over: false });
    await records.settled();
    expect(summary()).toEqual([['a-2', null]]);
  });

  it('does not wait for a media server that says nothing', async () => {
    const before = talking('a');
    const records = recordsOf('a');
    const { after, record } = without(before, 'a-2');
    records.take({ before, after, records: [record], closing: [], over: false });
    await clock.pass(299);
    expect(ledger.records).toEqual([]);
    await clock.pass(1);
    await records.settled();
    expect(summary()).toEqual([['a-2', null]]);
  });

  it('keeps later ones behind it, and the journal does not wait for them', async () => {
    const before = talking('a');
    const records = recordsOf('a');
    const first = without(before, 'a-2');
    records.take({ before, after: first.after, records: [first.record], closing: [], over: false });
    // A third leg begins meanwhile: killed now, it must not be forgotten.
    const third = { ...first.after, legs: { ...first.after.legs, 'a-3': leg('a-3') } };
    records.take({ before: first.after, after: third, ...nothing });
    expect(closedByRestart()).toEqual(['leg a-1', 'leg a-2', 'leg a-3', 'call a']);
    const second = without(third, 'a-3');
    records.take({ before: third, after: second.after, records: [second.record], closing: [], over: false });
    asked.get('a-3')?.(null);
    await answered();
    expect(ledger.records).toEqual([]);
    asked.get('a-2')?.(counted);
    await records.settled();
    expect(summary()).toEqual([
      ['a-2', counted],
      ['a-3', null],
    ]);
  });

  it('that is the last one closes the call, which is journalled till then', async () => {
    const before = talking('a');
    const records = recordsOf('a');
    records.take({ before: null, after: before, ...nothing });
    const { after, record } = without(before, 'a-1');
    records.take({ before, after, records: [record], closing: [], over: true });
    expect(ledger.journalled).toHaveLength(1);
    asked.get('a-1')?.(counted);
    await records.settled();
    expect(ledger.journalled).toEqual([]);
    expect(records.settled()).toBeUndefined();
  });

  it('of a call that has become part of another comes before that call is closed', async () => {
    const [own, other] = [recordsOf('a'), recordsOf('b')];
    const before = talking('b');
    other.take({ before: null, after: before, ...nothing });
    const { after, record } = without(before, 'b-2');
    other.take({ before, after, records: [record], closing: [], over: false });
    own.follow(other);
    const joined = { ...talking('a'), legs: { 'a-1': callerLeg('a-1'), 'b-1': callerLeg('b-1') } };
    const [closes] = interruptedRecords({ ...before, legs: {} }, 1);
    if (closes === undefined) throw new Error('no record');
    own.take({ before: null, after: joined, records: [], closing: [closes], over: false });
    asked.get('b-2')?.(counted);
    await own.settled();
    expect(ledger.records.map(({ id }) => id)).toEqual(['b-2', 'b']);
    expect(ledger.journalled.map(({ callId }) => callId)).toEqual(['a']);
  });
});

it('without a media server everything is written at once', () => {
  const records = new CallRecords('a', { clock, ledger, media: { moves: null }, log, kept });
  const before = talking('a');
  const { after, record } = without(before, 'a-2');
  records.take({ before, after, records: [record], closing: [], over: false });
  expect(summary()).toEqual([['a-2', null]]);
  expect(records.settled()).toBeUndefined();
});
