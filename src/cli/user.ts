import { userInfo } from 'node:os';
import type { ChangedBy } from '../agents/account-audits.js';
import { type MemberScope, ROLES, type Role } from '../config/roles.js';
import { AGENT_ID, AGENT_ID_FORM } from '../dialplan/agent-names.js';
import { hashPassword } from '../people/password-hash.js';
import { peoplePath } from '../people/people-database.js';
import { PeopleFile } from '../people/people-file.js';
import type { Person } from '../people/person.js';
import type { PersonChange, PersonStore } from '../people/person-store.js';
import { table } from './ledger/text.js';
import { MEMBERS_HELP, membersOption, membersText } from './members-option.js';
import { withAccounts } from './open-accounts.js';
import { commonOptionsHelp, EXIT, processSurroundings, readSettings, type Surroundings } from './options.js';
import { type PasswordSource, passwordFor, processPassword } from './password.js';
import { readAction } from './read-action.js';

/** One line for `onekey --help`. */
export const summary = 'accounts of people who log in at the pages of operations';

/** Text of `onekey user --help`. */
export const help = `Usage: onekey user add NAME --role ROLE [--members LIST] [--name TEXT] [--generate]
       onekey user role NAME ROLE
       onekey user members NAME LIST
       onekey user passwd NAME [--generate]
       onekey user disable|enable NAME
       onekey user list [--json]

  add      makes an account; the password is asked for, or is the first line of the input
  role     gives another role
  members  says whose calls the person may see: ids of members with commas between, or all
  passwd   sets another password; sessions end, and who was locked out of the account is let in again
  disable  ends the sessions of the person, who can log in no more
  enable   undoes that
  list     accounts, without anything of their passwords

The server may be running: it sees a change within two seconds. Who changed what is in the ledger
(onekey ledger query audits --subject NAME); where the server does not run, as soon as it does. Agents at desks have accounts of their own (onekey agent).
What each role may do is in the README: ${ROLES.join(', ')}.

Options:
      --role ROLE      add: one of those above
${MEMBERS_HELP}
      --name TEXT      add: name for people (default: that of the account)
      --generate       make a password and print it
      --json           list: one JSON object a line
${commonOptionsHelp}

Examples:
  onekey user add wang-fang --role supervisor --members city-12345 --name 王芳
  printf '%s\\n' "$PASSWORD" | onekey user passwd wang-fang

Exit codes: 0 done, 1 there is no such account, or it is there already, 2 wrong usage.`;

const COMMAND = { name: 'user', subject: 'account', secret: 'password' } as const;
const ACTIONS = {
  add: { words: ['NAME'], options: ['role', 'members', 'name', 'generate'] },
  role: { words: ['NAME', 'ROLE'], options: [] },
  members: { words: ['NAME', 'LIST'], options: [] },
  passwd: { words: ['NAME'], options: ['generate'] },
  disable: { words: ['NAME'], options: [] },
  enable: { words: ['NAME'], options: [] },
  list: { words: [], options: ['json'] },
} as const;
type Action = keyof typeof ACTIONS;

