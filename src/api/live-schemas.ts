import { z } from 'zod';
import {
  DIRECTIONS,
  LEG_ROLES,
  MONITOR_MODES,
  matter,
  note,
  TRANSFER_MODES,
  TRANSFER_TRIGGERS,
  text,
  time,
} from './schemas.js';

/* What the API answers of calls in progress and of alerts; see schemas.ts. */

const liveLegSchema = z
  .object({
    id: z.string(),
    role: z.enum(LEG_ROLES),
    direction: z.enum(DIRECTIONS),
    state: z.enum(['trying', 'ringing', 'answered', 'ending']),
    member: z.string().nullable(),
    agent: text('Who of the member it is, as its PBX tells: an extension, mostly', '8017').nullable(),
    trunk: z.string().nullable(),
    number: z.string(),
    sipCallId: z.string().nullable(),
    startedAt: time('INVITE'),
    answeredAt: time('2xx').nullable(),
  })
  .meta({ id: 'LiveLeg' });

const liveTransferSchema = z
  .object({
    id: z.string(),
    trigger: z.enum(TRANSFER_TRIGGERS),
    mode: z.enum(TRANSFER_MODES),
    fromMember: z.string().nullable(),
    fromAgent: text('Who of that member transfers', '8017').nullable(),
    toMember: z.string(),
    state: z.enum(['calling', 'ringing', 'consulting', 'conferring', 'switching']),
    requestedAt: time('Request'),
    transferorLeg: text('The leg that transfers; null when it has left already').nullable(),
    targetLegs: z
      .array(z.string())
      .meta({ description: 'Legs that are being called for the target, or the one that answered' }),
    speaksWith: z
      .enum(['target', 'transferee'])
      .nullable()
      .meta({ description: 'While consulting: whom the transferor speaks with' }),
    heldLeg: text('While consulting: the leg on hold').nullable(),
    matter,
    note,
  })
  .meta({ id: 'LiveTransfer' });

const locationSchema = z
  .object({
    references: z.array(z.string()).meta({ description: 'Addresses to fetch the location from' }),
    point: z
      .object({
        latitude: z.number().meta({ description: 'Degrees north, WGS 84' }),
        longitude: z.number().meta({ description: 'Degrees east, WGS 84' }),
        radius: z.number().nullable().meta({ description: 'Of the circle around it; metres' }),
      })
      .nullable(),
    address: text('Civic address').nullable(),
    pidf: text('The PIDF-LO document as it came (RFC 5491)').nullable(),
  })
  .meta({ id: 'Location', description: 'Where the caller is, as the network told (RFC 6442).' });

const alertFields = {
  id: text('Id of its transfer record'),
  callId: text('Call that it was raised in'),
  raisedAt: time('Request'),
  fromMember: text('Member that told', 'youth-12355').nullable(),
  toMember: text('Member that was told', 'police-110'),
  callerNumber: text('Caller’s number; null when withheld').nullable(),
  firstDialled: text('What the caller dialled', '12355'),
  matter,
  note,
  location: locationSchema.nullable(),
};
const liveAlertSchema = z.object(alertFields).meta({ id: 'LiveAlert' });

/** An alert, also of a call that is over. */
export const alertSchema = z
  .object({
    ...alertFields,
    firstDialled: alertFields.firstDialled.nullable(),
    location: locationSchema.nullable().meta({ description: 'Known while the call is live' }),
    live: z.boolean().meta({ description: 'The call is in progress: the desk may still join' }),
  })
  .meta({ id: 'Alert', description: 'An incident that an agent told another member of.' });

export const liveCallSchema = z
  .object({
    id: z.string(),
    phase: z.enum([
      'calling-agent',
      'calling-back',
      'seeking',
      'talking',
      'transferring',
      'consulting',
      'conferring',
      'switching',
      'returning',
      'announcing',
      'ending',
    ]),
    callerNumber: z.string().nullable(),
    firstDialled: text('What the caller dialled', '12345'),
    firstMember: z.string(),
    currentMember: text('Member whose agent the caller is with; null while nobody answered').nullable(),
    visited: z
      .array(z.string())
      .meta({ description: 'Members whose agents the caller spoke with, in order' }),
    startedAt: time('INVITE of the caller'),
    callBackOf: text('The missed call whose caller is called back; null where somebody called').nullable(),
    legs: z.array(liveLegSchema),
    transfer: liveTransferSchema.nullable(),
    alerts: z.array(liveAlertSchema).meta({ description: 'Alerts raised in this call' }),
    recording: z
      .object({
        id: text('Id of the recording'),
        startedAt: time('Begin'),
        trigger: z.enum(['policy', 'request']),
        requestedBy: text('Who asked for it').nullable(),
      })
      .nullable()
      .meta({ id: 'LiveRecording', description: 'The recording that goes on; null when none does' }),
    monitor: z
      .object({
        id: text('Names this listening'),
        startedAt: time('INVITE to the listener'),
        requestedBy: text('Who asked for it'),
        listener: text('Whose phone it is', 'agent wang-fang'),
        state: z.enum(['calling', 'listening', 'ending']),
        mode: z.enum(MONITOR_MODES).meta({ description: 'How the listener is heard' }),
      })
      .nullable()
      .meta({ id: 'LiveMonitor', description: 'Somebody who listens; null while nobody does' }),
  })
  .meta({ id: 'LiveCall', description: 'A call in progress.' });

const memberRefSchema = z
  .object({
    id: z.string(),
    number: text('Number people know it by; null when the dial plan has no such member any more').nullable(),
    name: z.object({ zh: z.string(), en: z.string() }).nullable(),
  })
  .meta({ id: 'MemberRef' });

export const screenPopSchema = z
  .object({
    id: text('What was asked for'),
    callId: z.string(),
    live: z.boolean(),
    startedAt: time('INVITE of the caller').nullable(),
    endedAt: time('End').nullable(),
    caller: z.object({
      number: text('Caller’s number; null when withheld', '13800001111').nullable(),
      name: text('As the network told; known while the call is live').nullable(),
      privacy: text(
        'What the caller asked to be withheld (RFC 3323); known while the call is live',
        'id',
      ).nullable(),
    }),
    firstDialled: text('What the caller dialled', '12345').nullable(),
    firstMember: memberRefSchema.nullable(),
    transfer: z
      .object({
        id: z.string(),
        mode: z.enum(TRANSFER_MODES),
        trigger: z.enum(TRANSFER_TRIGGERS),
        state: text('State while it is under way, else its outcome', 'ringing'),
        from: memberRefSchema.nullable(),
        agent: text('Who of that member', '8017').nullable(),
        to: memberRefSchema.nullable(),
        requestedAt: time('Request'),
        matter,
        note,
      })
      .nullable(),
    path: z.array(memberRefSchema).meta({ description: 'Members whose agents the caller spoke with' }),
    location: locationSchema.nullable().meta({ description: 'Known while the call is live' }),
  })
  .meta({ id: 'ScreenPop', description: 'What the desk that gets a call is shown of it.' });
