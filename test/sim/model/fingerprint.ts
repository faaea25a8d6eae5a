/** Which worlds are the same: a hash of 64 bits of all that steers them, and a table of those seen. */

export interface Print {
  readonly high: number;
  readonly low: number;
}

/** Fields that are only told, in messages or records: they never decide what happens next. */
const TOLD_ONLY: ReadonlySet<string> = new Set([
  'planVersion',
  'startedAt',
  'ringingAt',
  'requestedAt',
  'dialled',
  'callerNumber',
  'callerName',
  'visited',
  'carried',
  'numberDialled',
  'numberCalled',
  'agent',
  'sipCallId',
  'sipStatus',
  'peer',
  'trunk',
  'requestedTarget',
  'referredBy',
  'matter',
  'note',
  'trigger',
  'lastStatus',
  'lastCause',
  'end',
  'legsMade',
  'held',
  'contentType',
  'body',
]);

const strings = new Map<string, Print>();
const objects = new WeakMap<object, Print>();
const ENDED: Print = { high: 0x3c6ef372, low: 0x2545f491 };
const NULL: Print = { high: 0x1b873593, low: 0x7f4a7c15 };
const YES: Print = { high: 0x68e31da4, low: 0x5bd1e995 };
const NO: Print = { high: 0x4cf5ad43, low: 0x165667b1 };

function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  const g = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  return g ^ (g >>> 13);
}

function mixLow(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0xc2b2ae3d);
  const g = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return g ^ (g >>> 14);
}

function ofString(text: string): Print {
  const known = strings.get(text);
  if (known !== undefined) return known;
  let high = 0x811c9dc5;
  let low = 0x01000193 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    high = mix(high, text.charCodeAt(i));
    low = mixLow(low, text.charCodeAt(i));
  }
  const made = { high, low };
  strings.set(text, made);
  return made;
}

const names = new Map<string, Print | null>();

function nameOf(key: string): Print | null {
  const known = names.get(key);
  if (known !== undefined) return known;
  const made = TOLD_ONLY.has(key) ? null : ofString(key);
  names.set(key, made);
  return made;
}

/**
 * Of an object that is new in every world, so that remembering it would be in vain; its parts are remembered.
 * The order of keys does not matter.
 */
export function ofFresh(record: object): Print {
  const fields = record as Fields;
  let high = 0x03707344;
  let low = 0x299f31d0;
  for (const key in fields) {
    const name = nameOf(key);
    if (name === null) continue;
    const value = fields[key];
    const part = key === 'legs' ? ofFresh(value as object) : fingerprint(value);
    high = (high + mix(name.high, part.high)) | 0;
    low = (low + mixLow(name.low, part.low)) | 0;
  }
  return { high, low };
}

/** One fingerprint of several. */
export function joined(parts: readonly Print[]): Print {
  let high = 0x243f6a88;
  let low = 0x13198a2e;
  for (const part of parts) {
    high = mix(high, part.high);
    low = mixLow(low, part.low);
  }
  return { high, low };
}

/** Unchanged objects are remembered: worlds share them. */
export function fingerprint(value: unknown): Print {
  switch (typeof value) {
    case 'string':
      return ofString(value);
    case 'boolean':
      return value ? YES : NO;
    case 'number':
      return { high: mix(0x452821e6, value), low: mixLow(0x38d01377, value) };
    case 'object': {
      if (value === null) return NULL;
      const known = objects.get(value);
      if (known !== undefined) return known;
      const made = Array.isArray(value) ? joined(value.map(fingerprint)) : ofRecord(value as Fields);
      objects.set(value, made);
      return made;
    }
    default:
      throw new TypeError(`no fingerprint of a ${typeof value}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** A leg that is gone is a leg that is gone. */
function ofRecord(record: Fields): Print {
  return record.state === 'ended' ? ENDED : ofFresh(record);
}

/** A set of fingerprints, 8 bytes each. */
export class Seen {
  size = 0;
  private table = new Int32Array(2 << 16);

  /** False when it was there already. */
  add({ high, low }: Print): boolean {
    if (this.size * 4 > this.table.length) this.grow();
    if (!put(this.table, high, low === 0 ? 1 : low)) return false;
    this.size++;
    return true;
  }

  /** All of them, to be given to another thread. */
  prints(): Int32Array<ArrayBuffer> {
    const all = new Int32Array(this.size * 2);
    let next = 0;
    for (let i = 0; i < this.table.length; i += 2) {
      const low = this.table[i + 1] ?? 0;
      if (low === 0) continue;
      all[next] = this.table[i] ?? 0;
      all[next + 1] = low;
      next += 2;
    }
    return all;
  }

  /** Those that `prints` of another gave. */
  addAll(prints: Int32Array): void {
    for (let i = 0; i < prints.length; i += 2) this.add({ high: prints[i] ?? 0, low: prints[i + 1] ?? 0 });
  }

  private grow(): void {
    const old = this.table;
    const table = new Int32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      const low = old[i + 1] ?? 0;
      if (low !== 0) put(table, old[i] ?? 0, low);
    }
    this.table = table;
  }
}

/** Open addressing; pairs of high and low, low 0 means free. */
function put(table: Int32Array, high: number, low: number): boolean {
  const mask = table.length / 2 - 1;
  for (let at = (high ^ (low << 7)) & mask; ; at = (at + 1) & mask) {
    const there = table[at * 2 + 1];
    if (there === 0) {
      table[at * 2] = high;
      table[at * 2 + 1] = low;
      return true;
    }
    if (there === low && table[at * 2] === high) return false;
  }
}
