import type { z } from 'zod';
import { auditQuery, callQuery, legQuery, recordingQuery, transferQuery } from '../../api/query-schemas.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import type { Cursor, Page, Stored } from '../../ledger/query.js';
import type {
  AuditRecord,
  CallRecord,
  LegRecord,
  RecordingRecord,
  TransferRecord,
} from '../../ledger/records.js';
import { localTime, seconds, shortened } from './text.js';

/** Columns of the terminal that a note gets in a table; `show` and --json have all of it. */
const NOTE_WIDTH = 30;

export type Cells = readonly (string | number | null)[];

/** How to list one kind of record. */
export interface Listing<T, Q> {
  readonly schema: z.ZodType<Q>;
  readonly heading: Cells;
  cells(record: Stored<T>): Cells;
  page(
    reader: LedgerReader,
    query: Q & { readonly limit: number; readonly cursor?: Cursor | undefined },
  ): Promise<Page<T>>;
}

export const calls: Listing<CallRecord, z.output<typeof callQuery>> = {
  schema: callQuery,
  heading: [
    'seq',
    'started',
    'caller',
    'dialled',
    'first',
    'last',
    'outcome',
    'cause',
    'wait',
    'length',
    'moves',
    'id',
  ],
  cells: (call) => [
    call.seq,
    localTime(call.startedAt),
    call.callerNumber,
    call.firstDialled,
    call.firstMember,
    call.lastMember,
    call.missed && call.outcome !== 'missed' ? `${call.outcome}, missed` : call.outcome,
    call.cause,
    seconds(call.waitMs),
    seconds(call.durationMs),
    call.transfers,
    call.id,
  ],
  page: (reader, query) => reader.calls(query),
};

export const legs: Listing<LegRecord, z.output<typeof legQuery>> = {
  schema: legQuery,
  heading: [
    'seq',
    'started',
    'role',
    'member',
    'agent',
    'number',
    'peer',
    'outcome',
    'sip',
    'ended by',
    'talk',
    'call',
    'id',
  ],
  cells: (leg) => [
    leg.seq,
    localTime(leg.startedAt),
    leg.role,
    leg.member,
    leg.agent,
    leg.role === 'caller' ? leg.callerNumber : leg.numberCalled,
    leg.peer,
    leg.outcome,
    leg.sipStatus,
    leg.endedBy,
    seconds(leg.talkMs),
    leg.callId,
    leg.id,
  ],
  page: (reader, query) => reader.legs(query),
};

export const transfers: Listing<TransferRecord, z.output<typeof transferQuery>> = {
  schema: transferQuery,
  heading: [
    'seq',
    'asked',
    'how',
    'from',
    'to',
    'target',
    'outcome',
    'cause',
    'sip',
    'switch',
    'matter',
    'note',
    'call',
    'id',
  ],
  cells: (transfer) => [
    transfer.seq,
    localTime(transfer.requestedAt),
    `${transfer.trigger} ${transfer.mode}`,
    transfer.fromMember,
    transfer.toMember,
    transfer.requestedTarget,
    transfer.outcome,
    transfer.cause,
    transfer.sipStatus,
    seconds(transfer.switchMs),
    transfer.matter,
    shortened(transfer.note, NOTE_WIDTH),
    transfer.callId,
    transfer.id,
  ],
  page: (reader, query) => reader.transfers(query),
};

export const recordings: Listing<RecordingRecord, z.output<typeof recordingQuery>> = {
  schema: recordingQuery,
  heading: ['seq', 'started', 'length', 'why', 'by', 'outcome', 'ended by', 'cause', 'file', 'call', 'id'],
  cells: (recording) => [
    recording.seq,
    localTime(recording.startedAt),
    seconds(recording.durationMs),
    recording.trigger,
    recording.requestedBy,
    recording.outcome,
    recording.endedBy,
    recording.cause,
    recording.file,
    recording.callId,
    recording.id,
  ],
  page: (reader, query) => reader.recordings(query),
};

export const audits: Listing<AuditRecord, z.output<typeof auditQuery>> = {
  schema: auditQuery,
  heading: ['seq', 'when', 'who', 'what', 'subject', 'detail', 'call'],
  cells: (audit) => [
    audit.seq,
    localTime(audit.doneAt),
    audit.actor,
    audit.action,
    audit.subject,
    audit.detail,
    audit.callId,
  ],
  page: (reader, query) => reader.audits(query),
};
