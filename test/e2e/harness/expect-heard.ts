import { expect } from 'vitest';
import { expectHearing } from '../../media/harness/expect-hearing.js';
import type { Heard } from '../../media/harness/stage.js';
import type { Player, VoiceStage } from './voice-stage.js';

/** What the product promises: no party waits in silence for longer. Pauses in a spoken prompt count as well. */
const silenceMs = 200;

/** Hold what was heard against what should have been; see `expectHearing`. */
export function expectHeard(
  what: string,
  heard: Heard,
  wanted: Readonly<Record<Player, string>>,
  seamless: readonly Player[],
): void {
  expectHearing(what, heard, wanted, seamless, silenceMs);
}

/** The promise of anchored media: since its call was answered the caller's phone was told nothing. */
export function expectUntouched(stage: VoiceStage): void {
  const { sessionChanges, voice } = stage.phone('caller');
  expect(sessionChanges, 're-INVITEs and UPDATEs to the caller').toEqual([]);
  expect(voice.sources.size, 'places that the caller got audio from').toBe(1);
}
