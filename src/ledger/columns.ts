import type {
  AuditRecord,
  CallRecord,
  LedgerRecord,
  LegRecord,
  MediaFigures,
  RecordedVoice,
  RecordingRecord,
  TransferRecord,
} from './records.js';

/** What a column of the ledger can hold. Booleans are stored as 0 and 1. */
export type ColumnValue = string | number | null;
/** A record as its row: column name to value. */
export type Row = Readonly<Record<string, ColumnValue>>;
export type RecordKind = LedgerRecord['kind'];

type ColumnType = 'TEXT' | 'INTEGER' | 'REAL';
type Flat = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A leg's media figures as four columns; all null when there are none. */
interface FlatMedia {
  readonly mediaPacketsReceived: number | null;
  readonly mediaPacketsSent: number | null;
  readonly mediaPacketsLost: number | null;
  readonly mediaJitterMs: number | null;
}
type FlatLeg = Omit<LegRecord, 'kind' | 'media'> & FlatMedia;

/*
 * One entry for each field, so the compiler tells when a record gains a field that has no column.
 * The order is the order of the canonical form (chain.ts): renaming a column or moving one changes every
 * hash, so neither may be done. New ones come last and are named in ADDED, with a new version of the tables (schema.ts).
 */
const CALL_FIELDS: Readonly<Record<Exclude<keyof CallRecord, 'kind'>, ColumnType>> = {
  id: 'TEXT',
  callerNumber: 'TEXT',
  firstDialled: 'TEXT',
  firstMember: 'TEXT',
  lastMember: 'TEXT',
  trunk: 'TEXT',
  startedAt: 'INTEGER',
  answeredAt: 'INTEGER',
  endedAt: 'INTEGER',
  durationMs: 'REAL',
  waitMs: 'REAL',
  outcome: 'TEXT',
  missed: 'INTEGER',
  endedBy: 'TEXT',
  cause: 'TEXT',
  legs: 'INTEGER',
  transfers: 'INTEGER',
  planVersion: 'TEXT',
  hops: 'INTEGER',
  heldMs: 'REAL',
  callBackOf: 'TEXT',
};

const LEG_FIELDS: Readonly<Record<keyof FlatLeg, ColumnType>> = {
  id: 'TEXT',
  callId: 'TEXT',
  role: 'TEXT',
  direction: 'TEXT',
  member: 'TEXT',
  trunk: 'TEXT',
  peer: 'TEXT',
  numberDialled: 'TEXT',
  numberCalled: 'TEXT',
  callerNumber: 'TEXT',
  sipCallId: 'TEXT',
  startedAt: 'INTEGER',
  ringingAt: 'INTEGER',
  answeredAt: 'INTEGER',
  endedAt: 'INTEGER',
  durationMs: 'REAL',
  talkMs: 'REAL',
  outcome: 'TEXT',
  endedBy: 'TEXT',
  sipStatus: 'INTEGER',
  reason: 'TEXT',
  transferId: 'TEXT',
  mediaPacketsReceived: 'INTEGER',
  mediaPacketsSent: 'INTEGER',
  mediaPacketsLost: 'INTEGER',
  mediaJitterMs: 'REAL',
  agent: 'TEXT',
};

const TRANSFER_FIELDS: Readonly<Record<Exclude<keyof TransferRecord, 'kind'>, ColumnType>> = {
  id: 'TEXT',
  callId: 'TEXT',
  trigger: 'TEXT',
  mode: 'TEXT',
  fromMember: 'TEXT',
  toMember: 'TEXT',
  requestedTarget: 'TEXT',
  transferorLeg: 'TEXT',
  transfereeLeg: 'TEXT',
  targetLeg: 'TEXT',
  requestedAt: 'INTEGER',
  answeredAt: 'INTEGER',
  completedAt: 'INTEGER',
  failedAt: 'INTEGER',
  switchMs: 'REAL',
  outcome: 'TEXT',
  cause: 'TEXT',
  sipStatus: 'INTEGER',
  matter: 'TEXT',
  note: 'TEXT',
};

const RECORDING_FIELDS: Readonly<Record<Exclude<keyof RecordingRecord, 'kind'>, ColumnType>> = {
  id: 'TEXT',
  callId: 'TEXT',
  startedAt: 'INTEGER',
  endedAt: 'INTEGER',
  durationMs: 'REAL',
  trigger: 'TEXT',
  requestedBy: 'TEXT',
  outcome: 'TEXT',
  endedBy: 'TEXT',
  cause: 'TEXT',
  announcedAt: 'INTEGER',
  file: 'TEXT',
  format: 'TEXT',
  bytes: 'INTEGER',
  sha256: 'TEXT',
  /** As JSON. */
  voices: 'TEXT',
};

const AUDIT_FIELDS: Readonly<Record<Exclude<keyof AuditRecord, 'kind'>, ColumnType>> = {
  id: 'TEXT',
  doneAt: 'INTEGER',
  actor: 'TEXT',
  action: 'TEXT',
  subject: 'TEXT',
  callId: 'TEXT',
  detail: 'TEXT',
};

/** Version of the tables that each kind came with. */
const FIRST: Readonly<Record<RecordKind, number>> = { call: 1, leg: 1, transfer: 1, recording: 3, audit: 3 };

