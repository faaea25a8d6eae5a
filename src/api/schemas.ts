import { z } from 'zod';

/*
 * What the API answers, for the OpenAPI document and the types of the handlers. Answers are not checked
 * against these at run time: a ledger that somebody has changed must still be shown.
 */

const EXAMPLE_TIME = '2026-03-02T08:00:00.000Z';
export const time = (what: string) =>
  z.string().meta({
    description: `${what}; ISO 8601, UTC, milliseconds`,
    format: 'date-time',
    example: EXAMPLE_TIME,
  });
export const text = (description: string, example?: string) =>
  z.string().meta(example === undefined ? { description } : { description, example });
export const count = (description: string) => z.number().int().meta({ description });
export const milliseconds = (description: string) =>
  z.number().meta({ description: `${description}; milliseconds` });

export const matter = text('Code of the matter', 'water-07').nullable();
export const note = text('What the agent wrote for the target').nullable();

export const LEG_ROLES = ['caller', 'agent', 'target', 'monitor'] as const;
export const MONITOR_MODES = ['listen', 'whisper', 'join'] as const;
export const DIRECTIONS = ['in', 'out'] as const;
export const ENDED_BY = [
  'caller',
  'agent',
  'target',
  'monitor',
  'us',
  'operator',
  'network',
  'crash',
] as const;
export const CALL_OUTCOMES = [
  'answered',
  'missed',
  'abandoned',
  'refused',
  'not-reached',
  'interrupted',
] as const;
export const LEG_OUTCOMES = [
  'answered',
  'rejected',
  'unanswered',
  'cancelled',
  'unreachable',
  'interrupted',
] as const;
export const TRANSFER_TRIGGERS = ['refer', 'replaces', 'api', 'key', 'desk'] as const;
export const TRANSFER_MODES = ['blind', 'consult', 'conference', 'alert'] as const;
export const TRANSFER_OUTCOMES = ['completed', 'failed', 'refused', 'abandoned', 'interrupted'] as const;

/** The one shape of every error. */
export const errorSchema = z
  .object({
    error: z.object({
      code: text('Stable, for programs', 'unknown-call'),
      message: text('For people; may change', 'There is no live call "x".'),
      field: z
        .string()
        .optional()
        .meta({ description: 'The field that is wrong, when it is one', example: 'limit' }),
      faults: z
        .array(z.string())
        .optional()
        .meta({ description: 'One line for each fault of a dial plan that was refused' }),
      calls: z
        .array(z.string())
        .optional()
        .meta({ description: 'The live calls that fit, when the request did not say which' }),
    }),
  })
  .meta({ id: 'Error', description: 'Every error has this shape.' });

export const seq = count('Place in the hash chain of the ledger, from 1');

const mediaSchema = z
  .object({
    packetsReceived: count('RTP packets that came from the peer'),
    packetsSent: count('RTP packets that went to the peer').nullable(),
    packetsLost: count('RTP packets of the peer that are missing, as RTCP reports say').nullable(),
    jitterMs: milliseconds('Interarrival jitter (RFC 3550)').nullable(),
  })
  .meta({ id: 'MediaFigures' });

export const callSchema = z
  .object({
    kind: z.literal('call'),
    id: text('Id of the call'),
    seq,
    callerNumber: text('Caller’s number; null when withheld', '13800001111').nullable(),
    firstDialled: text('What the caller dialled', '12345'),
    firstMember: text('Member first called; null when the number was no member’s', 'city-12345').nullable(),
    lastMember: text('Member whose agent spoke last with the caller', 'police-110').nullable(),
    trunk: text('Trunk that the call came from').nullable(),
    startedAt: time('INVITE of the caller'),
    answeredAt: time('First answer').nullable(),
    endedAt: time('End'),
    durationMs: milliseconds('From start to end').nullable(),
    waitMs: milliseconds('From start to the first answer, or to the end').nullable(),
    answeredInTime: z
      .boolean()
      .meta({ description: 'Answered within 15 s of the call coming in (GB/T 33358)' }),
    outcome: z.enum(CALL_OUTCOMES),
    missed: z.boolean().meta({ description: 'True when somebody owes the caller a call back' }),
    endedBy: z.enum(ENDED_BY),
    cause: text('Why it ended as it did').nullable(),
    legs: count('Legs of the call'),
    transfers: count('Transfers asked for in the call'),
    planVersion: text('Version of the dial plan at the start'),
    hops: count('Transfers completed to another member; null where it was not counted').nullable(),
    heldMs: milliseconds(
      'How long the caller was with nobody after the first answer: agent and target consulted, or the agent had left; null where nobody answered or it was not measured',
    ).nullable(),
    callBackOf: text(
      'The missed call whose caller was called back by this one; null where somebody called',
    ).nullable(),
  })
  .meta({ id: 'Call', description: 'One caller’s visit, however many legs and transfers it took.' });

