import { expect } from 'vitest';
import type { Heard } from '../../media/harness/stage.js';
import type { Player } from './voice-stage.js';

/**
 * Share of the slots with audio in which a voice must be heard. A mixer that has no packet of it leaves it out, which on
 * a machine that runs other tests happens; the bench takes the real figure.
 */
const MOST = 0.5;

/** Who hears whom at the same time: of those who are named all of these, of the others nobody; and never anybody else. */
export function expectMixed(
  what: string,
  { reports }: Heard,
  wanted: Partial<Readonly<Record<Player, readonly Player[]>>>,
): void {
  const heard: Record<string, readonly string[]> = {};
  const all: Record<string, readonly string[]> = {};
  for (const [name, { slots }] of Object.entries(reports)) {
    const counts = new Map<string, number>();
    const audible = slots.filter((slot) => slot !== '').length;
    for (const voice of slots.flatMap((slot) => (slot === '' ? [] : slot.split('+'))))
      counts.set(voice, (counts.get(voice) ?? 0) + 1);
    // A packet in which a voice sets in or is cut off has more tones than one.
    counts.delete('other');
    heard[name] = [...counts.keys()].sort();
    all[name] = [...(wanted[name as Player] ?? [])].sort();
    for (const voice of wanted[name as Player] ?? [])
      expect((counts.get(voice) ?? 0) / audible, `${what}: ${name} hears ${voice}`).toBeGreaterThan(MOST);
  }
  expect(heard, what).toEqual(all);
}
