import type { KeyPath } from '../config/fault.js';
import type { KeyAction, KeyCodes, KeyReading } from './plan.js';

/** A code that an agent can press, and the setting that it comes from. */
export interface KeyCode {
  readonly code: string;
  readonly action: KeyAction;
  /** The setting, in the dial plan. */
  readonly path: KeyPath;
  /** What it does, for people. */
  readonly does: string;
}

/** Every code of a plan: those of the policies that are given, then each member's key, alone and to consult. */
export function keyCodesOf(keys: Iterable<string>, codes: Partial<KeyCodes>): KeyCode[] {
  const found: KeyCode[] = [];
  for (const kind of ['cancel', 'complete', 'toggle', 'conference'] as const) {
    const code = codes[kind];
    const path = ['policies', 'keyCodes', kind];
    if (code !== undefined) found.push({ code, action: { kind }, path, does: kind });
  }
  for (const address of keys) {
    const path = ['keys', address];
    const blind = { kind: 'transfer', mode: 'blind', address } as const;
    found.push({ code: address, action: blind, path, does: `transfer by key ${address}` });
    if (codes.consultPrefix === undefined) continue;
    const consult = { kind: 'transfer', mode: 'consult', address } as const;
    const code = codes.consultPrefix + address;
    found.push({ code, action: consult, path, does: `consult by key ${address}` });
  }
  return found;
}

/**
 * What agents' keys mean. `#` ends any code that has none at its end itself, so that nobody has to wait:
 * `*1#` is `*1` although there is `*17`.
 */
export class KeyTable {
  readonly #actions = new Map<string, KeyAction>();
  /** What longer codes begin with. */
  readonly #beginnings = new Set<string>();

  constructor(codes: Iterable<KeyCode>) {
    for (const { code, action } of codes) {
      this.#actions.set(code, action);
      for (let length = 1; length < code.length; length++) this.#beginnings.add(code.slice(0, length));
    }
  }

  read(keys: string): KeyReading {
    const ended = keys.endsWith('#') ? this.#actions.get(keys.slice(0, -1)) : undefined;
    return { action: this.#actions.get(keys) ?? ended ?? null, mayGrow: this.#beginnings.has(keys) };
  }
}
