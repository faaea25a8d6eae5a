import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { EraseRequest, EraseResult } from '../ledger/erase-caller.js';
import { errorBody } from './api-error.js';
import type { Api, WholeContext } from './context.js';
import { eraseFromReports } from './reports/erase-from-reports.js';
import { errorSchema, text } from './schemas.js';

const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'expected one line');

const body = z
  .strictObject({
    callers: z
      .array(z.string().regex(/^\+?\d{3,32}$/, 'expected a number of 3 to 32 digits'))
      .min(1)
      .max(10)
      .meta({ description: 'The number of the caller, in each way in which the ledger has it' }),
    reason: line(200).meta({
      description: 'Why, such as the number of the request; must not name the person',
    }),
    pseudonym: line(64)
      .optional()
      .meta({ description: 'Stands for the number from then on; made at random when left out' }),
  })
  .refine(
    ({ callers, reason, pseudonym = '' }) => callers.every((one) => !(reason + pseudonym).includes(one)),
    {
      message: 'neither reason nor pseudonym may hold the number',
      path: ['reason'],
    },
  );

const erasedSchema = z
  .object({
    id: text('Id of the erasure; null when nothing was found').nullable(),
    pseudonym: text('What stands for the number now', 'erased-0123456789ab'),
    calls: z.number().int().meta({ description: 'Calls of the caller' }),
    records: z.number().int().meta({ description: 'Records that were changed' }),
    months: z.array(z.string()),
    reports: z
      .array(z.string())
      .meta({ description: 'Saved reports that had the number; the pseudonym stands there now' }),
    recordings: z
      .array(z.string())
      .meta({ description: 'Recordings of these calls; their files are deleted' }),
  })
  .meta({ id: 'Erasure' });

const json = { 'application/json': { schema: errorSchema } };

type Erased = Extract<EraseResult, { ok: false }> | (Extract<EraseResult, { ok: true }> & FromReports);

interface FromReports {
  readonly reports: readonly string[];
}

/** Erases in the ledger, which knows of holds, and then in saved reports; undefined where nobody can. */
function erasing({
  erase,
  reports: store,
  writeAudit: append,
  now = Date.now,
}: WholeContext): ((request: EraseRequest) => Promise<Erased>) | undefined {
  if (erase === undefined) return undefined;
  return async (request) => {
    const result = await erase(request);
    if (!result.ok) return result;
    if (store === undefined || append === undefined) return { ...result, reports: [] };
    return { ...result, reports: await eraseFromReports(request, { store, append, now }) };
  };
}

/** Erasing what the ledger holds of a caller. */
export function erasureRoutes(api: Api, context: WholeContext): void {
  const { log } = context;
  const erase = erasing(context);
  if (erase === undefined) return;
  let running = false;
  api.post(
    '/v1/erasures',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Erase what the ledger holds of a caller',
        description:
          'By request of the person: the number becomes a pseudonym in all records, notes and details go; the chain stays whole, and has a record of it (`erased` in /v1/audits). In saved reports the pseudonym stands for the number, too (`report-erased`). Recordings of the calls are deleted first, each with a record of its own (`recording-deleted`). Calls that are live meanwhile are not covered. Answered when it is done, which may take minutes; it goes on when the connection is cut, and the same request again does the rest after a crash. One at a time.',
        body,
        response: {
          200: erasedSchema,
          400: errorSchema,
          409: {
            description:
              '`held`: legal holds are in the way, and nothing was erased; `busy`: another one runs',
            content: json,
          },
          503: errorSchema,
        },
      },
    },
    async (request, reply) => {
      if (running) return reply.code(409).send(errorBody('busy', 'Another erasure runs; try again later.'));
      const { callers, reason, pseudonym = `erased-${randomBytes(6).toString('hex')}` } = request.body;
      const wish: EraseRequest = { numbers: callers, by: request.holder ?? 'nobody', reason, pseudonym };
      running = true;
      const result: Erased | Error = await erase(wish)
        .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
        .finally(() => {
          running = false;
        });
      if (result instanceof Error) {
        log?.error({ err: result }, 'api: an erasure failed');
        const message = `It failed; the log says why. Ask again for the rest, with the pseudonym "${pseudonym}".`;
        return reply.code(503).send(errorBody('not-erased', message));
      }
      if (result.ok) {
        const { id, calls, records, months, recordings } = result.erased;
        const reports = [...result.reports];
        return reply
          .code(200)
          .send({ id, pseudonym, calls, records, months: [...months], reports, recordings: [...recordings] });
      }
      const holds = result.held.map(({ id }) => id).join(', ');
      const message = `Legal holds are in the way: ${holds}. Release them first (onekey ledger hold release).`;
      return reply.code(409).send(errorBody('held', message));
    },
  );
}
