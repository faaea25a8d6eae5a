import { beforeEach, describe, expect, it } from 'vitest';
import {
  anAccount,
  aRequest,
  aSite,
  challengesOf,
  nonceOf,
  PASSWORD,
  Phone,
  type Site,
  START,
  staleOf,
  UDP,
} from './an-agent-room.js';

let site: Site;
let phone: Phone;
beforeEach(() => {
  site = aSite();
  phone = new Phone(site);
});

const contacts = (agent = 'li-na') => site.room.contactsOf(agent).map(({ uri }) => uri);

describe('authentication', () => {
  it('asks for both digests, the better one first, with one nonce', () => {
    const answer = phone.send();
    expect(answer.status).toBe(401);
    const [sha, md5] = challengesOf(answer);
    expect(sha).toMatch(/^Digest realm="onekey", nonce="[\w-]{32}", algorithm=SHA-256, qop="auth"$/);
    expect(md5).toBe(sha?.replace('SHA-256', 'MD5'));
  });

  it('asks for MD5 alone once a phone comes again without credentials, until it has answered', () => {
    const offered = (): readonly string[] =>
      challengesOf(new Phone(site).send()).map((one) => /algorithm=([\w-]+)/.exec(one)?.[1] ?? '');
    expect([offered(), offered()]).toEqual([['SHA-256', 'MD5'], ['MD5']]);
    expect(challengesOf(new Phone(site, 'chen').send())).toHaveLength(2);
    expect(new Phone(site, 'li-na', PASSWORD, UDP, 'MD5').register().status).toBe(200);
    expect(offered()).toHaveLength(2);
    expect(offered()).toHaveLength(1);
    site.clock.pass(600_000);
    expect(offered()).toHaveLength(2);
  });

  it.each(['MD5', 'SHA-256'] as const)('takes %s', (algorithm) => {
    expect(new Phone(site, 'chen', PASSWORD, UDP, algorithm).register().status).toBe(200);
  });

  it('takes no algorithm that was not offered', () => {
    site = aSite({}, { algorithms: ['SHA-256'] });
    expect(new Phone(site, 'li-na', PASSWORD, UDP, 'MD5').register().status).toBe(401);
    expect(new Phone(site).register().status).toBe(200);
  });

  it('says stale, and nothing else, when a nonce is too old, used up or of another server', () => {
    expect(phone.register().status).toBe(200);
    expect(phone.send().status).toBe(200);
    phone.count--;
    const repeated = phone.send();
    expect([repeated.status, staleOf(repeated)]).toEqual([401, true]);
    expect(phone.register().status).toBe(200);
    site.clock.pass(300_001);
    expect(staleOf(phone.send())).toBe(true);
    phone.nonce = nonceOf(new Phone(aSite()).send());
    expect(staleOf(phone.send())).toBe(true);
    expect(site.room.figures().wrongPasswords).toBe(0);
  });

  it('answers a wrong password, an unknown name and a disabled account alike', () => {
    const answers = [
      new Phone(site, 'li-na', 'wrong horse').register(),
      new Phone(site, 'nobody').register(),
      new Phone(site, 'wu-di').register(),
    ].map((answer) => JSON.stringify(answer).replaceAll(nonceOf(answer), ''));
    expect(new Set(answers).size).toBe(1);
    expect(site.room.figures()).toMatchObject({ wrongPasswords: 3, lockouts: 0 });
    expect(site.room.registrations()).toEqual([]);
  });

  it('locks who guesses out, names that do not exist too, and nobody else', () => {
    for (const user of ['li-na', 'nobody']) {
      const guess = new Phone(site, user, 'guess');
      for (let i = 0; i < 3; i++) expect(guess.register().status).toBe(401);
      const locked = guess.send();
      expect([locked.status, locked.headers['Retry-After']]).toEqual([403, '30']);
    }
    // The right password from there does not help, from elsewhere it does.
    const there = new Phone(site);
    there.nonce = nonceOf(new Phone(site, 'chen').send());
    expect(there.send().status).toBe(403);
    expect(new Phone(site, 'li-na', PASSWORD, { ...UDP, host: '10.7.0.2' }).register().status).toBe(200);
    expect(new Phone(site, 'chen').register().status).toBe(200);
    expect(site.room.lockouts().map(({ account }) => account)).toEqual(['nobody', 'li-na']);
    expect(site.news.filter(({ type }) => type === 'agent-locked-out')).toMatchObject([
      { detail: { account: 'li-na', source: '10.7.0.1', seconds: 30 } },
      { detail: { account: 'nobody' } },
    ]);
    site.clock.pass(30_000);
    expect(there.register().status).toBe(200);
    expect(site.room.lockouts()).toEqual([]);
  });

  it('lets in whoever was locked out once the account has another password', () => {
    for (let i = 0; i < 3; i++) new Phone(site, 'li-na', 'new password').register();
    site.room.accountsChanged([{ ...anAccount('li-na', 'new password'), changedAt: START + 1 }]);
    expect(new Phone(site, 'li-na', 'new password').register().status).toBe(200);
  });
});

