import * as z from 'zod';
import { AGENT_ID, AGENT_ID_FORM, EXTENSION, EXTENSION_FORM } from './agent-names.js';
import type { Desk, Target } from './plan.js';
import { digitsOrText, reference, wholeNumber } from './schema-parts.js';

/** A target as it is written: one desk, or several `together`, or several `weighted`. */

const DEFAULT_RING_SECONDS = 20;
/** Agents of a queue: within the 15 s in which a call shall be answered another one is tried. */
const DEFAULT_AGENT_RING_SECONDS = 12;
const DEFAULT_WAIT_SECONDS = 120;

const number = digitsOrText()
  .transform(String)
  .pipe(z.string().regex(/^[+*#0-9A-Za-z][*#0-9A-Za-z_.-]{0,39}$/))
  .meta({ accepts: 'a queue, ring group or extension of the PBX, such as "8001"' });

const trunk = reference('trunk');
const ringSeconds = wholeNumber(1, 300);

/** Name of an account of an agent. That there is one is not checked here: accounts come and go while calls go on. */
const agent = z
  .string()
  .regex(AGENT_ID)
  .meta({ accepts: `the name of an agent's account: ${AGENT_ID_FORM}` });

const extension = digitsOrText()
  .transform(String)
  .pipe(z.string().regex(EXTENSION))
  .meta({ accepts: `the extension of an agent's account, ${EXTENSION_FORM}` });

/** One desk as it is written: by trunk and number, by agent, or by extension. */
const deskSettings = {
  trunk: trunk.optional(),
  number: number.optional(),
  agent: agent.optional(),
  extension: extension.optional(),
  ringSeconds: ringSeconds.optional(),
};
/** As accounts of agents have it. */
const skill = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/i)
  .meta({ accepts: 'a skill or language as accounts of agents have it, such as "en" or "dialect"' });

/** What says where a desk is, one way of them, and how long it rings. */
type WrittenDesk = z.output<z.ZodObject<typeof deskSettings>>;

const DESK_FORM =
  '{ trunk: name, number: "8001", ringSeconds: 20 }, { agent: name } or { extension: "8017" }';

const deskSchema = z
  .strictObject(deskSettings)
  .superRefine(checkDesk, { when: ({ value }) => typeof value === 'object' && value !== null })
  .meta({ accepts: DESK_FORM });

const weightedDeskSchema = z
  .strictObject({ ...deskSettings, weight: wholeNumber(1, 100).default(1) })
  .superRefine(checkDesk, { when: ({ value }) => typeof value === 'object' && value !== null })
  .meta({ accepts: `${DESK_FORM}, each with weight: 1 to 100` });

const desks = <T extends z.ZodType>(desk: T) =>
  z.array(desk).min(2).max(20).optional().meta({ accepts: 'a list of 2 to 20 desks' });

/** The forms in one group of settings, so that a fault in one has its own place. */
const written = z.strictObject({
  ...deskSettings,
  queue: reference('member').optional(),
  maxWaitSeconds: wholeNumber(5, 3600).optional(),
  skill: skill.optional(),
  together: desks(deskSchema),
  weighted: desks(weightedDeskSchema),
  for: z
    .array(reference('member'))
    .min(1)
    .optional()
    .meta({ accepts: 'a list of members whose transfers come here, such as [city-12345]' }),
});

/** A target. What is written of several forms at once is refused; what comes out is {@link Target}. */
export const targetSchema = written
  .superRefine(checkForm, { when: ({ value }) => typeof value === 'object' && value !== null })
  .transform(targetOf)
  .meta({
    accepts: `${DESK_FORM}, { queue: member }, or together: or weighted: with a list of such desks`,
  });

type Written = z.output<typeof written>;

/** What says where a desk is; one of these ways. */
const PLACES = ['trunk', 'number', 'agent', 'extension'] as const;
/** What a queue has and desks have not. */
const OF_QUEUE = ['maxWaitSeconds', 'skill'] as const;

/** Runs although some settings are malformed: it looks only at which are there. */
function checkDesk(desk: WrittenDesk, context: z.RefinementCtx): void {
  const issue = (message: string, path: string[]): void =>
    context.addIssue({ code: 'custom', message, path, input: desk });
  const places = PLACES.filter((key) => key in desk);
  const named = places.some((key) => key === 'agent' || key === 'extension');
  if (named && places.length > 1) issue(`${places.join(', ')} do not go together in one target`, []);
  if (named) return;
  for (const key of ['trunk', 'number']) if (!(key in desk)) issue('this setting is missing', [key]);
}

function checkForm(target: Written, context: z.RefinementCtx): void {
  const places = [...PLACES, 'together', 'weighted'] as const;
  const beside = places.filter((key) => key in target);
  const issue = (message: string, path: string[]): void =>
    context.addIssue({ code: 'custom', message, path, input: target });
  if ('queue' in target) {
    if (beside.length > 0) issue(`queue, ${beside.join(', ')} do not go together in one target`, []);
    return;
  }
  for (const key of OF_QUEUE) if (key in target) issue('this is for targets that are a queue', [key]);
  const groups = (['together', 'weighted'] as const).filter((key) => key in target);
  if (groups.length === 0) return checkDesk(target, context);
  const own = [...PLACES, 'ringSeconds' as const].filter((key) => key in target);
  if (groups.length + own.length === 1) return;
  issue(`${[...own, ...groups].join(', ')} do not go together in one target`, []);
}

function targetOf(target: Written): Target {
  const onlyFor = target.for ?? [];
  const group = target.weighted ?? target.together;
  if (group !== undefined) {
    const ring = target.weighted === undefined ? 'together' : 'weighted';
    return { ring, desks: nonEmpty(group.map(deskOf)), onlyFor };
  }
  return {
    ring: 'one',
    desks: [target.queue === undefined ? deskOf(target) : queueOf(target, target.queue)],
    onlyFor,
  };
}

function queueOf({ ringSeconds, maxWaitSeconds, skill }: Written, queue: string): Desk {
  return {
    kind: 'queue',
    queue,
    ringSeconds: ringSeconds ?? DEFAULT_AGENT_RING_SECONDS,
    maxWaitSeconds: maxWaitSeconds ?? DEFAULT_WAIT_SECONDS,
    skill: skill ?? null,
    weight: 1,
  };
}

function deskOf(desk: WrittenDesk & { readonly weight?: number }): Desk {
  const { trunk = '', number = '', agent, extension, weight = 1 } = desk;
  const ringing = { ringSeconds: desk.ringSeconds ?? DEFAULT_RING_SECONDS, weight };
  if (agent !== undefined) return { kind: 'agent', agent, ...ringing };
  if (extension !== undefined) return { kind: 'extension', extension, ...ringing };
  return { kind: 'trunk', trunk, number, ...ringing };
}

function nonEmpty(desks: readonly Desk[]): readonly [Desk, ...Desk[]] {
  const [first, ...others] = desks;
  if (first === undefined) throw new Error('a list that the schema holds to two desks or more is empty');
  return [first, ...others];
}
