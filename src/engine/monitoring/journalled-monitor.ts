import * as z from 'zod';
import type { Monitor } from '../../call/monitor.js';
import type { MediaAnchor } from '../../media/anchor.js';
import type { KeptLeg, Signalling } from '../signalling.js';

/** Grows when a program can no longer close what an older one wrote. */
const FORMAT = 1;

/** A listener in the journal, with what is needed to let its phone go after a restart. */
export interface JournalledMonitor {
  readonly monitor: Monitor;
  readonly kept: { readonly format: typeof FORMAT; readonly leg: KeptLeg | null; readonly media: unknown };
}

const instant = z.object({ utc: z.number(), mono: z.number() });
const schema = z.object({
  monitor: z.object({
    id: z.string(),
    callId: z.string(),
    listener: z.string(),
    leg: z.object({ id: z.string(), state: z.string(), startedAt: instant, answeredAt: instant.nullable() }),
  }),
  kept: z.object({
    format: z.literal(FORMAT),
    leg: z
      .object({
        dialogId: z.string(),
        direction: z.enum(['in', 'out']),
        localTag: z.string().nullable(),
        remoteTag: z.string().nullable(),
        answered: z.boolean(),
        uuid: z.string().nullable(),
      })
      .nullable(),
    media: z.unknown(),
  }),
});

export function journalledMonitor(
  monitor: Monitor,
  signalling: Pick<Signalling, 'kept'>,
  media: Pick<MediaAnchor, 'kept'>,
): JournalledMonitor {
  const kept = {
    format: FORMAT,
    leg: signalling.kept(monitor.leg.id),
    media: media.kept(monitor.id),
  } as const;
  return { monitor, kept };
}

/** The listener in a journal entry; null when it is none, or none that we understand. */
export function formerMonitor(snapshot: unknown): JournalledMonitor | null {
  // The rest of the shape is what `Ledger.journal` was given.
  return schema.safeParse(snapshot).success ? (snapshot as JournalledMonitor) : null;
}
