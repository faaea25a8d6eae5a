import { z } from 'zod';
import { errorBody } from '../api-error.js';
import type { Api, ApiContext } from '../context.js';
import { FILE } from '../export-routes.js';
import { NO_PERIOD } from '../period-report/period-report-routes.js';
import { sendWorkbook } from '../period-report/send-workbook.js';
import { mayDo } from '../rights/permissions.js';
import { errorSchema } from '../schemas.js';
import { sendExport } from '../send-export.js';
import { toWire } from '../wire.js';
import type { FilterFault } from './filter-fault.js';
import { exportOf, filterFault, isListing } from './report-query.js';
import { reportBody, reportParams, reportSchema } from './report-schemas.js';
import { MOST_REPORTS } from './report-store.js';
import { questionOf } from './statistics-report.js';

const errors = { 400: errorSchema, 401: errorSchema, 403: errorSchema };
const STALE = errorBody(
  'stale-report',
  'The filter of this report is not understood any more; save it anew.',
);
const unknown = (name: string) => errorBody('unknown-report', `There is no report "${name}".`);

type Reports = NonNullable<ApiContext['reports']>;

/** Queries that are saved under a name, and run as exports; and reports of periods. */
export function reportRoutes(api: Api, context: ApiContext): void {
  const { reports } = context;
  if (reports === undefined) return;
  listing(api, reports);
  changing(api, context, reports);
  running(api, context, reports);
}

function listing(api: Api, reports: Reports): void {
  api.get(
    '/v1/reports',
    {
      schema: {
        tags: ['reports'],
        summary: 'Saved reports, by name',
        response: { 200: z.object({ items: z.array(reportSchema) }), ...errors },
      },
    },
    async (request) => ({ items: (await reports(request).list()).map((report) => toWire(report)) }),
  );
  api.get(
    '/v1/reports/:name',
    {
      schema: {
        tags: ['reports'],
        summary: 'A saved report',
        params: reportParams,
        response: { 200: reportSchema, 404: errorSchema, ...errors },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const report = await reports(request).get(name);
      return report === undefined
        ? reply.code(404).send(unknown(name))
        : reply.code(200).send(toWire(report));
    },
  );
}

function changing(api: Api, context: ApiContext, reports: Reports): void {
  api.put(
    '/v1/reports/:name',
    {
      schema: {
        tags: ['reports'],
        summary: 'Save a report, in place of the one of this name',
        description: `At most ${MOST_REPORTS}. The filter is checked as the listing checks it; \`from\` and \`to\` stand in it only where there is no \`period\`.`,
        params: reportParams,
        body: reportBody,
        response: { 200: reportSchema, 201: reportSchema, 409: errorSchema, ...errors },
      },
    },
    async (request, reply) => {
      const savedAt = (context.now ?? Date.now)();
      const { name } = request.params;
      const report = { ...request.body, name, savedBy: request.holder ?? 'nobody', savedAt };
      const wrong = filterFault(report);
      if (wrong !== null) return reply.code(400).send(wrongFilter(wrong));
      const saved = await reports(request).save(report);
      if (saved === 'taken')
        return reply
          .code(409)
          .send(errorBody('name-taken', 'Somebody else has a report of this name; choose another.'));
      if (saved === 'too-many')
        return reply
          .code(409)
          .send(errorBody('too-many-reports', `There are ${MOST_REPORTS} reports; delete one first.`));
      return reply.code(saved === 'new' ? 201 : 200).send(toWire(report));
    },
  );
  api.delete(
    '/v1/reports/:name',
    {
      schema: {
        tags: ['reports'],
        summary: 'Delete a saved report',
        params: reportParams,
        response: { 204: z.null().meta({ description: 'Deleted' }), 404: errorSchema, ...errors },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      return (await reports(request).remove(name))
        ? reply.code(204).send(null)
        : reply.code(404).send(unknown(name));
    },
  );
}

function running(api: Api, context: ApiContext, reports: Reports): void {
  const { exports } = context;
  if (exports === undefined) return;
  api.get(
    '/v1/reports/:name/run',
    {
      schema: {
        tags: ['reports'],
        summary: 'Run a saved report: the file',
        description:
          'As the exports do it: audited, numbers masked without the permission `numbers.see`, made while it is sent.',
        params: reportParams,
        response: { 200: FILE, 404: errorSchema, 409: errorSchema, 503: errorSchema, ...errors },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const report = await reports(request).get(name);
      if (report === undefined) return reply.code(404).send(unknown(name));
      if (report.what === 'audits' && !(request.role !== null && mayDo(request.role, 'audits.read')))
        return reply.code(403).send(errorBody('forbidden', 'Audits need the permission audits.read.'));
      if (!isListing(report)) {
        const saved = questionOf(report);
        if (!saved.ok) return reply.code(409).send(STALE);
        const wish = { ...saved.question, language: report.language, report: name };
        return (
          (await sendWorkbook(wish, { desk: exports(request), context, request, reply })) ??
          reply.code(409).send(NO_PERIOD)
        );
      }
      const now = (context.now ?? Date.now)();
      const read = exportOf(report, now, context.dialPlan().policies.timezone);
      if (!read.success) return reply.code(409).send(STALE);
      return sendExport({
        desk: exports(request),
        context,
        request,
        reply,
        wish: { what: report.what, report: name, ...read.data },
      });
    },
  );
}

function wrongFilter({ field, message }: FilterFault) {
  const place = field === null ? 'filter' : `filter.${field}`;
  return { error: { code: 'bad-request', message: `body field "${place}": ${message}`, field: 'filter' } };
}
