import { z } from 'zod';
import { type Cursor, decodeCursor, PAGE_LIMIT } from '../ledger/query.js';
import { QUERY_LIMIT } from '../ledger/search/note-query.js';
import { SEARCH_LIMIT } from '../ledger/search/note-search.js';
import { parseTime } from './parse-time.js';
import { AUDIT_ACTIONS, RECORDING_OUTCOMES } from './recording-schemas.js';
import {
  CALL_OUTCOMES,
  DIRECTIONS,
  ENDED_BY,
  LEG_OUTCOMES,
  LEG_ROLES,
  MONITOR_MODES,
  TRANSFER_MODES,
  TRANSFER_OUTCOMES,
  TRANSFER_TRIGGERS,
} from './schemas.js';

const TIME_HINT =
  'expected an ISO 8601 time such as 2026-03-02T08:00:00Z, or a date such as 2026-03-02 (UTC)';

/** A name or number. */
export const word = (description: string) => z.string().min(1).max(200).meta({ description });

function time(description: string) {
  return z
    .string()
    .transform((text, context): number => {
      const value = parseTime(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: TIME_HINT });
      return z.NEVER;
    })
    .meta({ description, format: 'date-time', example: '2026-03-02T08:00:00Z' });
}

const cursor = z
  .string()
  .max(100)
  .transform((text, context): Cursor => {
    const value = decodeCursor(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'expected the "next" of an earlier page' });
    return z.NEVER;
  })
  .meta({ description: 'The `next` of the page before' });

const limit = wholeNumber(1, PAGE_LIMIT.max, `Page size, default ${PAGE_LIMIT.default}`);

/** A whole number as it stands in a query string. */
function wholeNumber(min: number, max: number, description: string) {
  return z
    .string()
    .transform((text, context): number => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: `expected a whole number from ${min} to ${max}` });
      return z.NEVER;
    })
    .meta({ description, type: 'integer', minimum: min, maximum: max });
}

const page = {
  from: time('At or after').optional(),
  to: time('Before').optional(),
  limit: limit.optional(),
  cursor: cursor.optional(),
  order: z.enum(['newest', 'oldest']).optional().meta({ description: 'Default newest first' }),
};
/** Seconds, with a fraction where somebody wants one. */
function seconds(description: string) {
  return z
    .string()
    .transform((text, context): number => {
      const value = /^\d{1,7}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
      if (!Number.isNaN(value)) return value;
      context.addIssue({ code: 'custom', message: 'expected seconds such as 90 or 1.5' });
      return z.NEVER;
    })
    .meta({ description: `${description}; seconds`, type: 'number', minimum: 0 })
    .optional();
}

const duration = { minDuration: seconds('Lasted at least'), maxDuration: seconds('Lasted at most') };
const caller = word('Caller’s number; a `*` at the end stands for any rest').optional();

export const callQuery = z.strictObject({
  ...page,
  member: word('Member first called, or the last that spoke with the caller').optional(),
  caller,
  trunk: word('Trunk').optional(),
  outcome: z.enum(CALL_OUTCOMES).optional(),
  cause: word('Cause').optional(),
  endedBy: z.enum(ENDED_BY).optional(),
  missed: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ description: 'Calls that somebody owes a call back, or the others' }),
  callBackOf: word('Calls by which the caller of this missed call was called back').optional(),
  firstMember: word('Member first called').optional(),
  lastMember: word('Member that spoke last with the caller').optional(),
  firstDialled: word('Number that the caller dialled').optional(),
  agent: word('Agent who was in the call, as the PBX told').optional(),
  fromMember: word('There was a transfer by this member').optional(),
  toMember: word('There was a transfer to this member').optional(),
  matter: word('There was a transfer with this matter').optional(),
  ...duration,
  minWait: seconds('Waited for the first answer at least'),
  maxWait: seconds('Waited for the first answer at most'),
});

export const legQuery = z.strictObject({
  ...page,
  callId: word('Call').optional(),
  member: word('Member').optional(),
  caller,
  trunk: word('Trunk').optional(),
  agent: word('Who of the member it was, as its PBX told').optional(),
  role: z.enum(LEG_ROLES).optional(),
  direction: z.enum(DIRECTIONS).optional(),
  outcome: z.enum(LEG_OUTCOMES).optional(),
  endedBy: z.enum(ENDED_BY).optional(),
  sipStatus: wholeNumber(100, 699, 'Final status of the INVITE').optional(),
  sipCallId: word('Call-ID header').optional(),
  transferId: word('Transfer that the leg was made for').optional(),
  ...duration,
  minTalk: seconds('Talked at least'),
  maxTalk: seconds('Talked at most'),
});

