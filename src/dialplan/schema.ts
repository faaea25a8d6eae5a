import * as z from 'zod';
import { LANGUAGE_FORM } from './agent-names.js';
import { GATEWAY_FORM } from './gateways.js';
import { DATES_FORM, SPANS_FORM, WEEKLY_FORM } from './hours-text.js';
import { digitsOrText, languageTag, reference, wholeNumber } from './schema-parts.js';
import { targetSchema } from './target-schema.js';

/** The dial plan as it is written. What holds between its parts is checked in `check.ts`. */

const name = (what: string) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/)
    .meta({
      accepts: `${what} of lower-case letters, digits and dashes, beginning with a letter, 40 at most`,
    });

/** A number of a member, stripped of separators. */
export const memberNumberSchema = digitsOrText()
  .transform((value) => String(value).replace(/[\s().-]/g, ''))
  .pipe(z.string().regex(/^\+?\d{3,19}$/))
  .meta({ accepts: 'a telephone number of 3 digits or more, such as "12345" or "+862212345"' });

const title = z
  .string()
  .regex(/^[^\p{Cc}]{1,80}$/u)
  .meta({ accepts: 'a name of 1 to 80 characters on one line' });

const countryOrArea = digitsOrText()
  .transform(String)
  .pipe(z.string().regex(/^[1-9]\d{0,3}$/))
  .meta({ accepts: 'a code of 1 to 4 digits without plus or leading zero, such as "86" or "22"' });

const timezone = z.string().meta({ accepts: 'the name of a time zone, such as Asia/Shanghai' });

/** Dates are checked in `check-hours.ts`: several may be meant by one key. */
const holidays = z
  .record(z.string().meta({ accepts: DATES_FORM }), z.string().meta({ accepts: SPANS_FORM }))
  .default({})
  .meta({ accepts: 'a list of dates, such as 2026-10-01: closed' });

const hoursSchema = z
  .strictObject({
    timezone: timezone.optional(),
    weekly: z
      .array(z.string().meta({ accepts: WEEKLY_FORM }))
      .min(1)
      .max(50)
      .meta({ accepts: `a list of ${WEEKLY_FORM}` }),
    holidays,
  })
  .nullable()
  .default(null)
  .meta({ accepts: 'the settings timezone, weekly, holidays; or null for always' });

const capacity = wholeNumber(1, 100_000)
  .nullable()
  .default(null)
  .meta({ accepts: 'a whole number from 1 to 100000, or null for no limit' });

const recordingPolicy = z.enum(['never', 'on-demand', 'always']);

const memberList = z.array(reference('member')).optional().meta({ accepts: 'a list of members' });

const queueSchema = z
  .strictObject({
    ringAtOnce: wholeNumber(1, 10).default(1),
    afterCallSeconds: wholeNumber(0, 3600).default(10),
    maxLength: wholeNumber(1, 1000)
      .nullable()
      .default(null)
      .meta({ accepts: 'a whole number from 1 to 1000, or null for no limit' }),
    announceSeconds: wholeNumber(0, 600)
      .refine(
        (seconds) => seconds === 0 || seconds >= 10,
        'nobody wants to hear it more often than every 10 s',
      )
      .default(30)
      .meta({ accepts: 'a whole number of seconds from 10 to 600, or 0 for never' }),
    readyWhenRegistered: z.boolean().default(true),
    skillSeconds: wholeNumber(0, 3600).default(0),
  })
  .prefault({});

/** One member as it is written. */
const memberSchema = z.strictObject({
  numbers: z
    .array(memberNumberSchema)
    .min(1)
    .meta({ accepts: 'the numbers that people dial, at least one, such as ["110"]' }),
  languages: z
    .record(z.string(), languageTag())
    .default({})
    .meta({ accepts: 'numbers of this member with the language of who dials them, such as "12340": en' }),
  name: z.strictObject({ zh: title, en: title }),
  field: name('one word'),
  emergency: z.boolean().default(false),
  source: z.enum(['published', 'field', 'example']),
  targets: z.array(targetSchema).min(1).meta({
    accepts: 'at least one place that takes the calls, such as - { trunk: pbx-110, number: "8001" }',
  }),
  queue: queueSchema,
  fallback: name('the name of a member,')
    .nullable()
    .default(null)
    .meta({ accepts: 'the name of a member, or null' }),
  hours: hoursSchema,
  capacity,
  mayTransferTo: memberList,
  mayNotTransferTo: memberList,
  recording: recordingPolicy.optional(),
});

const accountText = (what: string) =>
  z
    .string()
    .regex(/^[^\p{Cc}]{1,200}$/u)
    .meta({ accepts: `${what} of 1 to 200 characters on one line, in quotes`, secret: true });

/** Our account at a trunk that challenges (RFC 3261 §22); text that is no such entry may hold the secret too. */
const accountSchema = z
  .strictObject({ username: accountText('a name'), password: accountText('a password') })
  .meta({ accepts: '{ username: "our name there", password: "..." }', secret: true });

