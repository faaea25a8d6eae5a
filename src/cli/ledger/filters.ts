import type { ParseArgsConfig } from 'node:util';
import type { z } from 'zod';
import { auditQuery, callQuery, legQuery, recordingQuery, transferQuery } from '../../api/query-schemas.js';
import { PAGE_LIMIT } from '../../ledger/query.js';
import type { OptionValues } from './subcommand.js';
import { parseLocalTime } from './text.js';

/** Lines about the filters for the help. */
export const filterHelp = `  all           --from TIME --to TIME (2026-03-02, "2026-03-02 08:00", 2026-03-02T08:00:00Z)
                --limit N (default ${PAGE_LIMIT.default}) or --all; --order newest|oldest
  calls         --member M --first-member M --last-member M --first-dialled NUMBER
                --caller NUMBER (138* for all that begin so) --trunk T --missed --call-back-of ID
                --agent A; --from-member M --to-member M --matter M (of a transfer of the call)
                --min-duration S --max-duration S --min-wait S --max-wait S (seconds)
                --outcome answered|missed|abandoned|refused|not-reached|interrupted --cause C
                --ended-by WHO
  legs          --call-id C --member M --agent A --caller NUMBER --trunk T --role caller|agent|target|monitor
                --direction in|out --outcome answered|rejected|unanswered|cancelled|unreachable|interrupted
                --ended-by WHO --sip-status N --sip-call-id ID --transfer-id T
                --min-duration S --max-duration S --min-talk S --max-talk S
  transfers     --id T --call-id C --member M (either side) --from-member M --to-member M --matter M
                --trigger refer|replaces|api|key|desk --mode blind|consult|conference|alert
                --outcome completed|failed|refused|abandoned|interrupted --cause C
                --caller NUMBER --first-member M --min-switch S --max-switch S
  recordings    --id R --call-id C --outcome kept|empty|failed --requested-by WHO
  audits        --actor WHO --subject ID --call-id C
                --action recording-started|recording-stopped|recording-linked|recording-played|recording-deleted|agent-state|called-back|call-back-failed|note-written|exported|
                logged-in|logged-out|login-refused|refused|number-shown|account-added|account-changed|password-changed|
                ledger-taken-over|monitor-started|monitor-changed|monitor-stopped|month-closed|month-opened|
                month-deleted|hold-added|hold-released|erased|report-erased|token-added|token-rotated|token-revoked`;

/** Filters that are words of the API's queries, by their name there. */
const FILTERS = [
  ...new Set(
    [callQuery, legQuery, transferQuery, recordingQuery, auditQuery].flatMap((schema) =>
      Object.keys(schema.shape),
    ),
  ),
].filter((name) => name !== 'cursor');

/** The filters as options of a command line. */
export const filterOptions: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
  FILTERS.map((name) => [
    kebab(name),
    { type: name === 'missed' ? ('boolean' as const) : ('string' as const) },
  ]),
);

/** The filters that were given, as the API would get them; times are those of this machine's zone. */
export function givenFilters(
  values: OptionValues,
):
  | { readonly ok: true; readonly given: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string } {
  const given: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = values[kebab(name)];
    if (value === undefined) continue;
    const text = String(value);
    const time = name === 'from' || name === 'to' ? parseLocalTime(text) : text;
    if (time === undefined)
      return {
        ok: false,
        message: `--${name} ${text}: write a time such as 2026-03-02 or "2026-03-02 08:00"`,
      };
    given[name] = time;
  }
  return { ok: true, given };
}

/** Names the option and what is wrong with it. */
export function complaint(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys')
    return `--${kebab(issue.keys[0] ?? '')} is no filter of these records`;
  return `--${kebab(String(issue?.path[0] ?? ''))}: ${issue?.message ?? 'is wrong'}`;
}

/** A field of the API as an option of the command line. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
