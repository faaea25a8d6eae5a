import { userInfo } from 'node:os';
import type { Config } from '../config/config.js';
import { type MemberScope, ROLES } from '../config/roles.js';
import { AGENT_ID, AGENT_ID_FORM } from '../dialplan/agent-names.js';
import { peoplePath } from '../people/people-database.js';
import { PeopleFile } from '../people/people-file.js';
import { digestOf, madeSecret } from '../people/token.js';
import { MOST_TOKENS, type TokenChange } from '../people/token-store.js';
import { MEMBERS_HELP, membersOption } from './members-option.js';
import { withAccounts } from './open-accounts.js';
import { commonOptionsHelp, EXIT, processSurroundings, readSettings, type Surroundings } from './options.js';
import { readAction } from './read-action.js';
import { minute, tokenJson, tokensTable } from './token/tokens-table.js';

/** One line for `onekey --help`. */
export const summary = 'tokens with which programs use the API';

/** How long a token holds, days. */
const DAYS = { default: 90, max: 366 } as const;
/** How long the secret before holds on when there is a new one, hours. */
const GRACE_HOURS = { default: 24, max: 720 } as const;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Text of `onekey token --help`. */
export const help = `Usage: onekey token add NAME --role ROLE [--members LIST] [--days N]
       onekey token rotate NAME [--days N] [--grace-hours N]
       onekey token revoke NAME
       onekey token list [--all] [--json]

  add      issues a token and prints its secret, this once: what is kept of it is a digest
  rotate   prints another secret of the token, which holds from now on; the one before holds on for a while, so that
           the program which has it can be given the new one without a gap. --grace-hours 0 ends it at once
  revoke   ends a token with all its secrets at once; what is being answered to it is cut off
  list     tokens with their role, their end and when each secret was last used, without the secrets

The server may be running: it sees a change within two seconds. Who issued, rotated and revoked which token is in the ledger
(onekey ledger query audits --subject NAME); where the server does not run, as soon as it does. The API is used with the header
"Authorization: Bearer SECRET". What each role may do is in the README: ${ROLES.join(', ')}.

Options:
      --role ROLE      add: one of those above
${MEMBERS_HELP}
      --days N         add, rotate: days until the token ends, 1 to ${DAYS.max} (default ${DAYS.default})
      --grace-hours N  rotate: hours for which the secret before holds on, 0 to ${GRACE_HOURS.max} (default ${GRACE_HOURS.default})
      --all            list: also those that were revoked
      --json           list: one JSON object a line
${commonOptionsHelp}

Examples:
  onekey token add prometheus --role viewer --days 366
  (umask 077; onekey token rotate prometheus > /etc/prometheus/onekey-token)
  onekey token revoke prometheus

Exit codes: 0 done, 1 there is no such token, or it is there already, 2 wrong usage.`;

const COMMAND = { name: 'token', subject: 'token', secret: 'secret' } as const;
const ACTIONS = {
  add: { words: ['NAME'], options: ['role', 'members', 'days'] },
  rotate: { words: ['NAME'], options: ['days', 'grace-hours'] },
  revoke: { words: ['NAME'], options: [] },
  list: { words: [], options: ['all', 'json'] },
} as const;
type Action = keyof typeof ACTIONS;

