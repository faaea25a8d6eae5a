import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { EXPORT_MEDIA_TYPES } from '../ledger/export/export-table.js';
import type { Api, ApiContext } from './context.js';
import { type Exported, exportQueries } from './export-schemas.js';
import { errorSchema } from './schemas.js';
import { type ExportWish, sendExport } from './send-export.js';

/** Listings of the ledger as files. */
export function exportRoutes(api: Api, context: ApiContext): void {
  const { exports } = context;
  if (exports === undefined) return;
  const serve = (request: FastifyRequest, reply: FastifyReply, wish: ExportWish) =>
    sendExport({ desk: exports(request), context, request, reply, wish });
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

/** A file, for the OpenAPI document. */
export const FILE = {
  description: 'The file',
  content: Object.fromEntries(
    Object.values(EXPORT_MEDIA_TYPES).map((type) => [type, { schema: z.string() }]),
  ),
};

function schemaOf<const Q>(what: Exported, querystring: Q) {
  return {
    tags: ['ledger'],
    summary: `All ${what} that fit a filter, as a file`,
    description: `The same filters as the listing of ${what}, without pages; oldest first unless \`order\` says otherwise. The file is made while it is sent: a connection that is cut means that it is not whole. Times are shown in the time zone of the dial plan (Parquet: UTC). Callers' numbers are masked without the permission \`numbers.see\`. Who takes which file is in the ledger before its first byte goes out (\`exported\` in /v1/audits). At most two exports run at a time.`,
    querystring,
    response: { 200: FILE, 400: errorSchema, 401: errorSchema, 503: errorSchema },
  };
}
