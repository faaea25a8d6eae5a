import { userInfo } from 'node:os';
import type { ChangedBy } from '../agents/account-audits.js';
import { type AccountFault, AccountStore, secretsOf } from '../agents/account-store.js';
import { agentsPath } from '../agents/agent-tables.js';
import type { DialPlan } from '../dialplan/plan.js';
import { type AccountValues, accountOptions, agentFrom } from './agent/account-options.js';
import { accountsTable } from './agent/accounts-table.js';
import { withAccounts } from './open-accounts.js';
import {
  commonOptionsHelp,
  EXIT,
  processSurroundings,
  readDialPlan,
  readSettings,
  type Surroundings,
} from './options.js';
import { type PasswordSource, passwordFor, processPassword } from './password.js';
import { readAction } from './read-action.js';

/** One line for `onekey --help`. */
export const summary = 'accounts of agents whose phones register here';

/** Text of `onekey agent --help`. */
export const help = `Usage: onekey agent add NAME --member MEMBER --extension NUMBER [what it says] [--generate]
       onekey agent edit NAME [what it says]
       onekey agent passwd NAME [--generate]
       onekey agent disable|enable NAME
       onekey agent list [--member MEMBER] [--json]

  add      makes an account; the password is asked for, or is the first line of the input
  edit     changes what the account says of its agent
  passwd   sets another password; who was locked out of the account is let in again
  disable  the phones of the agent are unregistered and may neither register nor call
  enable   undoes that
  list     accounts, without anything of their passwords

The server may be running: it sees a change within two seconds. Who changed what is in the ledger
(onekey ledger query audits --subject NAME); where the server does not run, as soon as it does. Of a password only digests are kept, which hold for the
realm of the configuration (agents.realm).

What it says:
      --member MEMBER  member of the dial plan that the agent answers for
      --extension NUMBER
                       number of the desk, unique within the member
      --name TEXT      name for people (default: that of the account)
      --role ROLE      agent (default) or supervisor
      --skills A,B     words that queues choose by
      --languages A,B  languages spoken, such as zh,en
      --liaison-for A,B
                       members for whose transfers this is the liaison desk

Options:
      --generate       make a password and print it
      --json           list: one JSON object a line
${commonOptionsHelp}

Examples:
  onekey agent add li-na --member city-12345 --extension 8017 --name 李娜 --languages zh,en
  printf '%s\\n' "$PASSWORD" | onekey agent passwd li-na
  onekey agent list --member city-12345

Exit codes: 0 done, 1 there is no such account, or it is there already, 2 wrong usage.`;

const COMMAND = { name: 'agent', subject: 'account', secret: 'password' } as const;
const ACTIONS = {
  add: { words: ['NAME'], options: [...Object.keys(accountOptions), 'generate'] },
  edit: { words: ['NAME'], options: Object.keys(accountOptions) },
  passwd: { words: ['NAME'], options: ['generate'] },
  disable: { words: ['NAME'], options: [] },
  enable: { words: ['NAME'], options: [] },
  list: { words: [], options: ['member', 'json'] },
} as const;
type Action = keyof typeof ACTIONS;

const OPTIONS = { ...accountOptions, generate: { type: 'boolean' }, json: { type: 'boolean' } } as const;

export interface AgentSurroundings extends Surroundings {
  readonly passwords: PasswordSource;
  /** UTC milliseconds. */
  now(): number;
  /** Who sits here, for the audit. */
  user(): string;
}

function processWithPasswords(): AgentSurroundings {
  return {
    ...processSurroundings,
    passwords: processPassword(),
    now: Date.now,
    user: () => userInfo().username,
  };
}

/** What an action works on. */
interface Job {
  readonly store: AccountStore;
  readonly realm: string;
  readonly plan: Pick<DialPlan, 'members'>;
  readonly id: string;
  readonly values: AccountValues & {
    readonly generate?: boolean | undefined;
    readonly json?: boolean | undefined;
  };
  readonly surroundings: AgentSurroundings;
}

const JOBS: Readonly<Record<Action, (job: Job) => Promise<number>>> = {
  add,
  edit,
  passwd,
  disable: (job) => enable(job, false),
  enable: (job) => enable(job, true),
  list,
};

