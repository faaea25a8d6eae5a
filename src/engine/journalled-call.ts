import * as z from 'zod';
import type { Call, LegId } from '../call/call.js';
import type { MediaAnchor } from '../media/anchor.js';
import type { KeptLeg, Signalling } from './signalling.js';

/** Grows when a program can no longer go on with what an older one wrote. */
const FORMAT = 1;

/** What is journalled beside a call: what signalling and media need to go on with it after a restart. */
export interface KeptCall {
  readonly format: typeof FORMAT;
  readonly legs: Readonly<Record<LegId, KeptLeg>>;
  /** As the media anchor gave it. */
  readonly media: unknown;
  /** What an agent has found out that the caller speaks; null: nobody has. */
  readonly language: string | null;
}

/** A call as it was journalled; `kept` null: it can only be closed. */
export interface FormerCall {
  readonly call: Call;
  readonly kept: KeptCall | null;
}

/** As much of a journalled call as its closing needs; a file may come from an older program. */
const instant = z.object({ utc: z.number(), mono: z.number() });
const schema = z.object({
  id: z.string(),
  startedAt: instant,
  answeredAt: instant.nullable(),
  phase: z.object({ name: z.string() }),
  legs: z.record(z.string(), z.object({ id: z.string(), state: z.string(), startedAt: instant })),
});
const leg = z.object({
  dialogId: z.string(),
  direction: z.enum(['in', 'out']),
  localTag: z.string().nullable(),
  remoteTag: z.string().nullable(),
  answered: z.boolean(),
  uuid: z.string().nullable(),
});
const kept = z.object({
  kept: z.object({
    format: z.literal(FORMAT),
    legs: z.record(z.string(), leg),
    media: z.unknown(),
    // Older programs did not keep it.
    language: z.string().nullable().default(null),
  }),
});

/** What must be journalled beside this call now. */
export function keptCall(
  call: Call,
  signalling: Pick<Signalling, 'kept'>,
  media: Pick<MediaAnchor, 'kept'>,
  language: string | null,
): KeptCall {
  const legs: Record<LegId, KeptLeg> = {};
  for (const { id, state } of Object.values(call.legs)) {
    const known = state === 'ended' ? null : signalling.kept(id);
    if (known !== null) legs[id] = known;
  }
  return { format: FORMAT, legs, media: media.kept(call.id), language };
}

/** The call in a journal entry, or null when it is none that we understand. */
export function journalledCall(snapshot: unknown): FormerCall | null {
  if (!schema.safeParse(snapshot).success) return null;
  const beside = kept.safeParse(snapshot);
  // The rest of the shape is what `Ledger.journal` was given by this program or an older one of it.
  // Programs that knew no call backs wrote none.
  const call = { callBack: null, ...(snapshot as object) } as Call;
  return { call, kept: beside.success ? beside.data.kept : null };
}
