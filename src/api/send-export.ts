import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExportedListing, ExportRequest } from '../ledger/export/export-request.js';
import { EXPORT_MEDIA_TYPES, type ExportFormat } from '../ledger/export/export-table.js';
import { errorBody } from './api-error.js';
import type { ApiContext } from './context.js';
import type { Exported } from './export-schemas.js';
import { maySeeNumbers } from './may-see-numbers.js';
import { asksForBeginning, wholeNumberOnly } from './rights/mask-answers.js';
import type { SeenExports } from './rights/sight.js';

/** An export as it was asked for. */
export interface ExportWish {
  readonly what: Exported;
  readonly listing: ExportedListing;
  readonly how: { readonly format: ExportFormat; readonly language: 'zh' | 'en' };
  /** Name of the saved report that it is; the file has it, too. */
  readonly report?: string;
}

interface Asked {
  readonly desk: SeenExports;
  readonly context: ApiContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly wish: ExportWish;
}

/** An export is refused that no record could tell of. */
export const NOT_AUDITED = errorBody(
  'not-audited',
  'Who exports what must be in the ledger first, and it cannot be written now.',
);

/** Answers with the file of an export, made while it is sent, once it is written who takes it. */
export async function sendExport({ desk, context, request, reply, wish }: Asked): Promise<FastifyReply> {
  const { listing, how } = wish;
  const masked = !maySeeNumbers(request.role);
  // A saved report is asked for by its name, and may have been saved by somebody else.
  if (masked && asksForBeginning(listing.filter)) return reply.code(403).send(wholeNumberOnly());
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
    return reply.code(503).send(NOT_AUDITED);
  }
  return reply
    .code(200)
    .header('content-type', EXPORT_MEDIA_TYPES[how.format])
    .header('content-disposition', attachment(`${wish.what}.${how.format}`, wish.report))
    .send(stream);
}

/** A name in Chinese needs the form of RFC 6266 with RFC 8187; what cannot read that takes the plain one. */
export function attachment(plain: string, name?: string): string {
  const header = `attachment; filename="${plain}"`;
  if (name === undefined) return header;
  return `${header}; filename*=UTF-8''${encodeURIComponent(`${name}${extname(plain)}`)}`;
}

interface Taking extends Pick<Asked, 'context' | 'request' | 'wish'> {
  readonly masked: boolean;
}

function audited(desk: SeenExports, { context, request, wish, masked }: Taking): Promise<boolean> {
  const { format } = wish.how;
  const { report } = wish;
  const detail = { format, masked, report, filter: wish.listing.filter, from: request.ip };
  return auditExport(desk, { context, request, subject: wish.what, detail });
}

/** Writes who takes which file, with what tells it from others; false when it cannot be written. */
export function auditExport(
  desk: Pick<SeenExports, 'audit'>,
  of: {
    readonly context: Pick<ApiContext, 'now'>;
    readonly request: FastifyRequest;
    readonly subject: string;
    readonly detail: object;
  },
): Promise<boolean> {
  const doneAt = (of.context.now ?? Date.now)();
  const { members } = of.request;
  return desk
    .audit({
      kind: 'audit',
      id: `audit-${doneAt.toString(36)}-${randomBytes(6).toString('hex')}`,
      doneAt,
      actor: of.request.holder ?? 'nobody',
      action: 'exported',
      subject: of.subject,
      callId: null,
      // Who sees some members only takes what is of these.
      detail: JSON.stringify({ ...(members === 'all' ? {} : { members }), ...of.detail }),
    })
    .then(
      () => true,
      () => false,
    );
}
