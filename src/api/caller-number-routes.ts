import { z } from 'zod';
import { errorBody } from './api-error.js';
import { AuditDesk } from './audit-desk.js';
import type { Api, ApiContext } from './context.js';
import { callParams } from './query-schemas.js';
import { errorSchema, text } from './schemas.js';

const body = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(4, 'say in a few words what the number is needed for')
    .max(200)
    .regex(/^[^\p{Cc}]*$/u, 'expected one line'),
});

/** A masked number, shown to whoever says what for. */
export function callerNumberRoutes(api: Api, context: ApiContext): void {
  const audit = new AuditDesk(context.writeAudit, context.now ?? Date.now);
  api.post(
    '/v1/calls/:id/caller-number',
    {
      schema: {
        tags: ['ledger'],
        summary: 'The number of a caller, for a reason',
        description:
          'For those who get it masked elsewhere, of a call that lives or is over. Who asked, for which call and why, is in the ledger before the number goes out (`number-shown` in /v1/audits).',
        params: callParams,
        body,
        response: {
          200: z.object({
            callId: text('Call'),
            callerNumber: text('As it is; null when withheld').nullable(),
          }),
          400: errorSchema,
          404: errorSchema,
          503: errorSchema,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { operations, ledger } = context.sight(request);
      const found = operations.liveCall(id) ?? (await ledger.story(id))?.call ?? null;
      if (found === null)
        return reply.code(404).send(errorBody('unknown-call', `There is no call "${id}", live or over.`));
      const { reason } = request.body;
      const written = await audit.write({
        actor: request.holder ?? 'nobody',
        action: 'number-shown',
        subject: id,
        callId: id,
        detail: JSON.stringify({ reason, from: request.ip }),
      });
      if (!written)
        return reply
          .code(503)
          .send(errorBody('not-audited', 'Who sees a number must be in the ledger first; see /healthz.'));
      return reply.code(200).send({ callId: id, callerNumber: found.callerNumber });
    },
  );
}
