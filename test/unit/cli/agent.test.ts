import { beforeEach, describe, expect, it } from 'vitest';
import { AccountStore, secretsOf } from '../../../src/agents/account-store.js';
import { agentsPath } from '../../../src/agents/agent-tables.js';
import { help, run } from '../../../src/cli/agent.js';
import { temporaryFolder } from '../ledger/fixtures.js';

let dir = '';
let typed: string[] = [];
let interactive = false;

/** Runs the command on a folder of its own; gives what it printed. */
async function onekey(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run([...argv, '--data', dir], {
    env: {},
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    passwords: { interactive, ask: async () => typed.shift() ?? null },
    now: () => 1000,
    user: () => 'chen-bo',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

async function add(id: string, ...more: string[]) {
  typed = ['correct horse'];
  return onekey('add', id, '--member', 'city-12345', '--extension', '8017', ...more);
}

function stored() {
  const store = new AccountStore(agentsPath(dir));
  const all = store.all();
  store.close();
  return all;
}

beforeEach(() => {
  dir = temporaryFolder();
  typed = [];
  interactive = false;
});

describe('onekey agent', () => {
  it('adds an account, of whose password only digests are kept', async () => {
    const what = [
      '--name',
      '李娜',
      '--skills',
      'water,housing',
      '--languages',
      'zh, en',
      '--liaison-for',
      'police-110',
    ];
    expect(await add('li-na', ...what)).toEqual({ code: 0, out: '', err: 'account li-na added' });
    expect(stored()).toEqual([
      {
        agent: {
          id: 'li-na',
          member: 'city-12345',
          extension: '8017',
          displayName: '李娜',
          role: 'agent',
          skills: ['water', 'housing'],
          languages: ['zh', 'en'],
          liaisonFor: ['police-110'],
          enabled: true,
        },
        realm: 'onekey',
        secrets: secretsOf('li-na', 'onekey', 'correct horse'),
        createdAt: 1000,
        changedAt: 1000,
      },
    ]);
    expect(JSON.stringify(stored())).not.toContain('horse');
  });

  it('lists accounts without their secrets', async () => {
    await add('li-na', '--name', '李娜');
    const { out } = await onekey('list');
    expect(out).toMatch(/li-na +city-12345 +8017 +李娜 +agent .* enabled/);
    const json: unknown = JSON.parse((await onekey('list', '--json')).out);
    expect(json).toMatchObject({ id: 'li-na', passwordHolds: true });
    expect(JSON.stringify(json)).not.toContain(stored()[0]?.secrets.MD5);
    expect((await onekey('list', '--member', 'police-110')).out).toBe('no accounts');
  });

  it('edits, disables and enables', async () => {
    await add('li-na');
    expect((await onekey('edit', 'li-na', '--extension', '8020', '--role', 'supervisor')).code).toBe(0);
    expect((await onekey('disable', 'li-na')).err).toBe('account li-na disabled');
    expect(stored()[0]?.agent).toMatchObject({ extension: '8020', role: 'supervisor', enabled: false });
    expect((await onekey('list')).out).toContain('disabled');
    await onekey('enable', 'li-na');
    expect(stored()[0]?.agent).toMatchObject({ extension: '8020', enabled: true });
  });

  it('sets a password: typed twice by a person, or made', async () => {
    await add('li-na');
    interactive = true;
    typed = ['battery staple', 'battery stable'];
    expect(await onekey('passwd', 'li-na')).toMatchObject({ code: 2, err: expect.stringMatching(/differ/) });
    typed = ['battery staple', 'battery staple'];
    expect((await onekey('passwd', 'li-na')).code).toBe(0);
    expect(stored()[0]?.secrets).toEqual(secretsOf('li-na', 'onekey', 'battery staple'));
    const made = await onekey('passwd', 'li-na', '--generate');
    expect(made.out).toMatch(/^\w{16}$/);
    expect(stored()[0]?.secrets).toEqual(secretsOf('li-na', 'onekey', made.out));
  });

  it('marks passwords that were made for another realm', async () => {
    await add('li-na');
    expect((await onekey('list', '--set', 'agents.realm=other')).out).toContain('set it anew');
  });

  it.each([
    [['add', 'Li Na', '--member', 'city-12345', '--extension', '8017'], /"Li Na" is no name/],
    [['add', 'li-na', '--extension', '8017'], /--member/],
    [['add', 'li-na', '--member', 'city-12345'], /--extension/],
    [['add', 'li-na', '--member', 'city-1234', '--extension', '8017'], /did you mean "city-12345"/],
    [['add', 'li-na', '--member', 'city-12345', '--extension', '8x'], /no extension/],
    [
      ['add', 'li-na', '--member', 'city-12345', '--extension', '8017', '--role', 'boss'],
      /agent or supervisor/,
    ],
    [
      ['add', 'li-na', '--member', 'city-12345', '--extension', '8017', '--languages', 'Chinese'],
      /no language/,
    ],
    [['add', 'li-na', '--member', 'city-12345', '--extension', '8017'], /no password/],
    [['passwd', 'li-na', 'hunter22'], /never given in the command line/],
    [['passwd'], /say which account/],
    [['disable', 'li-na', '--generate'], /--generate does not go with disable/],
    [['delete', 'li-na'], /there is no "agent delete"/],
    [['list', '--colour'], /--colour/],
  ])('says what is wrong with %j', async (argv, message) => {
    expect(await onekey(...argv)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
  });

  it.each([
    ['short', /8 characters at least/],
    ['with\tcontrol', /control characters/],
  ])('takes no password such as %j', async (password, message) => {
    typed = [password];
    const argv = ['add', 'li-na', '--member', 'city-12345', '--extension', '8017'];
    expect(await onekey(...argv)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
    expect(stored()).toEqual([]);
  });

  it('fails when an account is there, is not there, or its desk is taken', async () => {
    await add('li-na');
    expect(await add('li-na')).toMatchObject({ code: 1, err: expect.stringMatching(/already/) });
    expect(await add('chen')).toMatchObject({ code: 1, err: expect.stringMatching(/8017/) });
    for (const action of ['edit', 'passwd', 'disable', 'enable'])
      expect(await onekey(action, 'gone')).toMatchObject({
        code: 1,
        err: expect.stringMatching(/no account gone/),
      });
  });

  it('notes who did what, for the ledger', async () => {
    await add('li-na');
    typed = ['another horse'];
    await onekey('passwd', 'li-na');
    await onekey('disable', 'li-na');
    await onekey('enable', 'gone');
    const store = new AccountStore(agentsPath(dir));
    const audits = store.audits.waiting();
    store.close();
    expect(audits.map(({ actor, doneAt, action, subject }) => [actor, doneAt, action, subject])).toEqual([
      ['chen-bo', 1000, 'account-added', 'li-na'],
      ['chen-bo', 1000, 'password-changed', 'li-na'],
      ['chen-bo', 1000, 'account-changed', 'li-na'],
    ]);
    expect(JSON.parse(audits[2]?.detail ?? '')).toMatchObject({ account: 'agent', enabled: false });
    expect(JSON.stringify(audits)).not.toContain('horse');
  });

  it('tells of each of its actions and options in its help', () => {
    for (const word of [
      'add',
      'edit',
      'passwd',
      'disable',
      'enable',
      'list',
      '--generate',
      '--json',
      '--liaison-for',
    ])
      expect(help).toContain(word);
  });
});
