import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RecordingRecord } from '../ledger/records.js';
import { errorBody, refusalBody } from './api-error.js';
import { byteRange } from './byte-range.js';
import type { Api, ApiContext } from './context.js';
import { auditQuery, callParams, recordingParams, recordingQuery, screenPopQuery } from './query-schemas.js';
import { RecordingAudit } from './recording-audit.js';
import { RECORDING_LINK_MS, RecordingLinks } from './recording-links.js';
import { RECORDING_PAGE_HEADERS, recordingPage } from './recording-page.js';
import { auditSchema, recordingSchema } from './recording-schemas.js';
import { REFUSALS, refusalResponses } from './refusals.js';
import type { Sight } from './rights/sight.js';
import { errorSchema, pageSchema, text, time } from './schemas.js';
import { pageOf, toWire } from './wire.js';

const errors = { 400: errorSchema, 401: errorSchema, 403: errorSchema, 503: errorSchema };
const MINUTES = RECORDING_LINK_MS / 60_000;
const json = { 'application/json': { schema: errorSchema } };
const wav = { description: 'The file', content: { 'audio/wav': { schema: z.string() } } };

/** What the routes of this file share. */
interface Shelf extends ApiContext {
  readonly audit: RecordingAudit;
  readonly keys: RecordingLinks;
}

/** Recordings: begin and end, list, hear; and the audit of it. */
export function recordingRoutes(api: Api, context: ApiContext): void {
  const now = context.now ?? Date.now;
  const shelf: Shelf = {
    ...context,
    audit: new RecordingAudit(context.recordings, now),
    keys: new RecordingLinks(randomBytes(32), now),
  };
  controlRoutes(api, shelf);
  listRoutes(api, shelf);
  linkRoutes(api, shelf);
  audioRoute(api, shelf);
}

function controlRoutes(api: Api, { sight, audit }: Shelf): void {
  const answer = z.object({ callId: z.string() });
  api.post(
    '/v1/calls/:id/recording/start',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Record a call',
        description:
          'For members whose policy is `on-demand`. The caller is told first where the dial plan says so.',
        params: callParams,
        response: { 202: answer, ...refusalResponses('unknown-call', 'not-talking', 'not-recordable') },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = request.holder ?? '';
      const result = sight(request).operations.recordings.start(id, actor);
      if (!result.ok)
        return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
      await audit.write({ actor, action: 'recording-started', subject: id, callId: id, detail: request.ip });
      return reply.code(202).send({ callId: id });
    },
  );

  api.post(
    '/v1/calls/:id/recording/stop',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Record a call no more',
        description: 'What was recorded so far is kept.',
        params: callParams,
        response: { 202: answer, ...refusalResponses('unknown-call', 'recorded-by-policy', 'not-recorded') },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = request.holder ?? '';
      const result = sight(request).operations.recordings.stop(id);
      if (!result.ok)
        return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
      await audit.write({ actor, action: 'recording-stopped', subject: id, callId: id, detail: request.ip });
      return reply.code(202).send({ callId: id });
    },
  );
}

function listRoutes(api: Api, { sight }: Shelf): void {
  api.get(
    '/v1/recordings',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Recordings that have ended',
        description:
          'With `callId` those of one call. Who is on which channel, from when to when, is in `voices`.',
        querystring: recordingQuery,
        response: { 200: pageSchema(recordingSchema), ...errors },
      },
    },
    async (request) => pageOf(await sight(request).ledger.recordings(request.query)),
  );

  api.get(
    '/v1/audits',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Who did what with recordings',
        querystring: auditQuery,
        response: { 200: pageSchema(auditSchema), ...errors },
      },
    },
    async (request) => pageOf(await sight(request).ledger.audits(request.query)),
  );
}

