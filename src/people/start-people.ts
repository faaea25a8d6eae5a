/** Puts the parts of people and tokens together: reads what is on disk, looks for changes of it, keeps sessions and uses. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { agentsPath } from '../agents/agent-tables.js';
import type { LockoutLimits } from '../agents/lockouts.js';
import type { AuditRecord } from '../ledger/records.js';
import { peoplePath } from './people-database.js';
import { PeopleFile } from './people-file.js';
import { PeopleRoom } from './people-room.js';
import { SessionFile } from './session-file.js';
import { TokenGuesses } from './token-guesses.js';
import { Tokens } from './tokens.js';
import { watchPeople } from './watch-people.js';

export interface StartPeople {
  /** Data folder, which is there. */
  readonly dir: string;
  readonly limits: LockoutLimits;
  /** Writes into the ledger what the command line did; rejects when the disk refuses. */
  readonly audit: (records: readonly AuditRecord[]) => Promise<void>;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

export interface StartedPeople {
  readonly people: PeopleRoom;
  readonly tokens: Tokens;
  readonly tokenGuesses: TokenGuesses;
  /** Write what is left. */
  stop(): Promise<void>;
}

/** How often sessions are looked through for those that are over. */
const SWEEP_MS = 60_000;
/** How often tokens are looked through for those that have ended. */
const LOOK_MS = 5000;
/** How often it is written when tokens were last used. */
const USES_MS = 60_000;

/** Throws SQLite's errors. */
export function startPeople({ dir, limits, audit, log }: StartPeople): StartedPeople {
  const file = peoplePath(dir);
  const stored = readPeople(file);
  const path = join(dir, 'sessions.json');
  const sessionFile = new SessionFile({
    path,
    sessions: () => people.keptSessions(),
    onTrouble: (message) => log.warn({ message }, 'sessions of people could not be written'),
  });
  const people: PeopleRoom = new PeopleRoom({
    people: stored.people,
    sessions: SessionFile.read(path),
    limits,
    now: Date.now,
    random: randomBytes,
    onSessions: () => sessionFile.save(),
    onLocked: (name, source, forMs) =>
      log.warn({ name, source, forMs }, 'too many wrong passwords: locked for this address'),
  });
  const tokens = new Tokens(tokenOptions(log), stored.tokens);
  const tokenGuesses = new TokenGuesses({
    now: Date.now,
    limits,
    onLocked: (source, forMs) => log.warn({ source, forMs }, 'too many wrong tokens: this address is locked'),
  });
  const watch = watchPeople(
    { file, agentsFile: agentsPath(dir), revision: stored.revision },
    {
      onAccounts: (accounts) => {
        people.peopleChanged(accounts.people);
        tokens.replace(accounts.tokens);
        const { length } = accounts.people;
        log.info({ accounts: length, tokens: accounts.tokens.length }, 'accounts of people and tokens read');
      },
      audit,
    },
  );
  const timers = [
    setInterval(() => people.sweep(), SWEEP_MS),
    setInterval(() => tokens.look(), LOOK_MS),
    setInterval(() => watch.used(tokens.takeUses()), USES_MS),
  ];
  return {
    people,
    tokens,
    tokenGuesses,
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await watch.stop();
      writeUses(file, tokens.takeUses());
      await sessionFile.settled();
    },
  };
}

function readPeople(file: string) {
  const opened = new PeopleFile(file);
  try {
    return { revision: opened.revision(), people: opened.people.all(), tokens: opened.tokens.all() };
  } finally {
    opened.close();
  }
}

/** At the end of the program; nobody is held up by a disk that refuses. */
function writeUses(file: string, uses: ReadonlyMap<string, number>): void {
  if (uses.size === 0) return;
  try {
    const opened = new PeopleFile(file);
    try {
      opened.tokens.used(uses);
    } finally {
      opened.close();
    }
  } catch {
    // Then it is only not known of the last minute who used what.
  }
}

function tokenOptions(log: StartPeople['log']): ConstructorParameters<typeof Tokens>[0] {
  return {
    now: Date.now,
    random: randomBytes,
    onUsedAfterEnd: (token, why) => log.warn({ token, why }, 'an API token is used that holds no more'),
    onEndsSoon: (token, daysLeft, lastUsedAt) =>
      log.warn(
        {
          token,
          daysLeft: Math.floor(daysLeft),
          lastUsed: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
        },
        `an API token ends soon; give it another secret: onekey token rotate ${token}`,
      ),
  };
}