/** Fields that came later than their kind, with the version that brought them. */
const ADDED: Readonly<Record<RecordKind, Readonly<Record<string, number>>>> = {
  call: { hops: 4, heldMs: 4, callBackOf: 6 },
  leg: { agent: 2 },
  transfer: { matter: 2, note: 2 },
  recording: {},
  audit: {},
};

/**
 * Fields that say who somebody is, or what may tell. The chain vouches for them by a commitment (seal.ts), so
 * that they can be erased; the others stay as they are for ever.
 */
const PERSONAL: Readonly<Record<RecordKind, readonly string[]>> = {
  call: ['callerNumber'],
  leg: ['peer', 'numberDialled', 'numberCalled', 'callerNumber', 'agent'],
  transfer: ['requestedTarget', 'note'],
  recording: [],
  audit: ['detail'],
};

/** One column: its name in the database, the field it holds and its type. */
export interface Column {
  readonly name: string;
  readonly field: string;
  readonly type: ColumnType;
  /** Version of the tables that it came with. */
  readonly since: number;
  readonly personal: boolean;
}

function columnsOf(kind: RecordKind, fields: Readonly<Record<string, ColumnType>>): readonly Column[] {
  return Object.entries(fields).map(([field, type]) => ({
    name: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    field,
    type,
    since: ADDED[kind][field] ?? FIRST[kind],
    personal: PERSONAL[kind].includes(field),
  }));
}

/** Where the records of a kind are. */
export interface Table {
  readonly table: string;
  readonly columns: readonly Column[];
  /** Version of the tables that it came with. */
  readonly since: number;
}

function tableOf(kind: RecordKind, table: string, fields: Readonly<Record<string, ColumnType>>): Table {
  return { table, columns: columnsOf(kind, fields), since: FIRST[kind] };
}

/** Table and columns of each kind of record, without `seq`, which every table has as its key. */
export const TABLES: Readonly<Record<RecordKind, Table>> = {
  call: tableOf('call', 'calls', CALL_FIELDS),
  leg: tableOf('leg', 'legs', LEG_FIELDS),
  transfer: tableOf('transfer', 'transfers', TRANSFER_FIELDS),
  recording: tableOf('recording', 'recordings', RECORDING_FIELDS),
  audit: tableOf('audit', 'audits', AUDIT_FIELDS),
};

/** All kinds, in a fixed order. */
export const RECORD_KINDS: readonly RecordKind[] = ['call', 'leg', 'transfer', 'recording', 'audit'];

/**
 * A record as the row that will be stored. Values that a database cannot give back as they were are
 * made so here, before the hash is taken: NaN and infinities become null, lone surrogates U+FFFD.
 */
export function toRow(record: LedgerRecord): Row {
  const flat = flattened(record);
  const row: Record<string, ColumnValue> = {};
  for (const { name, field } of TABLES[record.kind].columns) row[name] = storable(flat[field]);
  return row;
}

/**
 * The record that a row holds. The row comes from our own tables; what the chain vouches for is not
 * checked a second time here.
 */
export function fromRow(kind: RecordKind, row: Row): LedgerRecord {
  const fields: Record<string, ColumnValue | boolean | MediaFigures | readonly RecordedVoice[]> = { kind };
  for (const { name, field } of TABLES[kind].columns) fields[field] = row[name] ?? null;
  if (kind === 'call') fields.missed = fields.missed === 1;
  if (kind === 'recording') fields.voices = voicesOf(row.voices ?? null);
  if (kind === 'leg') {
    fields.media = mediaOf(fields as unknown as FlatMedia);
    for (const field of MEDIA_FIELDS) delete fields[field];
  }
  return fields as unknown as LedgerRecord;
}

const MEDIA_FIELDS = [
  'mediaPacketsReceived',
  'mediaPacketsSent',
  'mediaPacketsLost',
  'mediaJitterMs',
] as const;

function mediaOf(flat: FlatMedia): MediaFigures | null {
  if (flat.mediaPacketsReceived === null) return null;
  return {
    packetsReceived: flat.mediaPacketsReceived,
    packetsSent: flat.mediaPacketsSent,
    packetsLost: flat.mediaPacketsLost,
    jitterMs: flat.mediaJitterMs,
  };
}

/** Voices as they were written; none where somebody has changed the column to what is no list. */
function voicesOf(text: ColumnValue): readonly RecordedVoice[] {
  try {
    const voices: unknown = JSON.parse(String(text));
    return Array.isArray(voices) ? voices : [];
  } catch {
    return [];
  }
}

function flattened(record: LedgerRecord): Flat {
  if (record.kind === 'leg') return flattenLeg(record);
  if (record.kind === 'recording') return { ...record, voices: JSON.stringify(record.voices) };
  return { ...record };
}

function flattenLeg(record: LegRecord): Flat {
  const { media, ...rest } = record;
  return {
    ...rest,
    mediaPacketsReceived: media?.packetsReceived ?? null,
    mediaPacketsSent: media?.packetsSent ?? null,
    mediaPacketsLost: media?.packetsLost ?? null,
    mediaJitterMs: media?.jitterMs ?? null,
  };
}

function storable(value: string | number | boolean | null | undefined): ColumnValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return /[\uD800-\uDFFF]/.test(value) ? Buffer.from(value, 'utf8').toString('utf8') : value;
}
