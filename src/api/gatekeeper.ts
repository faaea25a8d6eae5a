import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Role } from '../config/roles.js';
import { errorBody } from './api-error.js';
import { mayDo, type Permission, rolesWith } from './rights/permissions.js';
import type { ScreenPopLinks } from './screen-pop-links.js';
import { giveKey, isFromOurPage, SESSION_COOKIE } from './session/session-cookie.js';
import type { SessionPeople } from './session/session-people.js';
import type { ApiToken } from './tokens.js';

/** Who asks. */
export interface Holder {
  readonly name: string;
  readonly role: Role;
  /** Id of the session that it came with; null for a token. */
  readonly session: string | null;
}

/** Checks the bearer token of a request (RFC 6750), or the key of a link. */
export class Gatekeeper {
  readonly #tokens: readonly { readonly digest: Buffer; readonly token: ApiToken }[];

  constructor(
    tokens: readonly ApiToken[],
    private readonly links: Pick<ScreenPopLinks, 'opens'> | undefined,
    private readonly people?: Pick<SessionPeople, 'holder'>,
  ) {
    this.#tokens = tokens.map((token) => ({ digest: digest(token.token), token }));
  }

  /** Who sent the request; undefined when the token is missing or unknown. */
  holder(request: FastifyRequest): Holder | undefined {
    const given = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) return undefined;
    const wanted = digest(given);
    let found: ApiToken | undefined;
    // All are compared, each in constant time: the time taken tells nothing about any of them.
    for (const { digest: known, token } of this.#tokens) if (timingSafeEqual(known, wanted)) found ??= token;
    if (found === undefined) return undefined;
    return { name: found.name, role: found.role === 'operator' ? 'admin' : found.role, session: null };
  }

  /** Let a request pass when its token has the permission; else answer 401 or 403. */
  async check(
    request: FastifyRequest,
    reply: FastifyReply,
    permission: Permission,
  ): Promise<Holder | undefined> {
    const holder = this.holder(request) ?? this.#logged(request, reply);
    if (holder === undefined) {
      const challenge = request.headers.authorization === undefined ? '' : ', error="invalid_token"';
      await reply
        .code(401)
        .header('www-authenticate', `Bearer realm="onekey"${challenge}`)
        .send(
          errorBody(
            'unauthorized',
            'Send a token of this server, "Authorization: Bearer <token>", or log in.',
          ),
        );
      return undefined;
    }
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (holder.session !== null && changes && !isFromOurPage(request)) {
      const message = 'A session changes things from pages of this server alone.';
      await reply.code(403).send(errorBody('other-site', message));
      return undefined;
    }
    if (!mayDo(holder.role, permission)) {
      await reply
        .code(403)
        .header('www-authenticate', 'Bearer realm="onekey", error="insufficient_scope"')
        .send(errorBody('forbidden', forbidden(holder.role, permission)));
      return undefined;
    }
    return holder;
  }

  /** Who is logged in; a request that names a token counts by that alone. */
  #logged(request: FastifyRequest, reply: FastifyReply): Holder | undefined {
    if (request.headers.authorization !== undefined) return undefined;
    const found = this.people?.holder(request.cookies[SESSION_COOKIE]);
    if (found === undefined || found === null) return undefined;
    if (found.newKey !== null) giveKey(request, reply, found.newKey);
    return { name: found.person.id, role: found.person.role, session: found.session };
  }

  /** Let a request pass when the `key` in its query was made here for the `id` in its path; else answer 403. */
  async checkLink(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const given = link.safeParse({ ...paramsOf(request.query), ...paramsOf(request.params) });
    if (given.success && this.links?.opens(given.data.id, given.data.key)) return;
    const message =
      'This link does not open anything: it is not whole, or was made before the server started anew.';
    await reply.code(403).send(errorBody('bad-link', message));
  }
}

const link = z.object({ id: z.string(), key: z.string() });

/** Says what is missing, and who has it. */
export function forbidden(role: Role, permission: Permission): string {
  return `The role ${role} may not do this: it needs the permission ${permission}; roles with it: ${rolesWith(permission).join(', ')}.`;
}

function paramsOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
