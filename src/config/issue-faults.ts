import type { $ZodIssue, $ZodType } from 'zod/v4/core';
import type { KeyPath } from './fault.js';
import { accepts, isSecret, keySchemaAt, knownKeys, schemaAt } from './schema-shape.js';
import { didYouMean } from './suggest.js';

/** A fault that has no place yet. */
export interface Complaint {
  readonly path: KeyPath;
  readonly message: string;
  readonly remedy: string;
  readonly at: 'key' | 'value';
}

/** What zod found, in words for the person who wrote the file. `value` is what was checked. */
export function complaints(issues: readonly $ZodIssue[], schema: $ZodType, value: unknown): Complaint[] {
  return issues.flatMap((issue) => complaint(issue, schema, value));
}

function complaint(issue: $ZodIssue, schema: $ZodType, value: unknown): Complaint[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'there is no such setting',
      remedy: didYouMean(key, known, `remove it; known here: ${known.join(', ')}`),
      at: 'key',
    }));
  }
  if (issue.code === 'invalid_key') {
    const name = String(path.at(-1));
    const keys = keySchemaAt(schema, path.slice(0, -1));
    return [
      {
        path,
        message: `${JSON.stringify(name)} cannot be a name here`,
        remedy: keys === undefined ? 'choose another name' : `write ${accepts(keys)}`,
        at: 'key',
      },
    ];
  }
  const found = valueAt(value, path);
  const at = schemaAt(schema, path);
  const remedy = at === undefined ? 'see the comments of the shipped file' : `write ${accepts(at)}`;
  if (found === undefined) return [{ path, message: 'this setting is missing', remedy, at: 'value' }];
  if (issue.code === 'custom') return [{ path, message: issue.message, remedy, at: 'value' }];
  const shown = at !== undefined && isSecret(at) ? 'the value' : show(found);
  return [{ path, message: `${shown} is not accepted`, remedy, at: 'value' }];
}

/** The value at a path of plain JSON; undefined where there is none. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.hasOwn(current, step) ? Reflect.get(current, step) : undefined;
  }
  return current;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of settings';
  if (value === null) return 'an empty value';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