describe('a registration', () => {
  it('is refreshed, and ends when it runs out', () => {
    expect(phone.register({ Expires: '120' }).headers.Contact).toBe('<sip:li-na@10.7.0.1:5062>;expires=120');
    expect(contacts()).toEqual(['sip:li-na@10.7.0.1:5062']);
    site.clock.pass(100_000);
    expect(phone.register({ Expires: '120' }).status).toBe(200);
    site.clock.pass(119_000);
    expect(contacts()).toHaveLength(1);
    site.clock.pass(2000);
    expect(contacts()).toEqual([]);
    expect(site.removed).toHaveLength(1);
    expect(site.news.map(({ type }) => type)).toEqual(['agent-registered', 'agent-unregistered']);
  });

  it.each([
    ['asks for too little', { Expires: '59' }, 423, undefined],
    ['asks for the least', { Expires: '60' }, 200, 60],
    ['does not ask', {}, 200, 600],
    ['asks for too much', { Expires: '99999' }, 200, 3600],
    ['asks in its Contact', { Expires: '99', Contact: '<sip:li-na@10.7.0.1>;expires=77' }, 200, 77],
    ['asks for what cannot be read', { Expires: 'long' }, 200, 600],
  ])('of a phone that %s', (_, headers, status, expires) => {
    const answer = phone.register(headers);
    expect(answer.status).toBe(status);
    if (status === 423) expect(answer.headers['Min-Expires']).toBe('60');
    else expect(answer.headers.Contact).toContain(`expires=${expires}`);
  });

  it('ends by Expires: 0, for one Contact or for all', () => {
    phone.register();
    phone.register({ Contact: '<sip:li-na@10.7.0.1:6000>' });
    expect(phone.register({ Expires: '0' }).headers.Contact).toMatch(/^<sip:li-na@10.7.0.1:6000>/);
    phone.register();
    expect(phone.register({ Contact: '*', Expires: '0' }).headers.Contact).toBeUndefined();
    expect(contacts()).toEqual([]);
    expect(phone.register({ Contact: '*' }).status).toBe(400);
    expect(phone.register({ Contact: '*, <sip:li-na@10.7.0.1>', Expires: '0' }).status).toBe(400);
  });

  it('is only told when the phone asks without a Contact', () => {
    phone.register();
    expect(phone.register({ Contact: undefined }).headers.Contact).toContain('<sip:li-na@10.7.0.1:5062>');
    expect(site.saved).toHaveLength(1);
  });

  it('is refused as a whole when it comes late or a part of it is too brief', () => {
    phone.register();
    expect(phone.register({ CSeq: '1 REGISTER' }).status).toBe(500);
    const two = '<sip:li-na@10.7.0.1:7000>, <sip:li-na@10.7.0.1:7001>;expires=5';
    expect(phone.register({ Contact: two }).status).toBe(423);
    expect(contacts()).toEqual(['sip:li-na@10.7.0.1:5062']);
  });

  it('gives way to further ones once there are as many as may be, the oldest first', () => {
    for (const port of [1, 2, 3, 4]) {
      site.clock.pass(1000);
      phone.register({ Contact: `<sip:li-na@10.7.0.1:500${port}>` });
    }
    expect(contacts()).toEqual([4, 3, 2].map((port) => `sip:li-na@10.7.0.1:500${port}`));
  });

  it('is made for oneself, by name or extension', () => {
    expect(phone.register({ To: '<sip:8017@onekey>' }).status).toBe(200);
    expect(phone.register({ To: '<sip:chen@onekey>' }).status).toBe(403);
    expect(phone.register({ To: 'nonsense' }).status).toBe(400);
    expect(contacts('chen')).toEqual([]);
  });

  it('is preferred by q', () => {
    phone.register({ Contact: '<sip:a@10.7.0.1>;q=0.2, <sip:b@10.7.0.1>, <sip:c@10.7.0.1>;q=0.7' });
    expect(contacts()).toEqual(['sip:b@10.7.0.1', 'sip:c@10.7.0.1', 'sip:a@10.7.0.1']);
  });

  it('needs no extension that we do not know', () => {
    const answer = phone.register({ Require: 'path, magic' });
    expect([answer.status, answer.headers.Unsupported]).toEqual([420, 'magic']);
  });

  it('ends when the account is disabled', () => {
    phone.register();
    site.room.accountsChanged([
      { ...anAccount('li-na', PASSWORD, { enabled: false }), changedAt: START + 1 },
    ]);
    expect(contacts()).toEqual([]);
    expect(site.room.registrations()).toEqual([]);
    expect(phone.register().status).toBe(401);
  });

  it('is taken as it comes, whatever a phone sends', () => {
    phone.register();
    const texts = [
      '',
      '<',
      '*',
      '"',
      '<sip:>',
      'sip:a@b',
      '<sip:a@b>;expires=;q=x',
      ',,,',
      '<sip:a@[::1>',
      '\u0000',
      '%zz',
    ];
    const names = [
      'To',
      'From',
      'Contact',
      'Expires',
      'Path',
      'Via',
      'CSeq',
      'Call-ID',
      'Supported',
      'Require',
    ];
    for (const name of names)
      for (const text of texts) {
        const { status } = phone.register({ [name]: text });
        expect([200, 400, 401, 403, 420, 423, 439, 500]).toContain(status);
      }
  });
});

