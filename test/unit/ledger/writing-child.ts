/**
 * A program that writes a ledger for as long as it lives, and says on its output what the ledger has
 * confirmed. Arguments: data folder, name of this life.
 */
import { writeSync } from 'node:fs';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { callRecord, legRecord } from './records.js';

const [dir = '', life = ''] = process.argv.slice(2);

function say(message: object): void {
  // Not process.stdout: what is said must have left the process before it is killed.
  writeSync(1, `${JSON.stringify(message)}\n`);
}

process.on('SIGXFSZ', () => undefined); // A write beyond the limit fails then, instead of ending the process.

const opened = openLedger({ dir, commitMs: 1, onTrouble: (trouble) => say({ trouble: trouble.kind }) });
if (!opened.ok) throw new Error(opened.fault.message);
const { ledger } = opened;
const left = ledger.leftOpen().map(({ callId, snapshot }) => ({ callId, snapshot }));
ledger.append(
  left.map(({ callId }) => callRecord(callId, { outcome: 'interrupted' })),
  undefined,
);
for (const { callId } of left) ledger.append([], callId);
say({ left });

for (let n = 1; ; n += 1) {
  const callId = `${life}-${n}`;
  ledger.journal(callId, { step: 1 });
  ledger.append([legRecord(`${callId}-a`, { callId })]);
  ledger.journal(callId, { step: 2 });
  if (n % 3 !== 0) ledger.append([legRecord(`${callId}-b`, { callId }), callRecord(callId)], callId);
  if (n % 2 === 0) {
    const done = await ledger.flush().then(
      () => true,
      () => false,
    );
    if (done) say({ confirmed: n });
  }
}
