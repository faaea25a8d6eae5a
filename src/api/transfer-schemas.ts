/** What is asked for when somebody transfers, and who is meant by it. */
import { z } from 'zod';
import { LANGUAGE_FORM, LANGUAGE_TAG } from '../dialplan/agent-names.js';
import type { PartyQuery } from '../engine/operations.js';
import { callParams, word } from './query-schemas.js';
import { TRANSFER_MODES } from './schemas.js';

/** Longest note; characters. */
const MAX_NOTE = 1000;

const transferFields = {
  to: z.string().min(1).max(200).optional().meta({
    description:
      'Member id, member number, URI or transfer key. Without it, the member that `matter` belongs to',
    example: '*1',
  }),
  mode: z.enum(TRANSFER_MODES).default('blind').meta({
    description:
      '`blind`: the caller goes to the target when it answers. `consult`: the agent speaks with the target first. `conference`: all three speak. `alert`: no voice; the other member is told of an incident and the call goes on.',
  }),
  matter: z
    .string()
    .max(100)
    .regex(/^\P{Cc}*$/u, 'expected one line')
    .optional()
    .meta({ description: 'Code of the matter; one of the catalogue (`/v1/matters`) where `to` is left out' }),
  note: z
    .string()
    .max(MAX_NOTE)
    .optional()
    .meta({ description: `What the agent writes for the target, up to ${MAX_NOTE} characters` }),
  language: z
    .string()
    .refine((text) => text === '' || LANGUAGE_TAG.test(text), `expected ${LANGUAGE_FORM}`)
    .optional()
    .meta({
      description:
        'What the caller speaks. Queues call agents who speak it first, now and for the rest of the call',
      example: 'en',
    }),
};

function namesTarget(
  body: { readonly to?: string | undefined; readonly matter?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (body.to !== undefined || (body.matter ?? '') !== '') return;
  context.addIssue({ code: 'custom', path: ['to'], message: 'expected `to`, or the code of a `matter`' });
}

export const transferBody = z
  .strictObject({
    ...transferFields,
    transferorLeg: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Leg that transfers; the agent’s leg when left out' }),
  })
  .superRefine(namesTarget)
  .meta({ example: { to: '*1', mode: 'consult', matter: 'water-01', note: 'No water since noon.' } });

export const deskTransferBody = z
  .strictObject({
    ...transferFields,
    callId: z.string().min(1).max(200).optional().meta({
      description: 'The call that is meant: where the desk has another by now, nothing is done',
    }),
    requestId: z
      .string()
      .regex(/^[A-Za-z0-9-]{8,64}$/, 'expected 8 to 64 letters, digits and dashes')
      .optional()
      .meta({
        description:
          'Made anew for each wish. A request that is sent again with the same one, because its answer was lost, gets the answer of the first',
      }),
  })
  .superRefine(namesTarget)
  .meta({ example: { to: '*1', mode: 'blind' } });

const partyFields = {
  sipCallId: word('Call-ID header of any leg of the call, as the PBX knows it').optional(),
  extension: word(
    'Who answered, as its PBX tells, or, where nobody fits, the number that we called',
  ).optional(),
  agent: word('Who answered or calls, as its PBX tells').optional(),
  member: word('Member of that party, to narrow').optional(),
};

interface Party {
  readonly sipCallId?: string | undefined;
  readonly extension?: string | undefined;
  readonly agent?: string | undefined;
  readonly member?: string | undefined;
}

function namesOneParty(party: Party, context: z.RefinementCtx): void {
  const given = [party.sipCallId, party.extension, party.agent].filter((value) => value !== undefined);
  if (given.length === 1) return;
  const message = `expected one of sipCallId, extension and agent, found ${given.length} of them`;
  context.addIssue({ code: 'custom', message });
}

export const partyTransferBody = z
  .strictObject({ ...partyFields, ...transferFields })
  .superRefine(namesOneParty)
  .superRefine(namesTarget)
  .meta({ example: { extension: '8017', member: 'city-12345', to: '110', mode: 'blind' } });

export const partyBody = z
  .strictObject(partyFields)
  .superRefine(namesOneParty)
  .meta({ example: { agent: '8017', member: 'city-12345' } });

/** The party that a body names. */
export function partyQuery({ sipCallId, extension, agent, member }: Party): PartyQuery {
  if (sipCallId !== undefined) return { by: 'sipCallId', value: sipCallId, member };
  if (extension !== undefined) return { by: 'extension', value: extension, member };
  return { by: 'agent', value: agent ?? '', member };
}

const action = z.enum(['complete', 'cancel', 'toggle', 'conference']).meta({
  description:
    '`complete`: connect caller and target, the agent leaves. `cancel`: take the caller back. `toggle`: the agent speaks with the other of the two; of three, with the target alone. `conference`: all three speak.',
});
export const controlParams = z.strictObject({ ...callParams.shape, action });
export const actionParams = z.strictObject({ action });
