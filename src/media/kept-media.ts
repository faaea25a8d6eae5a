import * as z from 'zod';
import type { Ear } from './ear.js';
import type { SessionSnapshot } from './rtpengine/session-snapshot.js';

/** What is kept of the media of a call, to go on with it after a restart of this program. */
export interface KeptMedia {
  readonly engine: string;
  readonly session: SessionSnapshot;
  /** Legs that hold. */
  readonly holding: readonly string[];
  /** What a listener has to do with it; left out where there is none. */
  readonly listening?: Ear['kept'] | undefined;
}

/** As far as it is looked at when it is read. */
export const keptMedia = z.object({
  engine: z.string(),
  session: z.object({ callId: z.string(), parkings: z.number(), used: z.array(z.string()) }),
  holding: z.array(z.string()),
  listening: z
    .object({
      taps: z.array(z.string()),
      apart: z.object({ caller: z.string(), agent: z.string() }).nullable(),
    })
    .optional(),
});