describe('an INVITE', () => {
  const tcp = { host: '10.7.0.1', port: 40_000, transport: 'tcp' };
  const invite = (from: Phone, headers: Record<string, string | undefined> = {}, known = false) =>
    site.room.admit(aRequest('INVITE', from.headers('INVITE', headers), from.source), known);
  const kind = (admission: ReturnType<typeof invite>): string =>
    admission.kind === 'agent' ? admission.agent.id : admission.kind;

  it('of a registered phone is its agent over the same connection, by name or extension', () => {
    const far = new Phone(site, 'li-na', PASSWORD, tcp);
    far.register();
    const bare = { Authorization: undefined };
    expect(kind(invite(far, bare))).toBe('li-na');
    expect(kind(invite(far, { ...bare, From: '<sip:8017@onekey>;tag=1' }))).toBe('li-na');
    expect(kind(invite(far, { ...bare, From: '<sip:chen@onekey>;tag=1' }))).toBe('refused');
  });

  it('of a registered phone over UDP must prove it, because addresses can be forged', () => {
    phone.register();
    const asked = invite(phone, { Authorization: undefined });
    expect(asked).toMatchObject({ kind: 'refused', answer: { status: 401 } });
    expect(kind(invite(phone))).toBe('li-na');
  });

  it('of a stranger is asked for credentials, of a trunk it is left to the plan', () => {
    const stranger = new Phone(site, 'nobody');
    expect(kind(invite(stranger))).toBe('refused');
    expect(kind(invite(stranger, {}, true))).toBe('stranger');
  });

  it('with a wrong password is refused, from a trunk too, and counts as guessed', () => {
    const guess = new Phone(site, 'li-na', 'guess');
    guess.nonce = nonceOf(phone.send());
    for (let i = 0; i < 3; i++) expect(kind(invite(guess, {}, true))).toBe('refused');
    expect(invite(guess)).toMatchObject({ answer: { status: 403 } });
  });

  it('is a matter of the plan alone where nobody has an account', () => {
    site = aSite({ accounts: [] });
    expect(kind(invite(phone))).toBe('stranger');
    expect(site.room.register(aRequest('REGISTER', {}))).toBeNull();
  });
});

describe('a restart', () => {
  it('keeps contacts, but those of accounts that are gone or disabled', () => {
    phone.register();
    const [kept] = site.saved;
    if (kept === undefined) throw new Error('nothing was saved');
    const others = [
      { ...kept, id: '2', agent: 'gone' },
      { ...kept, id: '3', agent: 'wu-di' },
    ];
    site = aSite({ registrations: JSON.parse(JSON.stringify([kept, ...others])) });
    expect(site.room.registrations().map(({ agent }) => agent)).toEqual(['li-na']);
    expect(contacts()).toEqual(['sip:li-na@10.7.0.1:5062']);
    expect(site.room.isPhone(UDP)).toBe(true);
    site.clock.pass(601_000);
    expect(site.room.isPhone(UDP)).toBe(false);
  });
});
