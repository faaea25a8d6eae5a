/** Which columns the filters of listings look at. */
import type { RecordKind } from './columns.js';
import type { Filters, PageRequest } from './query.js';

/** A bound of a column: the value is in seconds, the column in milliseconds. */
export interface Bounded {
  readonly column: string;
  readonly sign: '>=' | '<=';
}

const DURATION = {
  minDuration: { column: 'duration_ms', sign: '>=' },
  maxDuration: { column: 'duration_ms', sign: '<=' },
} as const;

/** Fields that bound a column. */
export const BOUNDS = {
  call: {
    ...DURATION,
    minWait: { column: 'wait_ms', sign: '>=' },
    maxWait: { column: 'wait_ms', sign: '<=' },
  },
  leg: {
    ...DURATION,
    minTalk: { column: 'talk_ms', sign: '>=' },
    maxTalk: { column: 'talk_ms', sign: '<=' },
  },
  transfer: {
    minSwitch: { column: 'switch_ms', sign: '>=' },
    maxSwitch: { column: 'switch_ms', sign: '<=' },
  },
  recording: {},
  audit: {},
} as const satisfies Readonly<Record<RecordKind, Readonly<Record<string, Bounded>>>>;

/** Records of another kind in the same file that lead to those that are looked for. */
export interface Way {
  readonly kind: RecordKind;
  /** Column of theirs with the call, and column of ours that must be the same. */
  readonly theirs: string;
  readonly ours: string;
  /** Their column for each field of the filter. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Fields that look at records of another kind; all fields of one way must fit the same record. */
export const WAYS = {
  call: [
    { kind: 'leg', theirs: 'call_id', ours: 'id', fields: { agent: 'agent' } },
    {
      kind: 'transfer',
      theirs: 'call_id',
      ours: 'id',
      fields: { fromMember: 'from_member', toMember: 'to_member', matter: 'matter' },
    },
  ],
  leg: [],
  transfer: [
    {
      kind: 'call',
      theirs: 'id',
      ours: 'call_id',
      fields: { caller: 'caller_number', firstMember: 'first_member' },
    },
  ],
  recording: [],
  audit: [],
} as const satisfies Readonly<Record<RecordKind, readonly Way[]>>;

type WayField<K extends RecordKind> = (typeof WAYS)[K][number] extends infer W
  ? W extends { readonly fields: infer F }
    ? keyof F
    : never
  : never;
type OwnField<K extends RecordKind> = Exclude<
  keyof Filters[K],
  keyof PageRequest | keyof (typeof BOUNDS)[K] | WayField<K>
>;

/** Which columns a field of a filter looks at; a row fits when one of them does. */
export const FILTER_COLUMNS: {
  readonly [K in RecordKind]: Readonly<Record<OwnField<K>, readonly string[]>>;
} = {
  call: {
    firstMember: ['first_member'],
    lastMember: ['last_member'],
    firstDialled: ['first_dialled'],
    member: ['first_member', 'last_member'],
    caller: ['caller_number'],
    trunk: ['trunk'],
    outcome: ['outcome'],
    cause: ['cause'],
    endedBy: ['ended_by'],
    missed: ['missed'],
    callBackOf: ['call_back_of'],
  },
  leg: {
    callId: ['call_id'],
    member: ['member'],
    caller: ['caller_number'],
    trunk: ['trunk'],
    agent: ['agent'],
    role: ['role'],
    direction: ['direction'],
    outcome: ['outcome'],
    endedBy: ['ended_by'],
    sipStatus: ['sip_status'],
    sipCallId: ['sip_call_id'],
    transferId: ['transfer_id'],
  },
  transfer: {
    id: ['id'],
    callId: ['call_id'],
    member: ['from_member', 'to_member'],
    fromMember: ['from_member'],
    toMember: ['to_member'],
    trigger: ['trigger'],
    mode: ['mode'],
    outcome: ['outcome'],
    cause: ['cause'],
    matter: ['matter'],
  },
  recording: { id: ['id'], callId: ['call_id'], outcome: ['outcome'], requestedBy: ['requested_by'] },
  audit: { actor: ['actor'], action: ['action'], subject: ['subject'], callId: ['call_id'] },
};