export const transferQuery = z.strictObject({
  ...page,
  id: word('Transfer').optional(),
  callId: word('Call').optional(),
  member: word('Member that transferred or was asked for').optional(),
  fromMember: word('Member that transferred').optional(),
  toMember: word('Member asked for').optional(),
  trigger: z.enum(TRANSFER_TRIGGERS).optional(),
  mode: z.enum(TRANSFER_MODES).optional(),
  outcome: z.enum(TRANSFER_OUTCOMES).optional(),
  cause: word('Cause').optional(),
  matter: word('Code of the matter').optional(),
  caller: word(
    'Number of the caller of a call that has ended; a `*` at the end stands for any rest',
  ).optional(),
  firstMember: word('Member that the caller of a call that has ended called first').optional(),
  minSwitch: seconds('From request to switch at least'),
  maxSwitch: seconds('From request to switch at most'),
});

export const recordingQuery = z.strictObject({
  ...page,
  id: word('Recording').optional(),
  callId: word('Call').optional(),
  outcome: z.enum(RECORDING_OUTCOMES).optional(),
  requestedBy: word('Who asked for it').optional(),
});

export const auditQuery = z.strictObject({
  ...page,
  actor: word('Name of the token; `onekey` where the program did it by itself').optional(),
  action: z.enum(AUDIT_ACTIONS).optional(),
  subject: word('Recording or call').optional(),
  callId: word('Call').optional(),
});

export const searchQuery = z.strictObject({
  q: z.string().max(QUERY_LIMIT).meta({ description: 'What is looked for', example: '停水 和平区' }),
  from: page.from,
  to: page.to,
  limit: wholeNumber(1, SEARCH_LIMIT.max, `Page size, default ${SEARCH_LIMIT.default}`).optional(),
  cursor: page.cursor,
});

export const callParams = z.strictObject({
  id: z.string().min(1).max(200).meta({ description: 'Id of the call' }),
});

export const recordingParams = z.strictObject({
  id: z.string().min(1).max(200).meta({ description: 'Id of the recording' }),
});

export const screenPopParams = z.strictObject({
  id: z.string().min(1).max(200).meta({ description: 'Id of a call or of a transfer' }),
});

export const screenPopQuery = z.strictObject({
  key: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Signature of a link that this server made; stands in for a token' }),
});

export const alertQuery = z.strictObject({ member: word('Member that was alerted').optional() });

export const missedQuery = z.strictObject({
  member: word('Member first called, or the last that spoke with the caller').optional(),
  days: wholeNumber(1, 90, 'How many days back, default 7').optional(),
  limit: wholeNumber(1, PAGE_LIMIT.max, 'How many callers at most, default 50').optional(),
});

export const calledBackBody = z.strictObject({
  note: z.string().max(1000).optional().meta({ description: 'What came of it' }),
});

/** One of the two says whose phones ring. */
export const callBackBody = z
  .strictObject({
    agent: z.string().min(1).max(40).optional().meta({ description: 'Account of the agent who calls back' }),
    extension: z
      .string()
      .min(1)
      .max(40)
      .optional()
      .meta({ description: 'Or the extension: of an account, or of a desk that the dial plan names' }),
    member: word('Member of that extension; when left out, the one that was called').optional(),
  })
  .refine(({ agent, extension }) => (agent === undefined) !== (extension === undefined), {
    message: 'give either agent or extension',
  });

export const queueQuery = z.strictObject({ member: word('Only the queue of this member').optional() });

export const agentStateParams = z.strictObject({
  id: z.string().min(1).max(40).meta({ description: 'Account of the agent' }),
});

export const agentStateBody = z
  .strictObject({
    state: z.enum(['ready', 'pause', 'offline']),
    reason: z
      .string()
      .regex(/^\P{Cc}{1,40}$/u, 'expected one line of 1 to 40 characters')
      .optional()
      .meta({ description: 'Of a pause: lunch, training, ...' }),
  })
  .meta({ example: { state: 'pause', reason: 'lunch' } });

export const matterQuery = z.strictObject({
  q: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'What was typed so far: words, pinyin, initials, a code; all matters without it' }),
  limit: wholeNumber(1, 500, 'How many at most, default 10 with `q` and 500 without').optional(),
});

/** Who is to listen to a call. */
export const listenerBody = z
  .strictObject({
    agent: word('Account of an agent or supervisor, whose phone is registered here').optional(),
    member: word('Member that the desk belongs to').optional(),
    extension: z
      .string()
      .regex(/^\d{1,6}$/, 'expected 1 to 6 digits')
      .optional()
      .meta({ description: 'Desk of that member: at a phone that is registered here, else behind its PBX' }),
  })
  .superRefine(({ agent, member, extension }, context) => {
    const desk = member !== undefined && extension !== undefined;
    const half = member !== undefined || extension !== undefined;
    if (agent !== undefined ? !half : desk) return;
    const message = 'expected `agent` alone, or `member` and `extension`';
    context.addIssue({ code: 'custom', message });
  })
  .meta({ example: { agent: 'wang-fang' } });

export const monitorModeBody = z
  .strictObject({
    mode: z.enum(MONITOR_MODES).meta({
      description: '`listen`: heard by nobody. `whisper`: by the agent alone. `join`: by agent and caller.',
    }),
  })
  .meta({ example: { mode: 'whisper' } });
