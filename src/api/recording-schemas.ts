import { z } from 'zod';
import {
  callSchema,
  count,
  LEG_ROLES,
  legSchema,
  milliseconds,
  seq,
  text,
  time,
  transferSchema,
} from './schemas.js';

export const RECORDING_OUTCOMES = ['kept', 'empty', 'failed'] as const;
const RECORDING_TRIGGERS = ['policy', 'request'] as const;
export const RECORDING_ENDS = ['call', 'request', 'policy', 'no-space', 'crash'] as const;
export const AUDIT_ACTIONS = [
  'recording-started',
  'recording-stopped',
  'recording-linked',
  'recording-played',
  'recording-deleted',
  'agent-state',
  'called-back',
  'call-back-failed',
  'note-written',
  'exported',
  'number-shown',
  'logged-in',
  'logged-out',
  'login-refused',
  'refused',
  'account-added',
  'account-changed',
  'password-changed',
  'token-added',
  'token-rotated',
  'token-revoked',
  'ledger-taken-over',
  'monitor-started',
  'monitor-changed',
  'monitor-stopped',
  'month-deleted',
  'hold-added',
  'hold-released',
  'month-closed',
  'month-opened',
  'erased',
  'report-erased',
] as const;

const voiceSchema = z
  .object({
    channel: z.enum(['left', 'right']).meta({ description: 'Left the caller, right whom they talked with' }),
    leg: text('Leg'),
    role: z.enum(LEG_ROLES),
    member: text('Member whose agent this is; null for a caller', 'city-12345').nullable(),
    fromAt: time('From'),
    toAt: time('To'),
  })
  .meta({ id: 'RecordedVoice' });

export const recordingSchema = z
  .object({
    kind: z.literal('recording'),
    id: text('Id of the recording'),
    seq,
    callId: text('Call that was recorded'),
    startedAt: time('Begin; also of the audio'),
    endedAt: time('End'),
    durationMs: milliseconds('Length of the audio; null without a file').nullable(),
    trigger: z.enum(RECORDING_TRIGGERS).meta({ description: 'The dial plan, or somebody who asked for it' }),
    requestedBy: text('Who asked for it').nullable(),
    outcome: z
      .enum(RECORDING_OUTCOMES)
      .meta({ description: '`empty`: nobody sent audio; `failed`: see cause, the call went on' }),
    endedBy: z.enum(RECORDING_ENDS).meta({
      description:
        '`policy`: the caller was moved to a member that must not be recorded; `no-space`: the disk was nearly full',
    }),
    cause: text('Why there is no file, or not all of it', 'no-space').nullable(),
    announcedAt: time('When the caller was told; null when not').nullable(),
    file: text(
      'Path within the folder of recordings; the file goes when its time is over, this stays',
    ).nullable(),
    format: text('Media type', 'audio/wav; rate=8000; channels=2').nullable(),
    bytes: count('Size of the file').nullable(),
    sha256: text('Of the file, hexadecimal').nullable(),
    voices: z.array(voiceSchema).meta({ description: 'Who is on which channel from when to when' }),
  })
  .meta({ id: 'Recording', description: 'A stretch of a call that was recorded, or should have been.' });

export const auditSchema = z
  .object({
    kind: z.literal('audit'),
    id: text('Id of the entry'),
    seq,
    doneAt: time('When'),
    actor: text('Name of the token; `onekey` where the program did it by itself', 'ops-room'),
    action: z.enum(AUDIT_ACTIONS),
    subject: text('Id of the recording or call'),
    callId: text('Call').nullable(),
    detail: text('Address that it was asked from, or why').nullable(),
  })
  .meta({ id: 'Audit', description: 'Who did what with recordings, agents and calls, and who listened.' });

export const storySchema = z
  .object({
    call: callSchema.nullable().meta({ description: 'Null while the call is live' }),
    legs: z.array(legSchema),
    transfers: z.array(transferSchema),
    recordings: z.array(recordingSchema),
  })
  .meta({ id: 'CallStory', description: 'A call with its legs, transfers and recordings, oldest first.' });
