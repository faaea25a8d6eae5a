/** The stories of the load, and how often each comes. */
import type { Scene } from './scene.js';
import { STORIES_OF_CALLS } from './stories-of-calls.js';
import { STORIES_OF_TRANSFERS } from './stories-of-transfers.js';

export interface Story {
  readonly weight: number;
  /** Takes longer than some seconds: timers of SIP must run out. */
  readonly slow?: boolean;
  play(scene: Scene): Promise<void>;
}

export type Stories = Readonly<Record<string, Story>>;

export const STORIES: Stories = { ...STORIES_OF_CALLS, ...STORIES_OF_TRANSFERS };

/** Names of so many stories: each at least once where there is room, the others by their weight. */
export function choose(count: number, slow: boolean, random: (below: number) => number): readonly string[] {
  const names = Object.entries(STORIES).filter(([, story]) => slow || story.slow !== true);
  const drawn = names.flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name));
  const chosen = [
    ...names.map(([name]) => name),
    ...Array.from({ length: count }, () => drawn[random(drawn.length)] ?? ''),
  ].slice(0, count);
  for (let at = chosen.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [chosen[at], chosen[other]] = [chosen[other] ?? '', chosen[at] ?? ''];
  }
  return chosen;
}