const OPTIONS = {
  role: { type: 'string' },
  members: { type: 'string' },
  name: { type: 'string' },
  generate: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export interface UserSurroundings extends Surroundings {
  readonly passwords: PasswordSource;
  /** UTC milliseconds. */
  now(): number;
  /** Who sits here, for the audit. */
  user(): string;
}

/** What an action works on. */
interface Job {
  readonly store: PersonStore;
  readonly tokens: PeopleFile['tokens'];
  readonly id: string;
  /** As it was given, to be checked; with `role` and `add`. */
  readonly role: string | undefined;
  readonly members: MemberScope;
  readonly name: string | undefined;
  readonly generate: boolean;
  readonly json: boolean;
  readonly surroundings: UserSurroundings;
}

const JOBS: Readonly<Record<Action, (job: Job) => Promise<number>>> = {
  add,
  role: (job) => edit(job, 'has its new role', ({ role }) => ({ role })),
  members: (job) =>
    edit(job, `sees ${membersText(job.members)} from now on`, () => ({ members: job.members })),
  passwd,
  disable: (job) => edit(job, 'disabled', () => ({ enabled: false })),
  enable: (job) => edit(job, 'enabled', () => ({ enabled: true })),
  list,
};

/** Run `onekey user ...`; resolves to the exit code. */
export async function run(
  argv: readonly string[],
  surroundings: UserSurroundings = {
    ...processSurroundings,
    passwords: processPassword(),
    now: Date.now,
    user: () => userInfo().username,
  },
): Promise<number> {
  const usage = (message: string): number => {
    surroundings.err(`onekey user: ${message}`);
    return EXIT.usage;
  };
  const read = readAction(COMMAND, ACTIONS, OPTIONS, argv);
  if (!read.ok) return usage(read.message);
  const { action, values, words } = read;
  const [id = '', second] = words;
  const settings = readSettings(values, surroundings);
  if (!settings.ok) return settings.exitCode;
  const role = action === 'role' ? second : values.role;
  const given = action === 'members' ? second : values.members;
  const scope = membersOption(given, settings.config, surroundings);
  if (!scope.ok) return usage(scope.message);
  const { members } = scope;
  const { name, generate = false, json = false } = values;
  const dir = settings.config.data;
  const file = { dir, path: peoplePath(dir), open: (path: string) => new PeopleFile(path) };
  return withAccounts(file, surroundings, ({ people: store, tokens }) =>
    JOBS[action]({ store, tokens, id, role, members, name, generate, json, surroundings }),
  );
}

async function add(job: Job): Promise<number> {
  const { store, id, name = id, members, surroundings } = job;
  if (!AGENT_ID.test(id)) return wrong(job, `"${id}" is no name of an account; write ${AGENT_ID_FORM}`);
  if (!/^[^\p{Cc}]{1,80}$/u.test(name)) return wrong(job, '--name takes 1 to 80 characters on one line');
  if (job.role === undefined) return wrong(job, `say what the person may do: --role ${ROLES.join('|')}`);
  const role = roleOf(job.role);
  if (role === null) return wrong(job, unknownRole(job.role));
  if (store.get(id) !== undefined) return told(job, { ok: false, why: 'exists' }, '');
  if (job.tokens.get(id) !== undefined) {
    surroundings.err(`onekey user: ${id} is the name of a token already; the audit must tell them apart`);
    return EXIT.failed;
  }
  const password = await passwordFor({ ...job, command: 'onekey user', account: id });
  if (password === null) return EXIT.usage;
  const person: Person = { id, displayName: name, role, members, enabled: true };
  return told(job, store.add(person, await hashPassword(password), who(job)), 'added');
}

async function edit(
  job: Job,
  what: string,
  change: (given: { readonly role: Role }) => Partial<Person>,
): Promise<number> {
  const { store, id } = job;
  const before = store.get(id);
  if (before === undefined) return told(job, { ok: false, why: 'unknown' }, what);
  const role = job.role === undefined ? before.person.role : roleOf(job.role);
  if (role === null) return wrong(job, unknownRole(job.role ?? ''));
  return told(job, store.edit({ ...before.person, ...change({ role }) }, who(job)), what);
}

async function passwd(job: Job): Promise<number> {
  const { store, id } = job;
  const what = 'has its new password';
  if (store.get(id) === undefined) return told(job, { ok: false, why: 'unknown' }, what);
  const password = await passwordFor({ ...job, command: 'onekey user', account: id });
  if (password === null) return EXIT.usage;
  return told(job, store.setPassword(id, await hashPassword(password), who(job)), what);
}

async function list({ store, json, surroundings }: Job): Promise<number> {
  const people = store.all();
  if (json) {
    for (const { person, createdAt, changedAt } of people)
      surroundings.out(JSON.stringify({ ...person, createdAt, changedAt }));
    return EXIT.ok;
  }
  const rows = people.map(({ person: { id, displayName, role, members, enabled } }) => [
    id,
    displayName,
    role,
    membersText(members),
    enabled ? 'enabled' : 'disabled',
  ]);
  const lines =
    rows.length === 0 ? ['no accounts'] : table([['account', 'name', 'role', 'members', 'state'], ...rows]);
  for (const line of lines) surroundings.out(line);
  return EXIT.ok;
}

function who({ surroundings }: Job): ChangedBy {
  return { by: surroundings.user(), now: surroundings.now() };
}

function roleOf(text: string): Role | null {
  return ROLES.find((role) => role === text) ?? null;
}

function unknownRole(text: string): string {
  return `there is no role "${text}"; it is one of ${ROLES.join(', ')}`;
}

function wrong({ surroundings }: Job, message: string): number {
  surroundings.err(`onekey user: ${message}`);
  return EXIT.usage;
}

function told({ id, surroundings }: Job, change: PersonChange, what: string): number {
  if (change.ok) {
    surroundings.err(`account ${id} ${what}`);
    return EXIT.ok;
  }
  const text =
    change.why === 'exists'
      ? `there is an account ${id} already; onekey user role and passwd change it`
      : `there is no account ${id}; onekey user list shows all`;
  surroundings.err(`onekey user: ${text}`);
  return EXIT.failed;
}
