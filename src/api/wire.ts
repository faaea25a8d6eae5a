import { encodeCursor, type Page, type Stored } from '../ledger/query.js';

/** A time as the API writes it when the program has a number. */
type WireTime<T> = T extends number ? string : T;

/** A value as the API writes it: fields named `…At` are times. */
export type Wire<T> = T extends readonly (infer E)[]
  ? Wire<E>[]
  : T extends object
    ? { [K in keyof T]: K extends `${string}At` ? WireTime<T[K]> : Wire<T[K]> }
    : T;

/** UTC milliseconds as ISO 8601 with milliseconds, e.g. `2026-03-02T08:00:00.000Z`. */
export function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  // A ledger that somebody has changed may hold anything; show it rather than fail.
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}

/** A copy in which every number in a field named `…At` is an ISO 8601 time. */
export function toWire<T>(value: T): Wire<T> {
  return convert(value) as Wire<T>;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      typeof field === 'number' && key.endsWith('At') ? isoTime(field) : convert(field),
    ]),
  );
}

/** A page of the ledger as the API writes it. */
export interface WirePage<T> {
  readonly items: Wire<Stored<T>>[];
  readonly next: string | null;
  readonly searchedTo?: string;
}

export function pageOf<T>({ items, next, searchedTo }: Page<T>): WirePage<T> {
  return {
    items: items.map((item) => toWire(item)),
    next: next === null ? null : encodeCursor(next),
    ...(searchedTo === undefined ? {} : { searchedTo: isoTime(searchedTo) }),
  };
}
