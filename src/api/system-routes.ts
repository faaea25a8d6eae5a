import { z } from 'zod';
import { packageInfo } from '../config/package-root.js';
import type { Api, WholeContext } from './context.js';
import { errorSchema, healthSchema } from './schemas.js';

/** /healthz for anybody, /metrics for Prometheus. */
export function systemRoutes(api: Api, context: WholeContext): void {
  const { operations, metrics, media } = context;
  const { version } = packageInfo();

  api.get(
    '/healthz',
    {
      schema: {
        tags: ['system'],
        summary: 'Whether calls are taken',
        description: 'Needs no token. 200 while calls are taken, 503 while the program starts or drains.',
        security: [],
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async (_request, reply) => {
      const problems = [...(context.problems?.() ?? [])];
      if (operations.ready()) {
        const status = problems.length === 0 ? ('ok' as const) : ('degraded' as const);
        return reply.code(200).send({ status, problems, media, version });
      }
      const why = context.notReady?.() ?? 'the program starts or stops';
      const status = 'unavailable' as const;
      return reply.code(503).send({ status, problems: [why, ...problems], media, version });
    },
  );

  api.get(
    '/metrics',
    {
      config: { openOnLoopback: true },
      schema: {
        tags: ['system'],
        summary: 'Figures for Prometheus',
        description: 'Needs no token where the server listens on loopback only.',
        security: [{}, { token: [] }],
        response: { 200: z.string().meta({ description: 'Prometheus text format' }), 401: errorSchema },
      },
    },
    async (_request, reply) => {
      const text = await metrics.metrics();
      return reply.header('content-type', metrics.contentType).serializer(String).send(text);
    },
  );
}
