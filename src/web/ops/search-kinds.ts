/** What can be searched, by which filters, and which columns the results have. */
import { ops } from './ops.js';
import type { Call, Leg, NoteHit, Transfer } from './server/shapes.js';
import { asDuration, asMoment } from './times.js';
import { causeInWords, wordOf, words } from './words/words.js';
import type { Words } from './words/zh.js';

export type Kind = keyof Words['search']['kinds'];
export type Row = Call | Leg | Transfer | NoteHit;
type Label = Exclude<keyof Words['search'], 'kinds'>;

export type Field =
  | { readonly key: string; readonly label: Label; readonly type: 'member' | 'text' | 'number' | 'time' }
  | {
      readonly key: string;
      readonly label: Label;
      readonly type: 'choice';
      readonly words: 'outcomes' | 'roles' | 'modes';
      readonly options: readonly string[];
    };

const choice = (
  key: 'outcome' | 'role' | 'mode',
  list: 'outcomes' | 'roles' | 'modes',
  options: readonly string[],
): Field => ({ key, label: key, type: 'choice', words: list, options });
const member = (key: string, label: Label = 'member'): Field => ({ key, label, type: 'member' });
const textField = (key: Label): Field => ({ key, label: key, type: 'text' });
const numberField = (key: Label): Field => ({ key, label: key, type: 'number' });
const times: readonly Field[] = [
  { key: 'from', label: 'from', type: 'time' },
  { key: 'to', label: 'to', type: 'time' },
];

/** Filters as the API names them. */
export const FIELDS: Readonly<Record<Kind, readonly Field[]>> = {
  calls: [
    ...times,
    member('member'),
    textField('caller'),
    choice('outcome', 'outcomes', [
      'answered',
      'missed',
      'abandoned',
      'refused',
      'not-reached',
      'interrupted',
    ]),
    textField('agent'),
    member('fromMember', 'fromMember'),
    member('toMember', 'toMember'),
    textField('matter'),
    textField('cause'),
    numberField('minWait'),
    numberField('minDuration'),
  ],
  legs: [
    ...times,
    member('member'),
    textField('caller'),
    choice('role', 'roles', ['caller', 'agent', 'target', 'monitor']),
    choice('outcome', 'outcomes', [
      'answered',
      'rejected',
      'unanswered',
      'cancelled',
      'unreachable',
      'interrupted',
    ]),
    textField('agent'),
    numberField('sipStatus'),
    numberField('minDuration'),
  ],
  transfers: [
    ...times,
    member('fromMember', 'fromMember'),
    member('toMember', 'toMember'),
    choice('outcome', 'outcomes', ['completed', 'failed', 'refused', 'abandoned', 'interrupted']),
    choice('mode', 'modes', ['blind', 'consult', 'conference', 'alert']),
    textField('matter'),
    textField('cause'),
    textField('caller'),
    numberField('minSwitch'),
  ],
  notes: [textField('q'), ...times],
};

export const PATHS: Readonly<Record<Kind, string>> = {
  calls: '/v1/calls',
  legs: '/v1/legs',
  transfers: '/v1/transfers',
  notes: '/v1/search',
};

/** A kind as an address names it; calls when it names none. */
export function kindOf(text: string | undefined): Kind {
  return text === 'legs' || text === 'transfers' || text === 'notes' ? text : 'calls';
}

/** Values of a form as the API takes them: times of the browser's time zone become UTC. */
export function asQuery(
  kind: Kind,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const query: Record<string, string> = {};
  for (const { key, type } of FIELDS[kind]) {
    const value = values[key]?.trim() ?? '';
    if (value === '') continue;
    const time = type === 'time' ? new Date(value) : null;
    if (time === null) query[key] = value;
    else if (!Number.isNaN(time.getTime())) query[key] = time.toISOString();
  }
  return query;
}

/** The form of a kind: values of another form where they fit, else empty. */
export function valuesFor(kind: Kind, values: Readonly<Record<string, string>>): Record<string, string> {
  const fitting = (field: Field): string => {
    const value = values[field.key] ?? '';
    return field.type === 'choice' && !field.options.includes(value) ? '' : value;
  };
  return Object.fromEntries(FIELDS[kind].map((field) => [field.key, fitting(field)]));
}

export interface Column {
  readonly key: keyof Words['columns'];
  readonly number?: boolean;
  readonly text: string;
}

/** The cells of a row, in the language of the page. */
export function cellsOf(row: Row): readonly Column[] {
  if (!('kind' in row)) return noteCells(row);
  switch (row.kind) {
    case 'call':
      return callCells(row);
    case 'leg':
      return legCells(row);
    case 'transfer':
      return transferCells(row);
  }
}

function callCells(call: Call): readonly Column[] {
  return [
    { key: 'startedAt', text: asMoment(call.startedAt) },
    { key: 'callerNumber', text: call.callerNumber ?? words.value.story.withheld },
    { key: 'firstMember', text: ops.memberName(call.firstMember) },
    { key: 'lastMember', text: ops.memberName(call.lastMember) },
    { key: 'waitMs', text: asDuration(call.waitMs), number: true },
    { key: 'durationMs', text: asDuration(call.durationMs), number: true },
    { key: 'hops', text: String(call.hops ?? '—'), number: true },
    { key: 'outcome', text: wordOf(words.value.outcomes, call.outcome) },
    { key: 'cause', text: causeInWords(call.cause) },
  ];
}

function legCells(leg: Leg): readonly Column[] {
  return [
    { key: 'startedAt', text: asMoment(leg.startedAt) },
    { key: 'role', text: wordOf(words.value.roles, leg.role) },
    { key: 'member', text: ops.memberName(leg.member) },
    { key: 'agent', text: leg.agent ?? '—' },
    { key: 'callerNumber', text: leg.callerNumber ?? '—' },
    { key: 'numberCalled', text: leg.numberCalled },
    { key: 'talkMs', text: asDuration(leg.talkMs), number: true },
    { key: 'outcome', text: wordOf(words.value.outcomes, leg.outcome) },
    { key: 'sipStatus', text: String(leg.sipStatus ?? '—'), number: true },
    { key: 'endedBy', text: wordOf(words.value.endedBy, leg.endedBy) },
  ];
}

function transferCells(transfer: Transfer): readonly Column[] {
  const { switchMs } = transfer;
  return [
    { key: 'requestedAt', text: asMoment(transfer.requestedAt) },
    { key: 'fromMember', text: ops.memberName(transfer.fromMember) },
    { key: 'toMember', text: ops.memberName(transfer.toMember) },
    { key: 'mode', text: wordOf(words.value.modes, transfer.mode) },
    { key: 'outcome', text: wordOf(words.value.outcomes, transfer.outcome) },
    { key: 'cause', text: causeInWords(transfer.cause) },
    { key: 'switchMs', text: switchMs === null ? '—' : `${(switchMs / 1000).toFixed(1)} s`, number: true },
    { key: 'matter', text: ops.matterName(transfer.matter) },
    { key: 'note', text: transfer.note ?? '' },
  ];
}

function noteCells(hit: NoteHit): readonly Column[] {
  return [
    { key: 'writtenAt', text: asMoment(hit.writtenAt) },
    { key: 'writtenBy', text: hit.writtenBy ?? ops.memberName(hit.fromMember) },
    { key: 'toMember', text: ops.memberName(hit.toMember) },
    { key: 'matter', text: ops.matterName(hit.matter) },
    { key: 'note', text: hit.note },
  ];
}

/** The call that a row belongs to. */
export function callOf(row: Row): string | null {
  if ('kind' in row && row.kind === 'call') return row.id;
  return row.callId;
}
