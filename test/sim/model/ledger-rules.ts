/** Promise 4: each leg, transfer and call has one record, and it says what was seen on the wire. */
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { demand, legOf, patchCall, patchLeg, Violation, type Wire } from './wire.js';

export type Outcome = 'completed' | 'failed' | 'abandoned' | 'refused' | 'interrupted';

type RecordOf<K extends LedgerRecord['kind']> = Extract<LedgerRecord, { kind: K }>;

export function applyRecord(wire: Wire, record: LedgerRecord): void {
  if (record.kind === 'call') callWritten(wire, record);
  else if (record.kind === 'audit') noteWritten(wire, record);
  else if (record.kind === 'transfer') transferWritten(wire, record);
  else {
    const leg = legOf(wire, record.id);
    demand(leg.state === 'over', `the record of leg ${record.id} is written when the leg is over`);
    demand(leg.records === 0, `leg ${record.id} has two records`);
    demand(record.callId === leg.call, `the record of leg ${record.id} names its call`);
    patchLeg(wire, record.id, { records: 1 });
  }
}

function callWritten(wire: Wire, record: RecordOf<'call'>): void {
  const call = wire.calls[record.id];
  demand(call?.records === 0, `call ${record.id} has one record`);
  demand(
    (record.answeredAt !== null) === call?.answered,
    `the record of call ${record.id} says whether its caller was answered`,
  );
  demand(
    call?.callBack !== true || call.answered || !record.missed,
    'a call back that reached nobody is no call that was missed',
  );
  patchCall(wire, record.id, { records: 1 });
}

/** How a call back came out is noted once. */
function noteWritten(wire: Wire, { action, callId, subject }: RecordOf<'audit'>): void {
  const call = wire.calls[callId ?? ''];
  if (callId === null || call === undefined) throw new Violation(`${action} is noted of no call`);
  demand(call.callBack && subject === 'm', `${action} is noted of ${subject}`);
  demand(call.noted === null, `${action} is noted after ${call.noted}`);
  demand(
    call.answered === (action === 'called-back'),
    `${action} is noted, but answered is ${call.answered}`,
  );
  patchCall(wire, callId, { noted: action });
}

function transferWritten(wire: Wire, record: RecordOf<'transfer'>): void {
  demand(wire.transfers[record.id] === undefined, `transfer ${record.id} has two records`);
  wire.transfers = { ...wire.transfers, [record.id]: record.outcome };
  if (record.outcome !== 'completed' || record.mode === 'alert') return;
  const { callId, transfereeLeg, targetLeg } = record;
  if (record.toMember !== record.fromMember)
    patchCall(wire, callId, { moves: (wire.calls[callId]?.moves ?? 0) + 1 });
  const target = targetLeg === null ? undefined : wire.legs[targetLeg];
  const transferee = wire.legs[transfereeLeg];
  // By what they were told, or by the media server that they send to.
  const told = target?.told?.from === transfereeLeg && transferee?.told?.from === targetLeg;
  const joined = target?.hears === transfereeLeg && transferee?.hears === targetLeg;
  demand(
    target?.state === 'up' && (told || joined),
    `transfer ${record.id} is recorded as completed, but caller and target do not know of each other`,
  );
}

/** What must hold when a call is over. Promise 3: no orphans; promise 4: one record each. */
export function checkEnd(wire: Wire, call: string, transfersAsked: number): void {
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (leg.call !== call) continue;
    demand(leg.state === 'over', `leg ${id} is still ${leg.state} after the call`);
    demand(leg.records === 1, `leg ${id} has ${leg.records} records`);
  }
  const { records, forgotten, endsTold, callBack, noted } = wire.calls[call] ?? {};
  demand(endsTold === 1, `watchers of call ${call} are told ${endsTold} times that it has ended`);
  demand(records === 1, `call ${call} has ${records} records`);
  demand(forgotten === true, 'the call is forgotten at its end');
  demand(callBack !== true || noted !== null, 'how a call back came out is not noted');
  const transfers = Object.keys(wire.transfers).filter((id) => id.startsWith(`${call}-`));
  demand(transfers.length === transfersAsked, 'each transfer asked for has a record');
  const left = Object.keys(wire.timers).filter((name) => name.startsWith(`${call} `));
  demand(left.length === 0, `timers left: ${left.join(', ')}`);
}
