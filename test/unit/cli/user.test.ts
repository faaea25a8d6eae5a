import { beforeEach, describe, expect, it } from 'vitest';
import { help, run } from '../../../src/cli/user.js';
import { isPassword } from '../../../src/people/password-hash.js';
import { peoplePath } from '../../../src/people/people-database.js';
import { PeopleFile } from '../../../src/people/people-file.js';
import { temporaryFolder } from '../ledger/fixtures.js';

let dir = '';
let typed: string[] = [];

/** Runs the command on a folder of its own; gives what it printed. */
async function onekey(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run([...argv, '--data', dir], {
    env: {},
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    passwords: { interactive: false, ask: async () => typed.shift() ?? null },
    now: () => 1000,
    user: () => 'root',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

async function add(id: string, ...more: string[]) {
  typed = ['correct horse'];
  return onekey('add', id, '--role', 'supervisor', ...more);
}

function stored(id: string) {
  const file = new PeopleFile(peoplePath(dir));
  const found = { account: file.people.get(id), revision: file.revision() };
  file.close();
  return found;
}

beforeEach(() => {
  dir = temporaryFolder();
  typed = [];
});

describe('onekey user', () => {
  it('adds an account, of whose password only a hash is kept', async () => {
    const added = await add('wang-fang', '--name', '王芳');
    expect(added).toEqual({ code: 0, out: '', err: 'account wang-fang added' });
    const { account } = stored('wang-fang');
    expect(account).toMatchObject({
      person: { id: 'wang-fang', displayName: '王芳', role: 'supervisor', members: 'all', enabled: true },
      createdAt: 1000,
      changedAt: 1000,
    });
    expect(await isPassword('correct horse', account?.password ?? '')).toBe(true);
  });

  it('makes a password and prints it once', async () => {
    const { out } = await onekey('add', 'wang-fang', '--role', 'viewer', '--generate');
    expect(out).toMatch(/^\w{16}$/);
    expect(await isPassword(out, stored('wang-fang').account?.password ?? '')).toBe(true);
  });

  it('changes role, password and whether one may log in; each change can be seen by its number', async () => {
    await add('wang-fang');
    const changes = [
      ['role', 'wang-fang', 'auditor'],
      ['disable', 'wang-fang'],
      ['passwd', 'wang-fang'],
    ];
    let { revision } = stored('wang-fang');
    for (const words of changes) {
      typed = ['battery staple'];
      expect((await onekey(...words)).code).toBe(0);
      expect(stored('wang-fang').revision).toBe(++revision);
    }
    const { account } = stored('wang-fang');
    expect(account?.person).toMatchObject({ role: 'auditor', enabled: false });
    expect(await isPassword('battery staple', account?.password ?? '')).toBe(true);
    await onekey('enable', 'wang-fang');
    expect(stored('wang-fang').account?.person.enabled).toBe(true);
  });

  it('says whose calls may be seen, by the members of the dial plan', async () => {
    const added = await add('wang-fang', '--members', 'city-12345, police-110');
    expect(added.code).toBe(0);
    expect(stored('wang-fang').account?.person.members).toEqual(['city-12345', 'police-110']);
    expect((await onekey('list')).out).toContain('city-12345, police-110');
    expect((await onekey('members', 'wang-fang', 'police-110')).err).toBe(
      'account wang-fang sees police-110 from now on',
    );
    await onekey('role', 'wang-fang', 'viewer');
    expect(stored('wang-fang').account?.person).toMatchObject({ role: 'viewer', members: ['police-110'] });
    await onekey('members', 'wang-fang', 'all');
    expect(stored('wang-fang').account?.person.members).toBe('all');
  });

  it('writes for the ledger who changed what', async () => {
    await add('wang-fang', '--members', 'city-12345');
    await onekey('role', 'wang-fang', 'viewer');
    typed = ['battery staple'];
    await onekey('passwd', 'wang-fang');
    await onekey('disable', 'nobody-of-this-name');
    const file = new PeopleFile(peoplePath(dir));
    const audits = file.audits.waiting();
    file.close();
    expect(audits.map(({ actor, action, subject }) => [actor, action, subject])).toEqual([
      ['root', 'account-added', 'wang-fang'],
      ['root', 'account-changed', 'wang-fang'],
      ['root', 'password-changed', 'wang-fang'],
    ]);
    expect(JSON.parse(audits[1]?.detail ?? '')).toMatchObject({ role: 'viewer', members: ['city-12345'] });
    expect(JSON.stringify(audits)).not.toContain('battery');
  });

  it('lists accounts without anything of their passwords', async () => {
    await add('wang-fang', '--name', '王芳');
    const { out } = await onekey('list', '--json');
    expect(JSON.parse(out)).toEqual({
      id: 'wang-fang',
      displayName: '王芳',
      role: 'supervisor',
      members: 'all',
      enabled: true,
      createdAt: 1000,
      changedAt: 1000,
    });
    expect((await onekey('list')).out).toContain('王芳');
  });

  it.each([
    [['role', 'wang-fang', 'viewer'], 'there is no account wang-fang; onekey user list shows all'],
    [['disable', 'wang-fang'], 'there is no account wang-fang'],
    [['passwd', 'wang-fang'], 'there is no account wang-fang'],
  ])('%j says that there is no such account', async (words, message) => {
    const { code, err } = await onekey(...words);
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
  });

  it('says that an account is there already', async () => {
    await add('wang-fang');
    expect(await add('wang-fang')).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is an account wang-fang already'),
    });
  });

  it.each([
    [['remove', 'wang-fang'], 'there is no "user remove"'],
    [['add', 'wang-fang'], 'say what the person may do: --role viewer|agent'],
    [['add', 'wang-fang', '--role', 'boss'], 'there is no role "boss"; it is one of viewer, agent'],
    [['add', 'Wang Fang', '--role', 'viewer'], '"Wang Fang" is no name of an account'],
    [['add', 'wang-fang', '--role', 'viewer', '--members', 'city-1234'], 'did you mean "city-12345"?'],
    [['add', 'wang-fang', '--role', 'viewer', '--members', ','], 'name members with commas between'],
    [['members', 'wang-fang'], 'say which account: onekey user members NAME LIST'],
    [['role', 'wang-fang'], 'say which account: onekey user role NAME ROLE'],
    [['passwd', 'wang-fang', 'secret'], '"secret" is one word too many; a password is never given'],
    [['list', '--role', 'viewer'], '--role does not go with list'],
    [['add', 'wang-fang', '--role', 'viewer'], 'there is no password'],
  ])('%j is wrong usage, and nothing is made', async (words, message) => {
    const { code, err } = await onekey(...words);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(stored('wang-fang').account).toBeUndefined();
  });

  it('help names every action', () => {
    for (const action of ['add', 'role', 'members', 'passwd', 'disable', 'enable', 'list'])
      expect(help).toContain(action);
  });
});
