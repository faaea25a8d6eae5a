import * as z from 'zod';
import type { Call } from '../call/call.js';

/** As much of a journalled call as its closing needs; a file may come from an older program. */
const instant = z.object({ utc: z.number(), mono: z.number() });
const schema = z.object({
  id: z.string(),
  startedAt: instant,
  answeredAt: instant.nullable(),
  phase: z.object({ name: z.string() }),
  legs: z.record(z.string(), z.object({ id: z.string(), state: z.string(), startedAt: instant })),
});

/** The call in a journal entry, or null when it is none that we understand. */
export function journalledCall(snapshot: unknown): Call | null {
  // The rest of the shape is what `Ledger.journal` was given by this program or an older one of it.
  return schema.safeParse(snapshot).success ? (snapshot as Call) : null;
}
