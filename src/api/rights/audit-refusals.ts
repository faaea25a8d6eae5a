import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AuditDesk } from '../audit-desk.js';
import { SparingAudit } from '../audit-sparingly.js';

/** What is refused for want of a right, and what is put off because somebody asks too often. */
const REFUSED: ReadonlySet<number> = new Set([403, 429]);

const refusal = z.object({ error: z.object({ code: z.string() }) });

/** Writes into the ledger what is refused to those who were let in: by their role, their members, or for its frequency. */
export function auditRefusals(app: FastifyInstance, desk: Pick<AuditDesk, 'write'>, now: () => number): void {
  const audit = new SparingAudit(desk, now);
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { holder, method, routeOptions, ip } = request;
    if (holder === null || !REFUSED.has(reply.statusCode)) return payload;
    const why = refusal.safeParse(payload).data?.error.code ?? '';
    audit.write({
      actor: holder,
      action: 'refused',
      subject: `${method} ${routeOptions.url ?? ''}`,
      callId: null,
      detail: { why, from: ip },
    });
    return payload;
  });
}
