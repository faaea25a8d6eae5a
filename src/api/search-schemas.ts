import { z } from 'zod';
import { matter, seq, text, time } from './schemas.js';

/* What the API answers of notes; see schemas.ts. */

export const hitSchema = z
  .object({
    seq,
    of: z.enum(['transfer', 'call']).meta({
      description:
        '`transfer`: for whoever goes on with the call; `call`: written after it, the last one counts',
    }),
    id: text('Id of the transfer, or of the audit entry that has the note'),
    callId: text('Id of the call').nullable(),
    writtenAt: time('When it was written'),
    writtenBy: text('Who wrote it; null for a transfer').nullable(),
    fromMember: text('Member that transferred').nullable(),
    toMember: text('Member asked for').nullable(),
    matter,
    note: text('All of it'),
    snippet: z
      .array(z.object({ text: z.string(), hit: z.boolean() }))
      .meta({ description: 'The part around the first thing that was looked for; `hit` where it is' }),
  })
  .meta({ id: 'NoteHit', description: 'A note that has what was looked for.' });