export const legSchema = z
  .object({
    kind: z.literal('leg'),
    id: text('Id of the leg'),
    seq,
    callId: text('Call that it belongs to'),
    role: z.enum(LEG_ROLES),
    direction: z.enum(DIRECTIONS),
    member: text('Member whose agent this is; null for a caller').nullable(),
    trunk: text('Trunk of the leg').nullable(),
    peer: text('`host:port/transport` of the peer', '127.0.0.1:5080/udp').nullable(),
    numberDialled: text('What was dialled or asked for'),
    numberCalled: text('Number in the Request-URI (out), or matched member number (in)'),
    agent: text('Who of the member it was, as its PBX told: an extension, mostly', '8017').nullable(),
    callerNumber: text('Caller’s number').nullable(),
    sipCallId: text('Call-ID header').nullable(),
    startedAt: time('INVITE'),
    ringingAt: time('First 180 or 183').nullable(),
    answeredAt: time('2xx').nullable(),
    endedAt: time('End'),
    durationMs: milliseconds('From start to end').nullable(),
    talkMs: milliseconds('From answer to end').nullable(),
    outcome: z.enum(LEG_OUTCOMES),
    endedBy: z.enum(ENDED_BY),
    sipStatus: count('Final status of the INVITE').nullable(),
    reason: text('Reason header or phrase (RFC 3326)').nullable(),
    transferId: text('Transfer that the leg was made for').nullable(),
    media: mediaSchema.nullable(),
  })
  .meta({ id: 'Leg', description: 'One SIP leg that existed on the wire.' });

export const transferSchema = z
  .object({
    kind: z.literal('transfer'),
    id: text('Id of the transfer'),
    seq,
    callId: text('Call that was transferred'),
    trigger: z.enum(TRANSFER_TRIGGERS),
    mode: z.enum(TRANSFER_MODES),
    fromMember: text('Member that transferred', 'city-12345').nullable(),
    toMember: text('Member asked for; null when what was asked for is no member', 'police-110').nullable(),
    requestedTarget: text('What was asked for, as written', '*1'),
    transferorLeg: text('Leg that asked').nullable(),
    transfereeLeg: text('Leg of the caller'),
    targetLeg: text('Leg that the caller was connected to').nullable(),
    requestedAt: time('Request'),
    answeredAt: time('Answer of the target').nullable(),
    completedAt: time('Caller connected to the target').nullable(),
    failedAt: time('Failure').nullable(),
    switchMs: milliseconds('From request to the switch of the caller').nullable(),
    outcome: z.enum(TRANSFER_OUTCOMES),
    cause: text('Why it was not completed', 'busy').nullable(),
    sipStatus: count('Status of the last target tried').nullable(),
    matter,
    note,
  })
  .meta({ id: 'Transfer', description: 'One transfer that somebody asked for, also when it was refused.' });

