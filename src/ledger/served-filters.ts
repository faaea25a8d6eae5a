import { withoutNeedlessScope } from './call-scope.js';
import type { RecordKind } from './columns.js';
import type { Filters, PageRequest } from './query.js';
import { USUAL } from './schema.js';

/** Fewer digits are the beginning of too many numbers; a number of a person has more. */
const LONG_PREFIX = 7;

const NOT_NARROWING: readonly (keyof PageRequest)[] = ['from', 'to', 'limit', 'cursor', 'order', 'scope'];

/** Fields with which few rows of a month fit, and an index leads to them, whatever else is asked for. */
const NARROW: Readonly<Record<RecordKind, ReadonlySet<string>>> = {
  call: new Set(['agent', 'matter', 'callBackOf']),
  leg: new Set(['callId', 'agent']),
  transfer: new Set(['id', 'callId', 'matter', 'cause']),
  recording: new Set(['id', 'callId']),
  audit: new Set(['subject', 'callId']),
};

/** Fields whose index has the rows in the order of time: alone they need no search. */
const ORDERED: Readonly<Record<RecordKind, ReadonlySet<string>>> = {
  call: new Set(['firstMember', 'lastMember', 'outcome', 'missed']),
  leg: new Set(['member', 'outcome']),
  transfer: new Set(['fromMember', 'toMember', 'outcome', 'mode']),
  recording: new Set(),
  audit: new Set(['actor', 'action']),
};

/** True for a field of calls whose index has what is asked for, and nothing that nearly every call has. */
function isRare(field: string, value: unknown): boolean {
  if (field === 'missed') return value === true;
  return (field === 'outcome' || field === 'cause') && value !== USUAL[field];
}

/** True when the beginning of a caller's number is asked for that few have. */
export function isLongPrefix(caller: unknown): boolean {
  return typeof caller === 'string' && caller.endsWith('*') && caller.length > LONG_PREFIX;
}

/**
 * True when indexes lead to what a filter asks for, so that a page comes at once. Others look through records in the
 * order of time until the page is full, which may take long where few fit.
 */
export function isServed<K extends RecordKind>(kind: K, filter: Filters[K]): boolean {
  const needed: object = withoutNeedlessScope(kind, filter);
  const given: Readonly<Record<string, unknown>> = { ...needed };
  const fields = Object.keys(given).filter(
    (field) => given[field] !== undefined && !NOT_NARROWING.some((name) => name === field),
  );
  if (fields.some((field) => NARROW[kind].has(field))) return true;
  const { caller, missed, mode, cause, scope } = given;
  if (typeof caller === 'string' && (!caller.endsWith('*') || isLongPrefix(caller))) return true;
  // Calls of some members are found by these; of all else it can only be looked up, one by one, whose it is.
  if (scope !== undefined) return kind === 'call' && fields.every((field) => isRare(field, given[field]));
  if (fields.length === 0) return true;
  if (kind === 'call' && cause !== undefined && cause !== USUAL.cause) return true;
  // Not many are missed, and most transfers are blind.
  if (missed === true || (mode !== undefined && mode !== 'blind')) return true;
  // Both are found in two indexes.
  if (kind === 'transfer' && fields.every((field) => field === 'fromMember' || field === 'toMember'))
    return true;
  return fields.length === 1 && fields.every((field) => ORDERED[kind].has(field) && given[field] !== false);
}
