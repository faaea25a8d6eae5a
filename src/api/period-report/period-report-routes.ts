import type { ErrorBody } from '../api-error.js';
import type { Api, ApiContext } from '../context.js';
import { FILE } from '../export-routes.js';
import { errorSchema } from '../schemas.js';
import { askReport } from './ask-report.js';
import { periodReportAnswer, periodReportQuery, workbookQuery } from './period-report-schemas.js';
import { sendWorkbook } from './send-workbook.js';

const errors = { 400: errorSchema, 401: errorSchema, 503: errorSchema };

/** Of a day that there is not, or that has not come. */
export const NO_PERIOD: ErrorBody = {
  error: {
    code: 'bad-request',
    message: 'query parameter "at": there is no such day, or its period has not begun',
    field: 'at',
  },
};

/** Reports of a day, week, month, quarter or year: all figures in one answer, and the same as a workbook. */
export function periodReportRoutes(api: Api, context: ApiContext): void {
  api.get(
    '/v1/statistics/report',
    {
      schema: {
        tags: ['statistics'],
        summary: 'Everything that a report of a period shows',
        description:
          'Figures of a day, week, month, quarter or year of the city beside the period before, of each member, transfers, goals, causes, matters and surges. A period that goes on is told as far as it has come.',
        querystring: periodReportQuery,
        response: { 200: periodReportAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const report = await askReport(context, context.sight(request), request.query);
      return report === undefined ? reply.code(400).send(NO_PERIOD) : reply.code(200).send(report);
    },
  );
  const { exports } = context;
  if (exports === undefined) return;
  api.get(
    '/v1/statistics/report/workbook',
    {
      schema: {
        tags: ['statistics'],
        summary: 'The same as an Excel workbook',
        description:
          'A sheet with what is said in words and one for each table, with the digits of the page. Who takes it is in the ledger first (`exported` in /v1/audits).',
        querystring: workbookQuery,
        response: { 200: FILE, ...errors },
      },
    },
    async (request, reply) =>
      (await sendWorkbook(request.query, { desk: exports(request), context, request, reply })) ??
      reply.code(400).send(NO_PERIOD),
  );
}