/** One page of a listing. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: text('Give as `cursor` to go on; null at the end').nullable(),
    searchedTo: time(
      'Where no index serves the filters, a page that takes long comes as far as it is, with few items or none: up to here it has looked, and `next` goes on',
    ).optional(),
  });
}

export const healthSchema = z
  .object({
    status: z
      .enum(['ok', 'degraded', 'unavailable'])
      .meta({ description: '`degraded`: calls are taken, but see problems' }),
    problems: z.array(z.string()),
    media: z
      .enum(['direct', 'rtpengine'])
      .optional()
      .meta({ description: 'Whether media passes through a media server' }),
    version: text('Version of the program', '0.1.0'),
  })
  .meta({ id: 'Health' });

const ringing = { ringSeconds: z.number(), weight: z.number() };

const targetSchema = z.object({
  ring: z
    .enum(['one', 'together', 'weighted'])
    .meta({ description: 'One desk, several at the same time, or several in weighted random order' }),
  desks: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('trunk'), trunk: z.string(), number: z.string(), ...ringing }),
      z.object({ kind: z.literal('agent'), agent: z.string(), ...ringing }),
      z.object({ kind: z.literal('extension'), extension: z.string(), ...ringing }),
      z.object({
        kind: z.literal('queue'),
        queue: text('The member whose agents serve it', 'city-12345'),
        maxWaitSeconds: z.number(),
        skill: z.string().nullable(),
        ...ringing,
      }),
    ]),
  ),
  onlyFor: z
    .array(z.string())
    .meta({ description: 'Liaison desk: members whose transfers come here first; empty: for everybody' }),
});

const recordingPolicy = z
  .enum(['never', 'on-demand', 'always'])
  .meta({ description: 'Whether conversations are recorded; `on-demand`: when somebody asks for it' });

export const dialPlanSchema = z
  .object({
    version: text('First 12 hex digits of the SHA-256 of the file', '0123456789ab'),
    members: z.array(
      z.object({
        id: z.string(),
        numbers: z.array(z.string()),
        name: z.object({ zh: z.string(), en: z.string() }),
        field: text('What the hotline is for', 'police'),
        emergency: z.boolean(),
        source: z.enum(['published', 'field', 'example']),
        keys: z
          .array(z.string())
          .meta({ description: 'Transfer keys that mean this member', example: ['*1'] }),
        targets: z.array(targetSchema),
        fallback: z.string().nullable(),
        hours: z
          .object({ timezone: text('IANA name', 'Asia/Shanghai'), weekly: z.array(z.string()) })
          .nullable()
          .meta({ description: 'When it takes calls, holidays aside; null: always' }),
        capacity: z.number().nullable().meta({ description: 'Calls that it takes at once; null: no limit' }),
        mayTransferTo: z
          .array(z.string())
          .nullable()
          .meta({ description: 'Members that its agents may transfer to; null: every member' }),
        recording: recordingPolicy,
      }),
    ),
    trunks: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['carrier', 'member']),
        member: z.string().nullable(),
        capacity: z.number().nullable().meta({ description: 'Legs that it carries at once; null: no limit' }),
        gateways: z.array(
          z.object({
            id: z.string(),
            up: z.boolean().nullable().meta({ description: 'Null when it is not checked' }),
          }),
        ),
      }),
    ),
    policies: z.object({
      maxHops: z.number(),
      maxHuntSeconds: z.number(),
      maxCallSeconds: z.number(),
      timezone: z.string(),
      betweenKeysSeconds: z.number(),
      ringback: z
        .enum(['target', 'prompt'])
        .meta({ description: 'What a caller hears whose agent has left while the target rings' }),
      announcement: z
        .object({ prompt: z.string().nullable(), maxSeconds: z.number() })
        .meta({ description: 'What a caller hears whom nobody can take, where media is anchored' }),
      callBack: z
        .object({ trunks: z.array(z.string()), ringSeconds: z.number(), abroad: z.boolean() })
        .nullable()
        .meta({ description: 'How callers are called back whom nobody answered; null: not from here' }),
      recording: recordingPolicy,
      announceRecording: z.boolean().meta({ description: 'Callers are told before they are recorded' }),
      agentsCallAgents: z.boolean().meta({ description: 'Registered agents may call each other' }),
      keyCodes: z
        .object({
          cancel: z.string(),
          complete: z.string(),
          toggle: z.string(),
          consultPrefix: z.string(),
        })
        .meta({ description: "What agents press besides the members' keys" }),
    }),
  })
  .meta({ id: 'DialPlan' });