/** One trunk as it is written. */
const trunkSchema = z.strictObject({
  kind: z.enum(['carrier', 'member']),
  member: reference('member').nullable().default(null),
  gateways: z
    .array(z.string().meta({ accepts: GATEWAY_FORM }))
    .default([])
    .meta({ accepts: `a list, each item ${GATEWAY_FORM}` }),
  sources: z
    .array(z.string().meta({ accepts: 'an address or block such as 10.1.0.0/16 or "10.1.2.3:5060"' }))
    .default([]),
  numberFormat: z.enum(['asis', 'national', 'e164']).default('asis'),
  auth: accountSchema.nullable().default(null),
  media: z.enum(['rtp', 'webrtc']).default('rtp'),
  language: z
    .union([z.enum(['caller', 'unknown']), languageTag()])
    .default('caller')
    .meta({ accepts: `caller, unknown, or ${LANGUAGE_FORM}` }),
  healthCheck: z
    .union([z.literal('off'), z.strictObject({ intervalSeconds: wholeNumber(2, 3600) })])
    .nullable()
    .default(null)
    .meta({ accepts: 'off, or { intervalSeconds: 2 to 3600 }' }),
  capacity,
});

/** Key codes begin with a star so that no number can be mistaken for one. */
const keyCode = z
  .string()
  .regex(/^\*\d{1,4}$/)
  .meta({
    accepts: 'a key: a star and 1 to 4 digits, in quotes, such as "*1" (a number would be taken for a call)',
  });

const membersSchema = z
  .record(name('a name'), memberSchema)
  .refine((all) => Object.keys(all).length > 0, 'there is no member');

const trunksSchema = z
  .record(name('a name'), trunkSchema)
  .refine((all) => Object.keys(all).length > 0, 'there is no trunk');

const keysSchema = z.record(keyCode, reference('member'));

export const numberingSchema = z.strictObject({ country: countryOrArea, area: countryOrArea });

const actionCode = z
  .string()
  .regex(/^[*#][0-9*#A-D]{1,5}$/)
  .meta({ accepts: 'a code of 2 to 6 keys that begins with a star or #, in quotes, such as "*0"' });

/** What an agent presses besides the members' keys. */
export const keyCodesSchema = z
  .strictObject({
    cancel: actionCode.default('*0'),
    complete: actionCode.default('*#'),
    toggle: actionCode.default('**#'),
    conference: actionCode.default('***'),
    consultPrefix: z
      .string()
      .regex(/^[*#][0-9*#A-D]{0,2}$/)
      .default('*')
      .meta({ accepts: '1 to 3 keys that begin with a star or #, in quotes, such as "*"' }),
  })
  .prefault({});

/** What a caller hears at the end. */
const announcementSchema = z
  .strictObject({
    prompt: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
      .nullable()
      .default('call-back')
      .meta({ accepts: 'the name of a prompt without .wav, such as call-back, or null for none' }),
    maxSeconds: wholeNumber(1, 120).default(30),
  })
  .prefault({});

/** How callers are called back whom nobody answered. */
const callBackSchema = z
  .strictObject({
    trunks: z.array(reference('trunk')).default([]).meta({ accepts: 'a list of carrier trunks' }),
    ringSeconds: wholeNumber(10, 180).default(60),
    abroad: z.boolean().default(false),
  })
  .nullable()
  .prefault({})
  .meta({ accepts: 'the settings trunks, ringSeconds, abroad; or null for no call backs' });

const policiesSchema = z
  .strictObject({
    maxHops: wholeNumber(0, 10).default(1),
    maxHuntSeconds: wholeNumber(5, 3600).default(120),
    maxCallSeconds: wholeNumber(0, 86_400)
      .refine((seconds) => seconds === 0 || seconds >= 60, 'a limit under a minute would cut callers off')
      .default(0)
      .meta({ accepts: 'a whole number of seconds from 60 to 86400, or 0 for no limit' }),
    timezone: timezone.default('Asia/Shanghai'),
    holidays,
    ringback: z.enum(['target', 'prompt']).default('prompt'),
    announcement: announcementSchema,
    callBack: callBackSchema,
    keyCodes: keyCodesSchema,
    agentsCallAgents: z.boolean().default(false),
    betweenKeysSeconds: z
      .number()
      .min(0.5)
      .max(10)
      .default(2)
      .meta({ accepts: 'a number of seconds from 0.5 to 10' }),
    recording: recordingPolicy.default('on-demand'),
    announceRecording: z.boolean().default(true),
  })
  .prefault({});

/** The whole file. */
export const dialPlanSchema = z.strictObject({
  numbering: numberingSchema,
  policies: policiesSchema,
  members: membersSchema,
  trunks: trunksSchema,
  keys: keysSchema.default({}),
  matters: z
    .string()
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .meta({ accepts: 'the path of a catalogue of matters, from this file, such as matters.yaml; or null' }),
});

/** A dial plan that follows the schema, defaults filled in. */
export type DialPlanEntry = z.output<typeof dialPlanSchema>;
export type MemberEntry = z.output<typeof memberSchema>;
export type TrunkEntry = z.output<typeof trunkSchema>;
export type HoursEntry = NonNullable<MemberEntry['hours']>;
