/** Logging in and out. The session is a cookie of the server that scripts cannot read; it goes with every request. */
import type { Permission } from '../../../api/rights/permissions.js';
import type { MemberScope } from '../../../config/roles.js';
import { get, OpsError, send } from './ops-client.js';

/** Who is logged in. */
export interface Access {
  readonly name: string;
  readonly displayName: string;
  /** Whose calls they may see. */
  readonly members: MemberScope;
  readonly permissions: readonly Permission[];
  /** End of the session at the latest; ISO 8601. */
  readonly endsAt: string;
}

/** @throws OpsError `unauthorized` when nobody is */
export function whoIsIn(): Promise<Access> {
  return get<Access>('/v1/session');
}

/** @throws OpsError `wrong-password`, `locked`, `busy`, ... */
export async function logIn(name: string, password: string): Promise<Access> {
  const body = JSON.stringify({ name, password });
  const headers = { 'content-type': 'application/json' };
  return (await (await send('POST', '/v1/session', { headers, body })).json()) as Access;
}

export async function logOut(): Promise<void> {
  try {
    await send('DELETE', '/v1/session');
  } catch (error) {
    // One leaves the page also when the server is away: the browser forgets the cookie when it is closed.
    if (!(error instanceof OpsError)) throw error;
  }
}
