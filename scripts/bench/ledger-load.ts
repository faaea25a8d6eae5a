import type { Ledger } from '../../src/ledger/ledger.js';
import type { Group } from './ledger-years/call-draft.js';
import { makeCall, type Surroundings } from './ledger-years/calls.js';
import type { Dice } from './ledger-years/dice.js';

/** A ledger that is written while others read it. */
export interface Load {
  /** Records that were given to it so far. */
  readonly records: number;
  /** Calls that were begun so far. */
  readonly calls: number;
  stop(): Promise<void>;
}

const TICK_MS = 20;
/** States of a call that are journalled before it ends: called, ringing, answered, and once more. */
const STEPS = 4;
/** About what the engine keeps of a call of two legs, characters. */
const SNAPSHOT = 'x'.repeat(2500);

/** So many whole calls a second, journalled and recorded as the engine does. */
export function startLoad(ledger: Ledger, dice: Dice, surroundings: Surroundings, perSecond: number): Load {
  const { desks } = surroundings.alliance;
  const began = performance.now();
  let calls = 0;
  let records = 0;
  const one = (): void => {
    const visit = { desks: dice.one(desks), startedAt: Date.now() - 180_000, press: 1 };
    const groups = makeCall(visit, dice, surroundings);
    const id = callOf(groups);
    for (let step = 0; step < STEPS; step++) ledger.journal(id, { step, state: SNAPSHOT });
    for (const [index, group] of groups.entries()) {
      records += group.records.length;
      ledger.append(group.records, index === groups.length - 1 ? id : undefined);
    }
    calls += 1;
  };
  const writing = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * perSecond;
    while (calls < due) one();
  }, TICK_MS);
  return {
    get calls() {
      return calls;
    },
    get records() {
      return records;
    },
    async stop() {
      clearInterval(writing);
      await ledger.flush();
    },
  };
}

function callOf(groups: readonly Group[]): string {
  for (const { records } of groups)
    for (const record of records) if (record.kind === 'call') return record.id;
  throw new Error('a call without its record was made up');
}