function linkRoutes(api: Api, shelf: Shelf): void {
  api.post(
    '/v1/recordings/:id/links',
    {
      schema: {
        tags: ['recordings'],
        summary: 'A link to hear a recording in a browser',
        description: `A page with a player, open for ${MINUTES} minutes to whoever has the link; the audit names who asked for it.`,
        params: recordingParams,
        response: {
          201: z.object({
            page: text('Path of the page', '/v1/recordings/…/page?key=…'),
            audio: text('Path of the file'),
            endsAt: time('End of the link'),
          }),
          404: errorSchema,
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const recording = await find(shelf.sight(request), id);
      if (recording === undefined) return unknown(reply, id);
      const actor = request.holder ?? '';
      const { callId } = recording;
      const noted = await shelf.audit.write({
        actor,
        action: 'recording-linked',
        subject: id,
        callId,
        detail: request.ip,
      });
      if (!noted) return unaudited(reply);
      const { key, endsAt } = shelf.keys.key(id, actor);
      const path = `/v1/recordings/${encodeURIComponent(id)}`;
      const query = `?key=${encodeURIComponent(key)}`;
      return reply
        .code(201)
        .send(toWire({ page: `${path}/page${query}`, audio: `${path}/audio${query}`, endsAt }));
    },
  );

  api.get(
    '/v1/recordings/:id/page',
    {
      config: { opensByKey: (request) => holderByKey(shelf, request) !== null },
      schema: {
        tags: ['recordings'],
        summary: 'A page with a player',
        security: [{}],
        params: recordingParams,
        querystring: screenPopQuery,
        response: {
          200: { description: 'The page', content: { 'text/html': { schema: z.string() } } },
          404: errorSchema,
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { key = '' } = request.query;
      if (shelf.keys.holder(id, key) === null) return badLink(reply);
      const recording = await find(shelf.sight(request), id);
      if (recording === undefined) return unknown(reply, id);
      const audio = `/v1/recordings/${encodeURIComponent(id)}/audio?key=${encodeURIComponent(key)}`;
      const page = recordingPage(recording, audio, shelf.dialPlan());
      return reply.code(200).headers(RECORDING_PAGE_HEADERS).serializer(String).send(page);
    },
  );
}

function audioRoute(api: Api, shelf: Shelf): void {
  api.get(
    '/v1/recordings/:id/audio',
    {
      config: { opensByKey: (request) => holderByKey(shelf, request) !== null },
      schema: {
        tags: ['recordings'],
        summary: 'The audio of a recording',
        description:
          'Left the caller, right whom they talked with. Takes Range (RFC 9110 §14). Every listening is in the audit before the first byte goes out. Or with the `key` of a link, without a token.',
        security: [{ token: [] }, {}],
        params: recordingParams,
        querystring: screenPopQuery,
        response: {
          200: wav,
          206: wav,
          404: {
            description: '`unknown-recording`, or `no-file`: there never was one, or its time is over',
            content: json,
          },
          416: { description: '`bad-range`: it lies behind the end of the file', content: json },
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const recording = await find(shelf.sight(request), id);
      if (recording === undefined) return unknown(reply, id);
      return serve(shelf, recording, request, reply);
    },
  );
}

function holderByKey({ keys }: Shelf, request: FastifyRequest): string | null {
  const { id } = z.object({ id: z.string() }).parse(request.params);
  const query = z.object({ key: z.string() }).safeParse(request.query);
  return query.success ? keys.holder(id, query.data.key) : null;
}

async function serve(
  shelf: Shelf,
  { id, callId, file, sha256 }: RecordingRecord,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const opened = file === null ? null : ((await shelf.recordings?.open(file)) ?? null);
  if (opened === null)
    return reply.code(404).send(errorBody('no-file', 'This recording has no file (any more).'));
  const { size } = await opened.stat();
  const range = byteRange(request.headers.range, size);
  void reply.headers({ 'accept-ranges': 'bytes', etag: `"${sha256 ?? ''}"` });
  if (range === 'unsatisfiable') {
    await opened.close();
    return reply
      .code(416)
      .header('content-range', `bytes */${size}`)
      .send(errorBody('bad-range', `The file has ${size} bytes.`));
  }
  const actor = holderByKey(shelf, request) ?? request.holder ?? '';
  if (!(await shelf.audit.listening({ actor, subject: id, callId, detail: request.ip }))) {
    await opened.close();
    return unaudited(reply);
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range !== null) void reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  void reply.headers({
    'content-type': 'audio/wav',
    'content-length': end - start + 1,
    'content-disposition': `inline; filename="${id}.wav"`,
  });
  if (size === 0 || request.method === 'HEAD') {
    await opened.close();
    return reply.send('');
  }
  return reply.send(opened.createReadStream({ start, end }));
}

async function find({ ledger }: Sight, id: string): Promise<RecordingRecord | undefined> {
  return (await ledger.recordings({ id, limit: 1 })).items[0];
}

function unknown(reply: FastifyReply, id: string): FastifyReply {
  return reply.code(404).send(errorBody('unknown-recording', `The ledger has no recording "${id}".`));
}

function badLink(reply: FastifyReply): FastifyReply {
  const message = `This link does not open anything: it is not whole, older than ${MINUTES} minutes, or of an earlier start.`;
  return reply.code(403).send(errorBody('bad-link', message));
}

function unaudited(reply: FastifyReply): FastifyReply {
  const message = 'The audit cannot be written, and nothing is heard without it; see /healthz.';
  return reply.code(503).send(errorBody('no-audit', message));
}
