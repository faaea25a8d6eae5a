import * as z from 'zod';
import type { Desk, Target } from './plan.js';
import { digitsOrText, reference, wholeNumber } from './schema-parts.js';

/** A target as it is written: one desk, or several `together`, or several `weighted`. */

const DEFAULT_RING_SECONDS = 20;

const number = digitsOrText()
  .transform(String)
  .pipe(z.string().regex(/^[+*#0-9A-Za-z][*#0-9A-Za-z_.-]{0,39}$/))
  .meta({ accepts: 'a queue, ring group or extension of the PBX, such as "8001"' });

const trunk = reference('trunk');
const ringSeconds = wholeNumber(1, 300);

const deskSchema = z
  .strictObject({ trunk, number, ringSeconds: ringSeconds.default(DEFAULT_RING_SECONDS) })
  .meta({ accepts: '{ trunk: name, number: "8001", ringSeconds: 20 }' });

const weightedDeskSchema = deskSchema
  .extend({ weight: wholeNumber(1, 100).default(1) })
  .meta({ accepts: '{ trunk: name, number: "8001", ringSeconds: 20, weight: 1 }' });

const desks = <T extends z.ZodType>(desk: T) =>
  z.array(desk).min(2).max(20).optional().meta({ accepts: 'a list of 2 to 20 desks' });

/** The three forms in one group of settings, so that a fault in one has its own place. */
const written = z.strictObject({
  trunk: trunk.optional(),
  number: number.optional(),
  ringSeconds: ringSeconds.optional(),
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
    accepts:
      '{ trunk: name, number: "8001", ringSeconds: 20 }, or together: or weighted: with a list of such desks',
  });

type Written = z.output<typeof written>;

/** Runs although some settings are malformed: it looks only at which are there. */
function checkForm(target: Written, context: z.RefinementCtx): void {
  const groups = (['together', 'weighted'] as const).filter((key) => key in target);
  const own = (['trunk', 'number', 'ringSeconds'] as const).filter((key) => key in target);
  const issue = (message: string, path: string[]): void =>
    context.addIssue({ code: 'custom', message, path, input: target });
  if (groups.length === 0) {
    for (const key of ['trunk', 'number']) if (!(key in target)) issue('this setting is missing', [key]);
  } else if (groups.length + own.length > 1) {
    issue(`${[...own, ...groups].join(', ')} do not go together in one target`, []);
  }
}

function targetOf(target: Written): Target {
  const onlyFor = target.for ?? [];
  const group = target.weighted ?? target.together?.map((desk) => ({ ...desk, weight: 1 }));
  if (group !== undefined) {
    const ring = target.weighted === undefined ? 'together' : 'weighted';
    return { ring, desks: nonEmpty(group), onlyFor };
  }
  const { trunk = '', number = '', ringSeconds = DEFAULT_RING_SECONDS } = target;
  return { ring: 'one', desks: [{ trunk, number, ringSeconds, weight: 1 }], onlyFor };
}

function nonEmpty(desks: readonly Desk[]): readonly [Desk, ...Desk[]] {
  const [first, ...others] = desks;
  if (first === undefined) throw new Error('a list that the schema holds to two desks or more is empty');
  return [first, ...others];
}