/** Run `onekey agent ...`; resolves to the exit code. */
export async function run(
  argv: readonly string[],
  surroundings: AgentSurroundings = processWithPasswords(),
): Promise<number> {
  const usage = (message: string): number => {
    surroundings.err(`onekey agent: ${message}`);
    return EXIT.usage;
  };
  const line = readAction(COMMAND, ACTIONS, OPTIONS, argv);
  if (!line.ok) return usage(line.message);
  const { action, values, words } = line;
  const [id = ''] = words;
  const settings = readSettings(values, surroundings);
  if (!settings.ok) return settings.exitCode;
  // An account can be disabled whatever is wrong with the dial plan.
  const named = action === 'add' || action === 'edit';
  const read = named ? readDialPlan(settings.config, surroundings) : null;
  if (read?.ok === false) return read.exitCode;
  const members = read?.plan.members ?? new Map();
  const dir = settings.config.data;
  const file = { dir, path: agentsPath(dir), open: (path: string) => new AccountStore(path) };
  return withAccounts(file, surroundings, (store) =>
    JOBS[action]({ store, realm: settings.config.agents.realm, plan: { members }, id, values, surroundings }),
  );
}

async function add(job: Job): Promise<number> {
  const { store, realm, plan, id, values, surroundings } = job;
  const read = agentFrom(id, values, null, plan);
  if (!read.ok) return wrong(job, read.message);
  if (store.get(id) !== undefined) return failed(job, 'exists');
  const password = await newPassword(job);
  if (password === null) return EXIT.usage;
  const now = surroundings.now();
  const secrets = secretsOf(id, realm, password);
  const result = store.add(
    { agent: read.agent, realm, secrets, createdAt: now, changedAt: now },
    surroundings.user(),
  );
  return result.ok ? done(job, 'added') : failed(job, result.why);
}

async function edit(job: Job): Promise<number> {
  const { store, plan, id, values } = job;
  const before = store.get(id);
  if (before === undefined) return failed(job, 'unknown');
  const read = agentFrom(id, values, before.agent, plan);
  if (!read.ok) return wrong(job, read.message);
  const result = store.edit(read.agent, who(job));
  return result.ok ? done(job, 'changed') : failed(job, result.why);
}

async function passwd(job: Job): Promise<number> {
  const { store, realm, id } = job;
  if (store.get(id) === undefined) return failed(job, 'unknown');
  const password = await newPassword(job);
  if (password === null) return EXIT.usage;
  const result = store.setSecrets(id, realm, secretsOf(id, realm, password), who(job));
  return result.ok ? done(job, 'has its new password') : failed(job, result.why);
}

async function enable(job: Job, enabled: boolean): Promise<number> {
  const { store, id } = job;
  const before = store.get(id);
  if (before === undefined) return failed(job, 'unknown');
  const result = store.edit({ ...before.agent, enabled }, who(job));
  return result.ok ? done(job, enabled ? 'enabled' : 'disabled') : failed(job, result.why);
}

async function list({ store, realm, values, surroundings }: Job): Promise<number> {
  const accounts = store
    .all()
    .filter(({ agent }) => values.member === undefined || agent.member === values.member);
  if (values.json === true) {
    for (const { agent, createdAt, changedAt, realm: made } of accounts)
      surroundings.out(JSON.stringify({ ...agent, createdAt, changedAt, passwordHolds: made === realm }));
    return EXIT.ok;
  }
  for (const line of accountsTable(accounts, realm)) surroundings.out(line);
  return EXIT.ok;
}

function who({ surroundings }: Job): ChangedBy {
  return { by: surroundings.user(), now: surroundings.now() };
}

function newPassword({ id, values, surroundings }: Job): Promise<string | null> {
  const generate = values.generate === true;
  return passwordFor({ command: 'onekey agent', account: id, generate, surroundings });
}

function done({ id, surroundings }: Job, what: string): number {
  surroundings.err(`account ${id} ${what}`);
  return EXIT.ok;
}

function wrong({ surroundings }: Job, message: string): number {
  surroundings.err(`onekey agent: ${message}`);
  return EXIT.usage;
}

function failed({ id, values, surroundings }: Job, why: AccountFault): number {
  const text: Readonly<Record<AccountFault, string>> = {
    exists: `there is an account ${id} already; change it with onekey agent edit ${id}`,
    'extension-taken': `another agent of that member has the extension ${values.extension ?? ''}; onekey agent list shows who`,
    unknown: `there is no account ${id}; onekey agent list shows all`,
  };
  surroundings.err(`onekey agent: ${text[why]}`);
  return EXIT.failed;
}
