import * as z from 'zod';
import type { $ZodType, $ZodTypes } from 'zod/v4/core';
import type { KeyPath } from './fault.js';

/** Looking into a zod schema: which keys it knows, what a value must be, which settings it holds. */

/** The schema under defaults, optionals and transforms. */
export function innermost(schema: $ZodType): $ZodTypes {
  let current = schema as $ZodTypes;
  for (;;) {
    const def = current._zod.def;
    if (
      def.type === 'optional' ||
      def.type === 'default' ||
      def.type === 'prefault' ||
      def.type === 'nullable' ||
      def.type === 'readonly'
    ) {
      current = def.innerType as $ZodTypes;
    } else if (def.type === 'pipe') {
      current = def.in as $ZodTypes;
    } else {
      return current;
    }
  }
}

/** Of a union such as `off` or a group of settings, the group; else the schema under its wrappers. */
function groupIn(schema: $ZodType): $ZodTypes {
  const inner = innermost(schema);
  const def = inner._zod.def;
  if (def.type !== 'union') return inner;
  return def.options.map(innermost).find((option) => option._zod.def.type === 'object') ?? inner;
}

/** The schema of the value at a path, wrappers kept; undefined where the schema has nothing there. */
export function schemaAt(schema: $ZodType, path: KeyPath): $ZodType | undefined {
  let current: $ZodType | undefined = schema;
  for (const step of path) {
    if (current === undefined) return undefined;
    const def: $ZodTypes['_zod']['def'] = groupIn(current)._zod.def;
    if (def.type === 'object') current = def.shape[String(step)];
    else if (def.type === 'array') current = def.element;
    else if (def.type === 'record') current = def.valueType;
    else current = undefined;
  }
  return current;
}

/** Keys that the object at a path may have; none when it is no object with fixed keys. */
export function knownKeys(schema: $ZodType, path: KeyPath): readonly string[] {
  const at = schemaAt(schema, path);
  if (at === undefined) return [];
  const def = groupIn(at)._zod.def;
  return def.type === 'object' ? Object.keys(def.shape) : [];
}

/** The schema of the keys of a record at a path; undefined when there is no record. */
export function keySchemaAt(schema: $ZodType, path: KeyPath): $ZodType | undefined {
  const at = schemaAt(schema, path);
  const def = at === undefined ? undefined : innermost(at)._zod.def;
  return def?.type === 'record' ? def.keyType : undefined;
}

/** What may be written for a value, for people: `a whole number from 1 to 300`. */
export function accepts(schema: $ZodType): string {
  const own = metaOf(schema, 'accepts');
  if (typeof own === 'string') return own;
  const def = innermost(schema)._zod.def;
  switch (def.type) {
    case 'number': {
      const { min, max } = numberRange(schema);
      return min === undefined || max === undefined ? 'a number' : `a whole number from ${min} to ${max}`;
    }
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'enum':
      return `one of ${Object.values(def.entries).join(', ')}`;
    case 'array':
      return `a list, each item ${accepts(def.element)}`;
    case 'object':
      return `the settings ${Object.keys(def.shape).join(', ')}`;
    case 'record':
      return 'a list of names, each followed by a colon and its settings';
    default:
      return `a ${def.type}`;
  }
}

/** Bounds of a number, both inclusive; undefined where there are none. */
export function numberRange(schema: $ZodType): {
  readonly min: number | undefined;
  readonly max: number | undefined;
} {
  const inner = innermost(schema);
  if (!(inner instanceof z.ZodNumber)) return { min: undefined, max: undefined };
  return { min: inner.minValue ?? undefined, max: inner.maxValue ?? undefined };
}

/** True for a value that must not be shown, not even in a fault: marked with `.meta({ secret: true })`. */
export function isSecret(schema: $ZodType): boolean {
  return metaOf(schema, 'secret') === true;
}

/** What was noted with `.meta()` on the schema itself or on what it wraps. */
function metaOf(schema: $ZodType, key: string): unknown {
  for (let current: $ZodType | undefined = schema; current !== undefined; ) {
    const value = (current as z.ZodType).meta()?.[key];
    if (value !== undefined) return value;
    const def: $ZodTypes['_zod']['def'] = (current as $ZodTypes)._zod.def;
    current = 'innerType' in def ? def.innerType : undefined;
  }
  return undefined;
}

/** A single setting of a schema of nested objects. */
export interface Leaf {
  readonly path: readonly string[];
  readonly schema: $ZodType;
}

/** All settings, in the order of the schema. Lists are one setting. */
export function leaves(schema: $ZodType, path: readonly string[] = []): Leaf[] {
  const def = innermost(schema)._zod.def;
  if (def.type !== 'object') return [{ path, schema }];
  return Object.entries(def.shape).flatMap(([key, value]) => leaves(value, [...path, key]));
}
