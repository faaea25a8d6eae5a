import { z } from 'zod';
import { auditSchema } from './recording-schemas.js';
import { callSchema, LEG_ROLES, milliseconds, text, time } from './schemas.js';

const LADDER_EVENTS = [
  'leg-started',
  'leg-ringing',
  'leg-answered',
  'leg-ended',
  'transfer-requested',
  'transfer-completed',
  'transfer-failed',
  'recording-started',
  'recording-ended',
  'audit',
] as const;

const laneSchema = z
  .object({
    id: text('`onekey` for the program, else the id of the leg', 'onekey'),
    role: z.enum([...LEG_ROLES, 'onekey']),
    member: text('Member whose agent this is').nullable(),
    agent: text('Who of the member it was').nullable(),
    number: text('Of a caller their own number, of others the one that was called').nullable(),
    startedAt: time('First moment; null for the program').nullable(),
    endedAt: time('Last moment; null for the program').nullable(),
  })
  .meta({ id: 'LadderLane', description: 'A life line of the ladder.' });

const eventSchema = z
  .object({
    at: time('When'),
    afterMs: milliseconds('From the start of the call'),
    kind: z.enum(LADDER_EVENTS),
    about: text('Id of the leg, transfer, recording or audit'),
    from: text('Lane that it comes from; null where nothing passed between two lanes').nullable(),
    to: text('Lane that it goes to').nullable(),
    message: text(
      'SIP message, as far as the ledger knows: INVITE, 18x, 200, CANCEL, BYE or a status',
      'BYE',
    ).nullable(),
    text: z.object({ zh: text('In Chinese'), en: text('In English') }),
  })
  .meta({ id: 'LadderEvent', description: 'One thing that happened to a call.' });

export const ladderSchema = z
  .object({
    callId: text('Id of the call'),
    call: callSchema.nullable().meta({ description: 'Null while the call is live' }),
    startedAt: time('Start of the call'),
    endedAt: time('End of the call; null while it is live').nullable(),
    lanes: z.array(laneSchema).meta({ description: 'The program first, then the legs by their start' }),
    events: z.array(eventSchema).meta({ description: 'In the order of time' }),
    audits: z
      .array(auditSchema)
      .meta({ description: 'What people did with the call and its recordings, in full' }),
  })
  .meta({ id: 'CallLadder', description: 'A call as its events, to be drawn as a SIP ladder.' });
