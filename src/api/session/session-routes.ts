import { z } from 'zod';
import { ROLES } from '../../config/roles.js';
import { errorBody } from '../api-error.js';
import { AuditDesk } from '../audit-desk.js';
import type { Api, WholeContext } from '../context.js';
import { ALL_PERMISSIONS, permissionsOf } from '../rights/permissions.js';
import { errorSchema, text, time } from '../schemas.js';
import { isoTime } from '../wire.js';
import { SessionAudit } from './session-audit.js';
import { giveKey, isFromOurPage, SESSION_COOKIE, takeKey } from './session-cookie.js';
import type { SessionHolder } from './session-people.js';

const ABOUT =
  'For pages of people who have an account (`onekey user`). The session is a cookie of this server (HttpOnly, SameSite=Strict); it stands in for a token, and ends by logging out, after an hour without a request, after twelve hours, or when the account is disabled or gets another password.';

const loginBody = z.strictObject({
  name: z.string().trim().min(1).max(64),
  password: z.string().min(1).max(200),
});

const sessionSchema = z
  .object({
    name: text('Name of the account', 'wang-fang'),
    displayName: text('Name for people', '王芳'),
    role: z.enum(ROLES),
    members: z
      .union([z.literal('all'), z.array(z.string())])
      .meta({ description: 'Whose calls they may see: ids of members, or `all`' }),
    permissions: z.array(z.enum(ALL_PERMISSIONS)),
    endsAt: time('End of the session at the latest'),
  })
  .meta({ id: 'Session', description: 'Who is logged in.' });

/** Logging in and out at the pages of operations. */
export function sessionRoutes(api: Api, { people, writeAudit, now = Date.now }: WholeContext): void {
  if (people === undefined) return;
  const audit = new SessionAudit(new AuditDesk(writeAudit, now), now);
  api.post(
    '/v1/session',
    {
      schema: {
        tags: ['session'],
        summary: 'Log in',
        description: ABOUT,
        security: [],
        body: loginBody,
        response: {
          200: sessionSchema,
          400: errorSchema,
          401: errorSchema,
          403: errorSchema,
          429: errorSchema,
        },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      if (!isFromOurPage(request))
        return reply.code(403).send(errorBody('other-site', 'Log in at a page of this server.'));
      const { name, password } = request.body;
      const attempt = { name, from: request.ip };
      const verdict = await people.logIn(name, password, request.ip);
      if (verdict === 'wrong' || verdict === 'locked') audit.refused(attempt, verdict);
      if (verdict === 'busy')
        return reply
          .code(429)
          .header('retry-after', '2')
          .send(errorBody('busy', 'Too many log in now; try again in a moment.'));
      if (verdict === 'locked')
        return reply.code(429).send(errorBody('locked', 'Too many wrong passwords from here; wait a while.'));
      const key = verdict === 'right' ? people.open(name) : undefined;
      // The account may have been disabled meanwhile.
      const holder = people.holder(key);
      if (key === undefined || holder === null)
        return reply.code(401).send(errorBody('wrong-password', 'Name or password is wrong.'));
      people.end(request.cookies[SESSION_COOKIE]);
      giveKey(request, reply, key);
      audit.began(attempt);
      return reply.code(200).send(answerOf(holder));
    },
  );

  api.get(
    '/v1/session',
    {
      schema: {
        tags: ['session'],
        summary: 'Who is logged in, and what they may do',
        description: ABOUT,
        security: [],
        response: { 200: sessionSchema, 401: errorSchema },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      const holder = people.holder(request.cookies[SESSION_COOKIE]);
      if (holder === null) return reply.code(401).send(errorBody('unauthorized', 'Log in first.'));
      if (holder.newKey !== null) giveKey(request, reply, holder.newKey);
      return reply.code(200).send(answerOf(holder));
    },
  );

  api.delete(
    '/v1/session',
    {
      schema: {
        tags: ['session'],
        summary: 'Log out',
        description: ABOUT,
        security: [],
        response: { 200: z.object({}), 403: errorSchema },
      },
    },
    async (request, reply) => {
      if (!isFromOurPage(request))
        return reply.code(403).send(errorBody('other-site', 'Log out at a page of this server.'));
      const key = request.cookies[SESSION_COOKIE];
      const holder = people.holder(key);
      people.end(key);
      if (holder !== null) audit.ended({ name: holder.person.id, from: request.ip });
      takeKey(request, reply);
      return reply.code(200).send({});
    },
  );
}

function answerOf({ person, endsAt }: SessionHolder) {
  const { id, displayName, role, members } = person;
  return {
    name: id,
    displayName,
    role,
    members: members === 'all' ? members : [...members],
    permissions: [...permissionsOf(role)],
    endsAt: isoTime(endsAt),
  };
}
