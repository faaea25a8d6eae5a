import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { MemberScope, Role } from '../config/roles.js';
import { errorBody } from './api-error.js';
import { BearerTokens, type BearerVerdict, type TokenSources } from './bearer-tokens.js';
import { mayDo, type Permission, rolesWith } from './rights/permissions.js';
import type { ScreenPopLinks } from './screen-pop-links.js';
import { giveKey, isFromOurPage, SESSION_COOKIE } from './session/session-cookie.js';
import type { SessionPeople } from './session/session-people.js';

/** Who asks. */
export interface Holder {
  readonly name: string;
  readonly role: Role;
  /** Whose calls they may see. */
  readonly members: MemberScope;
  /** Id of the session that it came with; null for a token. */
  readonly session: string | null;
  /** What answers under way end with: a session, or the secret of a token. Null when that does not end. */
  readonly pass: string | null;
}

/** Checks the bearer token of a request (RFC 6750), or the key of a link. */
export class Gatekeeper {
  readonly #bearers: BearerTokens;

  constructor(
    tokens: TokenSources,
    private readonly links: Pick<ScreenPopLinks, 'opens'> | undefined,
    private readonly people?: Pick<SessionPeople, 'holder'>,
  ) {
    this.#bearers = new BearerTokens(tokens);
  }

  /** Let a request pass when its token has the permission; else answer 401, 403 or 429. */
  async check(
    request: FastifyRequest,
    reply: FastifyReply,
    permission: Permission,
  ): Promise<Holder | undefined> {
    const holder = await this.#holder(request, reply);
    if (holder === undefined) return undefined;
    request.holder = holder.name;
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

  /** Who asks; a request that names a token counts by that alone. Undefined when it was refused. */
  async #holder(request: FastifyRequest, reply: FastifyReply): Promise<Holder | undefined> {
    if (request.headers.authorization !== undefined) {
      const verdict = this.#bearers.judge(request);
      if (verdict.kind === 'held') return { ...verdict.holder, session: null };
      await refuse(reply, verdict);
      return undefined;
    }
    const found = this.people?.holder(request.cookies[SESSION_COOKIE]) ?? null;
    if (found === null) {
      await reply.code(401).header('www-authenticate', 'Bearer realm="onekey"').send(LOG_IN);
      return undefined;
    }
    if (found.newKey !== null) giveKey(request, reply, found.newKey);
    const { id: name, role, members } = found.person;
    return { name, role, members, session: found.session, pass: found.session };
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

const LOG_IN = errorBody(
  'unauthorized',
  'Send a token of this server, "Authorization: Bearer <token>", or log in.',
);

/** Who had a token that ended is told so: nobody else can have its secret. */
const ENDED = {
  unknown: LOG_IN,
  expired: errorBody('token-expired', 'This token has expired; ask operations for another secret of it.'),
  revoked: errorBody('token-revoked', 'This token was revoked.'),
  replaced: errorBody('token-replaced', 'This token has another secret now, which is to be sent.'),
} as const;

/** RFC 6750 §3.1: `invalid_token` says that it expired, was revoked, or is wrong for another reason. */
async function refuse(reply: FastifyReply, verdict: Exclude<BearerVerdict, { kind: 'held' }>): Promise<void> {
  if (verdict.kind === 'locked') {
    const message = 'Too many wrong tokens came from this address; wait a while.';
    const seconds = String(Math.ceil(verdict.forMs / 1000));
    await reply.code(429).header('retry-after', seconds).send(errorBody('locked', message));
    return;
  }
  await reply
    .code(401)
    .header('www-authenticate', 'Bearer realm="onekey", error="invalid_token"')
    .send(ENDED[verdict.kind]);
}

/** Says what is missing, and who has it. */
export function forbidden(role: Role, permission: Permission): string {
  return `The role ${role} may not do this: it needs the permission ${permission}; roles with it: ${rolesWith(permission).join(', ')}.`;
}

function paramsOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