const OPTIONS = {
  role: { type: 'string' },
  members: { type: 'string' },
  days: { type: 'string' },
  'grace-hours': { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export interface TokenSurroundings extends Surroundings {
  /** UTC milliseconds. */
  now(): number;
  /** Who sits here, for the audit. */
  user(): string;
}

/** What an action works on. */
interface Job {
  readonly file: PeopleFile;
  readonly config: Config;
  readonly name: string;
  readonly role: string | undefined;
  readonly members: MemberScope;
  readonly days: number;
  readonly graceHours: number;
  readonly all: boolean;
  readonly json: boolean;
  readonly surroundings: TokenSurroundings;
}

const JOBS: Readonly<Record<Action, (job: Job) => number>> = { add, rotate, revoke, list };

/** Run `onekey token ...`; resolves to the exit code. */
export async function run(
  argv: readonly string[],
  surroundings: TokenSurroundings = {
    ...processSurroundings,
    now: Date.now,
    user: () => userInfo().username,
  },
): Promise<number> {
  const usage = (message: string): number => {
    surroundings.err(`onekey token: ${message}`);
    return EXIT.usage;
  };
  const read = readAction(COMMAND, ACTIONS, OPTIONS, argv);
  if (!read.ok) return usage(read.message);
  const { action, values, words } = read;
  const [name = ''] = words;
  const days = wholeNumber('days', values.days, 1, DAYS);
  if (typeof days === 'string') return usage(days);
  const graceHours = wholeNumber('grace-hours', values['grace-hours'], 0, GRACE_HOURS);
  if (typeof graceHours === 'string') return usage(graceHours);
  const settings = readSettings(values, surroundings);
  if (!settings.ok) return settings.exitCode;
  const { config } = settings;
  const { role, all = false, json = false } = values;
  const scope = membersOption(values.members, config, surroundings);
  if (!scope.ok) return usage(scope.message);
  const { members } = scope;
  const dir = config.data;
  return withAccounts(
    { dir, path: peoplePath(dir), open: (path) => new PeopleFile(path) },
    surroundings,
    (file) => JOBS[action]({ file, config, name, role, members, days, graceHours, all, json, surroundings }),
  );
}

function add(job: Job): number {
  const { file, name, members, days, surroundings } = job;
  if (!AGENT_ID.test(name)) return wrong(job, `"${name}" is no name of a token; write ${AGENT_ID_FORM}`);
  if (job.role === undefined) return wrong(job, `say what its holder may do: --role ${ROLES.join('|')}`);
  const role = ROLES.find((one) => one === job.role);
  if (role === undefined)
    return wrong(job, `there is no role "${job.role}"; it is one of ${ROLES.join(', ')}`);
  const taken = takenBy(job);
  if (taken !== null) {
    surroundings.err(`onekey token: ${name} is the name of ${taken} already; the audit must tell them apart`);
    return EXIT.failed;
  }
  const now = surroundings.now();
  const secret = madeSecret();
  const endsAt = now + days * DAY_MS;
  const change = file.tokens.add(
    { name, role, members },
    { digest: digestOf(secret), endsAt },
    { by: surroundings.user(), now },
  );
  return issued(job, change, secret, `token ${name} issued; it holds until ${minute(endsAt)}`);
}

function rotate(job: Job): number {
  const { file, name, days, graceHours, surroundings } = job;
  const now = surroundings.now();
  const secret = madeSecret();
  const endsAt = now + days * DAY_MS;
  const change = file.tokens.rotate(name, { digest: digestOf(secret), endsAt }, now + graceHours * HOUR_MS, {
    by: surroundings.user(),
    now,
  });
  const before = graceHours === 0 ? 'holds no more' : `holds on for ${graceHours} hours at most`;
  return issued(
    job,
    change,
    secret,
    `token ${name} has another secret, which holds until ${minute(endsAt)}; the one before ${before}`,
  );
}

function revoke(job: Job): number {
  const { file, name, surroundings } = job;
  const change = file.tokens.revoke(name, { by: surroundings.user(), now: surroundings.now() });
  return told(job, change, `token ${name} revoked`);
}

function list({ file, all, json, surroundings }: Job): number {
  const tokens = file.tokens.all().filter(({ revokedAt }) => all || revokedAt === null);
  const lines = json ? tokens.map(tokenJson) : tokensTable(tokens, surroundings.now());
  for (const line of lines) surroundings.out(line);
  return EXIT.ok;
}

/** Who has this name already, so that the audit would not tell them apart; null when nobody does. */
function takenBy({ file, config, name }: Job): string | null {
  if (file.people.get(name) !== undefined) return 'an account (onekey user list)';
  if (config.http.tokens.some((token) => token.name === name)) return 'a token of the configuration';
  return ['onekey', 'nobody', 'api-token'].includes(name) ? 'something of the program' : null;
}

function issued(job: Job, change: TokenChange, secret: string, text: string): number {
  if (change.ok) job.surroundings.out(secret);
  return told(job, change, `${text}. Its secret is shown this once`);
}

function told({ name, surroundings }: Job, change: TokenChange, text: string): number {
  if (change.ok) {
    surroundings.err(text);
    return EXIT.ok;
  }
  const why: Readonly<Record<typeof change.why, string>> = {
    exists: `there is a token ${name} already; onekey token rotate ${name} gives it another secret`,
    unknown: `there is no token ${name}; onekey token list shows all`,
    revoked: `token ${name} was revoked; onekey token add issues another one of this name`,
    'too-many': `there are ${MOST_TOKENS} tokens; revoke those that nobody uses (onekey token list)`,
  };
  surroundings.err(`onekey token: ${why[change.why]}`);
  return EXIT.failed;
}

function wrong({ surroundings }: Job, message: string): number {
  surroundings.err(`onekey token: ${message}`);
  return EXIT.usage;
}

/** A number of the command line, or what is wrong with it. */
function wholeNumber(
  option: string,
  text: string | undefined,
  min: number,
  { default: otherwise, max }: { readonly default: number; readonly max: number },
): number | string {
  if (text === undefined) return otherwise;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : `--${option} ${text}: it is a number from ${min} to ${max}`;
}
