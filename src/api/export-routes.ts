import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ExportedListing, ExportRequest } from '../ledger/export/export-request.js';
import { EXPORT_MEDIA_TYPES, type ExportFormat } from '../ledger/export/export-table.js';
import { errorBody } from './api-error.js';
import type { Api, ApiContext, ExportDesk } from './context.js';
import { exportQueries } from './export-schemas.js';
import { maySeeNumbers } from './may-see-numbers.js';
import { errorSchema } from './schemas.js';

type What = keyof typeof exportQueries;

interface How {
  readonly format: ExportFormat;
  readonly language: 'zh' | 'en';
}

/** An export as it was asked for. */
interface Wish {
  readonly what: What;
  readonly listing: ExportedListing;
  readonly how: How;
}

/** Listings of the ledger as files. */
export function exportRoutes(api: Api, context: ApiContext): void {
  const { exports: desk } = context;
  if (desk === undefined) return;
  const serve = (request: FastifyRequest, reply: FastifyReply, wish: Wish) =>
    answer({ desk, context, request, reply, wish });
  const { calls, legs, transfers, recordings, audits } = exportQueries;

  api.get('/v1/export/calls', { schema: schemaOf('calls', calls) }, async (request, reply) => {
    const { format, language, ...filter } = request.query;
    const listing = { kind: 'call', filter } as const;
    return serve(request, reply, { what: 'calls', listing, how: { format, language } });
  });
  api.get('/v1/export/legs', { schema: schemaOf('legs', legs) }, async (request, reply) => {
    const { format, language, ...filter } = request.query;
    const listing = { kind: 'leg', filter } as const;
    return serve(request, reply, { what: 'legs', listing, how: { format, language } });
  });
  api.get('/v1/export/transfers', { schema: schemaOf('transfers', transfers) }, async (request, reply) => {
    const { format, language, ...filter } = request.query;
    const listing = { kind: 'transfer', filter } as const;
    return serve(request, reply, { what: 'transfers', listing, how: { format, language } });
  });
  api.get('/v1/export/recordings', { schema: schemaOf('recordings', recordings) }, async (request, reply) => {
    const { format, language, ...filter } = request.query;
    const listing = { kind: 'recording', filter } as const;
    return serve(request, reply, { what: 'recordings', listing, how: { format, language } });
  });
  api.get('/v1/export/audits', { schema: schemaOf('audits', audits) }, async (request, reply) => {
    const { format, language, ...filter } = request.query;
    const listing = { kind: 'audit', filter } as const;
    return serve(request, reply, { what: 'audits', listing, how: { format, language } });
  });
}

/** For the OpenAPI document. */
const FILE = {
  description: 'The file',
  content: Object.fromEntries(
    Object.values(EXPORT_MEDIA_TYPES).map((type) => [type, { schema: z.string() }]),
  ),
};

function schemaOf<const Q>(what: What, querystring: Q) {
  return {
    tags: ['ledger'],
    summary: `All ${what} that fit a filter, as a file`,
    description: `The same filters as the listing of ${what}, without pages; oldest first unless \`order\` says otherwise. The file is made while it is sent: a connection that is cut means that it is not whole. Times are shown in the time zone of the dial plan (Parquet: UTC). Callers' numbers are masked for viewers. Who takes which file is in the ledger before its first byte goes out (\`exported\` in /v1/audits). At most two exports run at a time.`,
    querystring,
    response: { 200: FILE, 400: errorSchema, 401: errorSchema, 503: errorSchema },
  };
}

interface Asked {
  readonly desk: ExportDesk;
  readonly context: ApiContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly wish: Wish;
}

async function answer({ desk, context, request, reply, wish }: Asked): Promise<FastifyReply> {
  const { what, listing, how } = wish;
  const masked = !maySeeNumbers(request.role);
  const wanted: ExportRequest = { listing, ...how, zone: context.dialPlan().policies.timezone, masked };
  const started = desk.start(wanted);
  if (started === null)
    return reply
      .code(503)
      .header('retry-after', '10')
      .send(errorBody('exports-busy', 'As many exports run as may; try again when one of them is done.'));
  const { stream, begun } = started;
  // Who goes away before it begins must not leave the work behind.
  request.raw.once('close', () => {
    if (request.raw.destroyed && !reply.raw.headersSent) stream.destroy();
  });
  // Until it is given to the connection, nobody else hears of its errors; `begun` tells of them.
  stream.on('error', () => undefined);
  await begun;
  if (!(await audited(desk, { context, request, wish, masked }))) {
    stream.destroy();
    const message = 'Who exports what must be in the ledger first, and it cannot be written now.';
    return reply.code(503).send(errorBody('not-audited', message));
  }
  return reply
    .code(200)
    .header('content-type', EXPORT_MEDIA_TYPES[how.format])
    .header('content-disposition', `attachment; filename="${what}.${how.format}"`)
    .send(stream);
}

interface Taking extends Pick<Asked, 'context' | 'request' | 'wish'> {
  readonly masked: boolean;
}

/** Writes who takes which file; false when it cannot be written. */
function audited(desk: ExportDesk, { context, request, wish, masked }: Taking): Promise<boolean> {
  const doneAt = (context.now ?? Date.now)();
  const { format } = wish.how;
  const detail = JSON.stringify({ format, masked, filter: wish.listing.filter, from: request.ip });
  return desk
    .audit({
      kind: 'audit',
      id: `audit-${doneAt.toString(36)}-${randomBytes(6).toString('hex')}`,
      doneAt,
      actor: request.holder ?? 'nobody',
      action: 'exported',
      subject: wish.what,
      callId: null,
      detail,
    })
    .then(
      () => true,
      () => false,
    );
}
