import type { FastifyReply, FastifyRequest } from 'fastify';
import { EXPORT_MEDIA_TYPES } from '../../ledger/export/export-table.js';
import type { ApiContext } from '../context.js';
import type { SeenExports } from '../rights/sight.js';
import { attachment, auditExport, NOT_AUDITED } from '../send-export.js';
import { askReport, namesOf, type ReportQuestion } from './ask-report.js';
import { viewReport } from './report-view.js';
import { REPORT_WORDS } from './report-words.js';
import { reportWorkbook } from './report-workbook.js';

/** A workbook that somebody wants. */
export interface WorkbookWish extends ReportQuestion {
  readonly language: 'zh' | 'en';
  /** Name of the saved report that it is. */
  readonly report?: string;
}

/** Answers with the workbook of a report once it is written who takes it; undefined when there is no such period. */
export async function sendWorkbook(
  wish: WorkbookWish,
  asked: {
    readonly desk: Pick<SeenExports, 'audit'>;
    readonly context: ApiContext;
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
  },
): Promise<FastifyReply | undefined> {
  const { desk, context, request, reply } = asked;
  const { language, report: name } = wish;
  const report = await askReport(context, context.sight(request), wish);
  if (report === undefined) return undefined;
  const view = viewReport(report, namesOf(context.dialPlan(), language), language);
  const file = await reportWorkbook(view, REPORT_WORDS[language]);
  const { of, startsAt, member } = report;
  const detail = { format: 'xlsx', report: name, of, startsAt, member, from: request.ip };
  if (!(await auditExport(desk, { context, request, subject: 'statistics', detail })))
    return reply.code(503).send(NOT_AUDITED);
  return reply
    .code(200)
    .header('content-type', EXPORT_MEDIA_TYPES.xlsx)
    .header('content-disposition', attachment('report.xlsx', name ?? `${view.title} ${view.period}`))
    .send(Buffer.from(file));
}
