import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MemberScope } from '../../config/roles.js';
import { errorBody } from '../api-error.js';
import type { RouteScope } from './route-rights.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose calls may be seen; null: nobody's. */
    members: MemberScope | null;
  }
}

/** Refuses what a holder who sees some members only may not ask for. True when it was refused. */
export async function isOutOfScope(
  request: FastifyRequest,
  reply: FastifyReply,
  scope: RouteScope,
): Promise<boolean> {
  const { members } = request;
  if (members === 'all') return false;
  const seen = members ?? [];
  if (scope === 'whole') {
    await reply.code(403).send(errorBody('out-of-scope', `This is for those who see all; ${sees(seen)}.`));
    return true;
  }
  const foreign =
    scope === 'members' ? namedIn(request.query).find((name) => !seen.includes(name)) : undefined;
  if (foreign === undefined) return false;
  await reply
    .code(403)
    .send(errorBody('out-of-scope', `"${foreign}" is none of your members; ${sees(seen)}.`));
  return true;
}

function sees(members: readonly string[]): string {
  return members.length === 0 ? 'you see no member' : `you see ${members.join(', ')}`;
}

/** Members that a query names. */
function namedIn(query: unknown): readonly string[] {
  if (typeof query !== 'object' || query === null || !('member' in query)) return [];
  return [query.member].flat().map(String);
}
