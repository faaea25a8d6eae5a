import { endOf, type StoredToken, type TokenSecret } from '../../people/token.js';
import { localTime, table } from '../ledger/text.js';
import { membersText } from '../members-option.js';

const DAY_MS = 86_400_000;

/** Tokens as lines of a table; a line more for each older secret that still holds. Times are those of this machine. */
export function tokensTable(tokens: readonly StoredToken[], now: number): readonly string[] {
  if (tokens.length === 0) return ['no tokens'];
  const rows = tokens.flatMap((token) => {
    const { name, role, members, createdBy, secrets } = token;
    const [newest, ...older] = secrets;
    const holding = older.filter(({ endsAt }) => endsAt > now && token.revokedAt === null);
    return [
      [
        name,
        role,
        membersText(members),
        stateOf(token, now),
        minute(endOf(token)),
        usedAt(newest),
        createdBy,
      ],
      ...holding.map((secret) => ['', '', '', 'secret before', minute(secret.endsAt), usedAt(secret), '']),
    ];
  });
  return table([['token', 'role', 'members', 'state', 'ends', 'last used', 'issued by'], ...rows]);
}

/** A token as one line of JSON, without anything of its secrets but their times. */
export function tokenJson({ secrets, ...token }: StoredToken): string {
  return JSON.stringify({
    ...token,
    secrets: secrets.map(({ madeAt, endsAt, usedAt }) => ({ madeAt, endsAt, usedAt })),
  });
}

function stateOf(token: StoredToken, now: number): string {
  if (token.revokedAt !== null) return 'revoked';
  const left = endOf(token) - now;
  if (left <= 0) return 'expired';
  const days = Math.floor(left / DAY_MS);
  return days === 1 ? '1 day left' : `${days} days left`;
}

function usedAt(secret: TokenSecret | undefined): string {
  const at = secret?.usedAt ?? null;
  return at === null ? 'never' : minute(at);
}

/** The time at this machine, as in 2026-03-02 08:00. */
export function minute(time: number): string {
  return localTime(time)?.slice(0, 16) ?? '';
}
