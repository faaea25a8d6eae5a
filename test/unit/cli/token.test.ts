import { beforeEach, describe, expect, it } from 'vitest';
import { help, run } from '../../../src/cli/token.js';
import { run as runUser } from '../../../src/cli/user.js';
import { peoplePath } from '../../../src/people/people-database.js';
import { PeopleFile } from '../../../src/people/people-file.js';
import { digestOf } from '../../../src/people/token.js';
import { temporaryFolder } from '../ledger/fixtures.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 2, 8);

let dir = '';
let now = START;
beforeEach(() => {
  dir = temporaryFolder();
  now = START;
});

/** Runs the command on a folder of its own; gives what it printed. */
async function onekey(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run([...argv, '--data', dir], {
    env: {},
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    now: () => now,
    user: () => 'li',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

function stored(name: string) {
  const file = new PeopleFile(peoplePath(dir));
  const found = { token: file.tokens.get(name), audits: file.audits.waiting() };
  file.close();
  return found;
}

describe('onekey token', () => {
  it('issues a token, prints its secret alone, keeps a digest, and says who did it', async () => {
    const { code, out, err } = await onekey('add', 'wall', '--role', 'viewer');
    expect(code).toBe(0);
    expect(out).toMatch(/^onekey_[\w-]{43}$/);
    expect(err).toMatch(/^token wall issued; it holds until 2026-05-31 .*shown this once$/);
    const { token, audits } = stored('wall');
    expect(token).toMatchObject({
      role: 'viewer',
      members: 'all',
      createdBy: 'li',
      secrets: [{ digest: digestOf(out), madeAt: START, endsAt: START + 90 * DAY }],
    });
    expect(JSON.stringify([token, audits])).not.toContain(out);
    expect(audits).toMatchObject([{ actor: 'li', action: 'token-added', subject: 'wall' }]);
  });

  it('gives another secret; the one before holds on for a day, or as long as is said', async () => {
    await onekey('add', 'wall', '--role', 'viewer', '--days', '7');
    now += DAY;
    const { out, err } = await onekey('rotate', 'wall', '--days', '30');
    expect(err).toContain('the one before holds on for 24 hours at most');
    expect(stored('wall').token?.secrets).toMatchObject([
      { digest: digestOf(out), endsAt: START + 31 * DAY },
      { endsAt: START + 2 * DAY },
    ]);
    now += 1;
    expect((await onekey('rotate', 'wall', '--grace-hours', '0')).err).toContain(
      'the one before holds no more',
    );
    expect(stored('wall').token?.secrets.slice(1)).toMatchObject([{ endsAt: now }, { endsAt: now }]);
  });

  it('revokes a token, after which another may have its name', async () => {
    await onekey('add', 'wall', '--role', 'viewer');
    expect(await onekey('revoke', 'wall')).toEqual({ code: 0, out: '', err: 'token wall revoked' });
    expect(await onekey('rotate', 'wall')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('token wall was revoked; onekey token add'),
    });
    expect((await onekey('list')).out).toBe('no tokens');
    expect((await onekey('list', '--all')).out).toContain('revoked');
    expect((await onekey('add', 'wall', '--role', 'ops')).code).toBe(0);
  });

  it('lists tokens with the last use of each secret that holds, and nothing of the secrets', async () => {
    const first = (await onekey('add', 'wall', '--role', 'viewer')).out;
    now += DAY;
    await onekey('rotate', 'wall');
    const file = new PeopleFile(peoplePath(dir));
    file.tokens.used(new Map([[digestOf(first), now + 60_000]]));
    file.close();
    const { out } = await onekey('list');
    const lines = out.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines.slice(0, 2).map((line) => [line[0], line[2], line[3], line[5]])).toEqual([
      ['token', 'members', 'state', 'last used'],
      ['wall', 'all', '90 days left', 'never'],
    ]);
    const before = [
      '',
      'secret before',
      expect.stringMatching(/^2026-03-04 /),
      expect.stringMatching(/^2026-03-03 /),
    ];
    expect(lines.slice(2)).toEqual([before]);
    const json = JSON.parse((await onekey('list', '--json')).out);
    expect(json).toEqual({
      name: 'wall',
      role: 'viewer',
      members: 'all',
      createdAt: START,
      createdBy: 'li',
      revokedAt: null,
      secrets: [
        { madeAt: now, endsAt: now + 90 * DAY, usedAt: null },
        { madeAt: START, endsAt: now + DAY, usedAt: now + 60_000 },
      ],
    });
    now += 91 * DAY;
    expect((await onekey('list')).out).toContain('expired');
  });

  it.each([
    [['rotate', 'wall'], 'there is no token wall; onekey token list shows all'],
    [['revoke', 'wall'], 'there is no token wall'],
    [['add', 'api-token', '--role', 'viewer'], 'api-token is the name of something of the program already'],
    [
      ['add', 'desk', '--role', 'viewer', '--set', 'http.tokens=desk:viewer:0123456789abcdef'],
      'desk is the name of a token of the configuration already',
    ],
  ])('%j fails, and prints no secret', async (words, message) => {
    const { code, out, err } = await onekey(...words);
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(message)]);
  });

  it('keeps names apart, those of people too', async () => {
    await onekey('add', 'wall', '--role', 'viewer');
    expect((await onekey('add', 'wall', '--role', 'viewer')).err).toContain('there is a token wall already');
    const err: string[] = [];
    const addUser = (name: string) =>
      runUser(['add', name, '--role', 'viewer', '--generate', '--data', dir], {
        env: {},
        out: () => undefined,
        err: (text) => err.push(text),
        passwords: { interactive: false, ask: async () => null },
        user: () => 'root',
        now: () => now,
      });
    expect([await addUser('wall'), err.at(-1)]).toEqual([
      1,
      expect.stringContaining('wall is the name of a token'),
    ]);
    await addUser('li-na');
    expect((await onekey('add', 'li-na', '--role', 'viewer')).err).toContain(
      'li-na is the name of an account',
    );
  });

  it.each([
    [['remove', 'wall'], 'there is no "token remove"'],
    [['add'], 'say which token: onekey token add NAME'],
    [['add', 'wall'], 'say what its holder may do: --role viewer|agent'],
    [['add', 'wall', '--role', 'operator'], 'there is no role "operator"; it is one of viewer, agent'],
    [['add', 'The Wall', '--role', 'viewer'], '"The Wall" is no name of a token'],
    [['add', 'wall', 'secret', '--role', 'viewer'], '"secret" is one word too many; a secret is never given'],
    [['add', 'wall', '--role', 'viewer', '--days', '367'], '--days 367: it is a number from 1 to 366'],
    [['add', 'wall', '--role', 'viewer', '--days', '0'], '--days 0: it is a number from 1 to 366'],
    [['rotate', 'wall', '--grace-hours', '1.5'], '--grace-hours 1.5: it is a number from 0 to 720'],
    [['revoke', 'wall', '--days', '3'], '--days does not go with revoke'],
    [['list', 'wall'], '"wall" is one word too many'],
  ])('%j is wrong usage, and nothing is made', async (words, message) => {
    const { code, out, err } = await onekey(...words);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(message)]);
    expect(stored('wall').token).toBeUndefined();
  });

  it('help names every action', () => {
    for (const action of ['add', 'rotate', 'revoke', 'list'])
      expect(help).toContain(`onekey token ${action}`);
  });
});
