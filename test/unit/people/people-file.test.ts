import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openPeopleDatabase, peoplePath } from '../../../src/people/people-database.js';
import { PeopleFile } from '../../../src/people/people-file.js';
import { TokenStore } from '../../../src/people/token-store.js';
import { temporaryFolder } from '../ledger/fixtures.js';

const DAY = 86_400_000;
const START = 1_700_000_000_000;
const END = START + 90 * DAY;

let path = '';
beforeEach(() => {
  path = peoplePath(temporaryFolder());
});

function open(): PeopleFile {
  const file = new PeopleFile(path);
  onTestFinished(() => file.close());
  return file;
}

function issue(file: PeopleFile, name = 'wall', now = START) {
  const token = { name, role: 'viewer', members: ['city-12345'] } as const;
  return file.tokens.add(token, { digest: `first of ${name} ${now}`, endsAt: END }, { by: 'root', now });
}

describe('tokens on disk', () => {
  it('are what was issued, also for another who reads them', () => {
    issue(open());
    expect(open().tokens.all()).toEqual([
      {
        name: 'wall',
        role: 'viewer',
        members: ['city-12345'],
        createdAt: START,
        createdBy: 'root',
        revokedAt: null,
        secrets: [{ digest: `first of wall ${START}`, madeAt: START, endsAt: END, usedAt: null }],
      },
    ]);
  });

  it('get another secret; the ones before end when they would, or with the time for the change', () => {
    const { tokens } = open();
    issue(open());
    const who = { by: 'root', now: START + DAY };
    expect(tokens.rotate('wall', { digest: 'second', endsAt: END + DAY }, START + 2 * DAY, who).ok).toBe(
      true,
    );
    const later = { by: 'root', now: START + DAY + 1 };
    tokens.rotate('wall', { digest: 'third', endsAt: END + 2 * DAY }, START + 3 * DAY, later);
    expect(tokens.get('wall')?.secrets.map(({ digest, endsAt }) => [digest, endsAt])).toEqual([
      ['third', END + 2 * DAY],
      ['second', START + 3 * DAY],
      [`first of wall ${START}`, START + 2 * DAY],
    ]);
  });

  it('end at once when they are revoked, and give way to others of their name', () => {
    const { tokens } = open();
    issue(open());
    expect(tokens.revoke('wall', { by: 'li', now: START + 1 })).toEqual({ ok: true });
    expect(tokens.get('wall')).toMatchObject({ revokedAt: START + 1, secrets: [{ endsAt: START + 1 }] });
    expect(tokens.revoke('wall', { by: 'li', now: START + 2 })).toEqual({ ok: false, why: 'revoked' });
    const secret = { digest: 'x', endsAt: END };
    const who = { by: 'li', now: START + 2 };
    expect(tokens.rotate('wall', secret, START, who)).toEqual({ ok: false, why: 'revoked' });
    expect(issue(open(), 'wall', START + 3)).toEqual({ ok: true });
    expect(tokens.get('wall')?.revokedAt).toBeNull();
  });

  it('forget secrets that ended long ago, but never the last of a token', () => {
    const { tokens } = open();
    issue(open());
    tokens.rotate('wall', { digest: 'second', endsAt: END }, START + DAY, { by: 'root', now: START + 1 });
    issue(open(), 'other', START + 2);
    const digests = (name: string) => tokens.get(name)?.secrets.map(({ digest }) => digest);
    const late = { by: 'root', now: START + 400 * DAY };
    tokens.rotate('other', { digest: 'new', endsAt: late.now + DAY }, late.now, late);
    expect([digests('wall'), digests('other')]).toEqual([['second'], ['new']]);
  });

  it('are so many at most', () => {
    const db = openPeopleDatabase(path);
    onTestFinished(() => void db.close());
    const tokens = new TokenStore(db, 2);
    const who = { by: 'root', now: START };
    const add = (name: string) =>
      tokens.add({ name, role: 'viewer', members: 'all' }, { digest: name, endsAt: END }, who);
    expect([add('a'), add('b')]).toEqual([{ ok: true }, { ok: true }]);
    expect(add('c')).toEqual({ ok: false, why: 'too-many' });
    tokens.revoke('a', who);
    expect(add('c')).toEqual({ ok: true });
  });

  it('say when they were used, which no other reader must hear of', () => {
    const file = open();
    issue(file);
    const revision = file.revision();
    file.tokens.used(
      new Map([
        [`first of wall ${START}`, START + 5],
        ['gone', START],
      ]),
    );
    expect(file.tokens.get('wall')?.secrets[0]?.usedAt).toBe(START + 5);
    expect(file.revision()).toBe(revision);
  });

  it('that cannot be changed are not, and nothing is said of it', () => {
    const file = open();
    issue(file);
    const before = { revision: file.revision(), audits: file.audits.waiting() };
    const who = { by: 'root', now: START };
    expect(issue(file)).toEqual({ ok: false, why: 'exists' });
    expect(file.tokens.revoke('nobody', who)).toEqual({ ok: false, why: 'unknown' });
    expect(file.tokens.rotate('nobody', { digest: 'x', endsAt: END }, START, who).ok).toBe(false);
    expect({ revision: file.revision(), audits: file.audits.waiting() }).toEqual(before);
  });
});

describe('each change of a token', () => {
  it('can be seen by its number, and waits for the ledger with who did it, until that has it', () => {
    const file = open();
    const revision = file.revision();
    issue(file);
    const who = { by: 'li', now: START + DAY };
    file.tokens.rotate('wall', { digest: 'second', endsAt: END + DAY }, START + 2 * DAY, who);
    file.tokens.revoke('wall', { by: 'wang', now: START + 3 * DAY });
    expect(file.revision()).toBe(revision + 3);
    const audits = open().audits.waiting();
    expect(audits.map(({ doneAt, actor, action, subject }) => [doneAt, actor, action, subject])).toEqual([
      [START, 'root', 'token-added', 'wall'],
      [START + DAY, 'li', 'token-rotated', 'wall'],
      [START + 3 * DAY, 'wang', 'token-revoked', 'wall'],
    ]);
    expect(JSON.parse(audits[0]?.detail ?? '')).toEqual({
      role: 'viewer',
      members: ['city-12345'],
      until: new Date(END).toISOString(),
    });
    expect(JSON.parse(audits[1]?.detail ?? '')).toEqual({
      until: new Date(END + DAY).toISOString(),
      secretBeforeUntil: new Date(START + 2 * DAY).toISOString(),
    });
    expect(JSON.stringify(audits)).not.toContain('second');
    file.audits.taken(audits.slice(0, 2).map(({ id }) => id));
    expect(file.audits.waiting()).toEqual(audits.slice(2));
  });
});

describe('a file of an earlier version', () => {
  it('gets what it lacks', () => {
    const db = new Database(path);
    db.exec(`
      CREATE TABLE people (
        id TEXT PRIMARY KEY, display_name TEXT NOT NULL, role TEXT NOT NULL, members TEXT NOT NULL,
        enabled INTEGER NOT NULL, password TEXT NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
      INSERT INTO meta VALUES ('revision', 4);
      INSERT INTO people VALUES ('li-na', '李娜', 'ops', '"all"', 1, 'hash', 1, 1);
    `);
    db.close();
    const file = open();
    expect(file.people.get('li-na')?.person.displayName).toBe('李娜');
    expect(issue(file)).toEqual({ ok: true });
    expect(file.revision()).toBe(5);
  });
});
