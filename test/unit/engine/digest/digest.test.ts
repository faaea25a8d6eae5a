import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DigestAccount, NOTHING_ANSWERED } from '../../../../src/engine/digest/account.js';
import { authorization } from '../../../../src/engine/digest/authorization.js';
import { type Challenge, readChallenges, strongest } from '../../../../src/engine/digest/challenge.js';

/** Digest as a client: RFC 7616, RFC 8760. */

const CHALLENGE: Challenge = {
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  algorithm: 'MD5',
  session: false,
  qop: 'auth',
  stale: false,
};
const MUFASA = { username: 'Mufasa', password: 'Circle of Life' };
const GET = { method: 'GET', uri: '/dir/index.html', body: '' };
const NONCES = { cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', count: 1 };

const responseIn = (value: string): string => /response="([0-9a-f]*)"/.exec(value)?.[1] ?? '';

describe('the answer to a challenge', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('with %s is the one of RFC 7616 §3.9.1', (algorithm, response) => {
    const value = authorization({ ...CHALLENGE, algorithm }, MUFASA, GET, NONCES);
    expect(responseIn(value)).toBe(response);
    expect(value).toContain(`algorithm=${algorithm}, opaque="${CHALLENGE.opaque}", qop=auth, nc=00000001`);
  });

  it('with MD5 is the one of RFC 2617 §3.5', () => {
    const challenge = {
      ...CHALLENGE,
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    };
    const account = { ...MUFASA, password: 'Circle Of Life' };
    const value = authorization(challenge, account, GET, { cnonce: '0a4f113b', count: 1 });
    expect(responseIn(value)).toBe('6629fae49393a05397450978507c4ef1');
  });

  it('without qop is as in RFC 2069; auth-int covers the body; a session key holds the nonces', () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const key = md5('Mufasa:http-auth@example.org:Circle of Life');
    const { nonce } = CHALLENGE;
    const bare = authorization({ ...CHALLENGE, qop: null }, MUFASA, GET, NONCES);
    expect(responseIn(bare)).toBe(md5(`${key}:${nonce}:${md5('GET:/dir/index.html')}`));
    expect(bare).not.toContain('cnonce');
    const body = 'v=0\r\n电话\r\n';
    const whole = authorization({ ...CHALLENGE, qop: 'auth-int' }, MUFASA, { ...GET, body }, NONCES);
    const ha2 = md5(`GET:/dir/index.html:${md5(body)}`);
    expect(responseIn(whole)).toBe(md5(`${key}:${nonce}:00000001:${NONCES.cnonce}:auth-int:${ha2}`));
    const session = authorization({ ...CHALLENGE, session: true }, MUFASA, GET, NONCES);
    const own = md5(`${key}:${nonce}:${NONCES.cnonce}`);
    expect(responseIn(session)).toBe(
      md5(`${own}:${nonce}:00000001:${NONCES.cnonce}:auth:${md5('GET:/dir/index.html')}`),
    );
    expect(session).toContain('algorithm=MD5-sess');
  });

  it('cannot be made to break out of its header', () => {
    const hostile = { ...CHALLENGE, realm: 'a"\r\nX-Evil: 1', nonce: 'b\\' };
    const value = authorization(hostile, MUFASA, GET, NONCES);
    expect(value).not.toMatch(/[\r\n]/);
    expect(value).toContain('realm="a\\"  X-Evil: 1", nonce="b\\\\"');
  });
});

describe('challenges', () => {
  it('are told apart when they are joined, with commas in quotes and blanks around =', () => {
    const joined =
      'Digest realm="a, b", nonce="n1", algorithm=SHA-256, qop="auth,auth-int", opaque="o\\"1",' +
      'DIGEST realm = "c" , nonce="n2",stale=TRUE,Basic realm="d", Digest realm="e",nonce="n3",algorithm=MD5-sess,qop=auth-int';
    expect(readChallenges(joined)).toEqual([
      { ...plain('a, b', 'n1'), algorithm: 'SHA-256', qop: 'auth', opaque: 'o"1' },
      { ...plain('c', 'n2'), stale: true },
      { ...plain('e', 'n3'), session: true, qop: 'auth-int' },
    ]);
  });

  it.each([
    'Digest realm="a"',
    'Digest nonce="n"',
    'Digest realm="a", nonce="n", algorithm=CRC32',
    'Digest realm="a", nonce="n", qop="token"',
    'Digest realm="a", nonce="n", algorithm=MD5-sess',
    'Digest',
    '',
    '"""",,=,Digest =',
  ])('that we cannot answer are left out: %s', (value) => {
    expect(readChallenges(value)).toEqual([]);
  });

  it('without end cost no more than sixteen', () => {
    const many = Array.from({ length: 200 }, (_, i) => `Digest realm="${i}", nonce="n"`).join(', ');
    expect(readChallenges(many).length).toBe(16);
    expect(readChallenges(`Digest ${'a='.repeat(100_000)}`)).toEqual([]);
  });

  it('the strongest is answered, among equals the first', () => {
    const [md5, sha] = [plain('a', '1'), { ...plain('a', '2'), algorithm: 'SHA-256' as const }];
    expect(strongest([md5, sha, { ...sha, nonce: '3' }])?.nonce).toBe('2');
    expect(strongest([md5, { ...md5, nonce: '4' }])?.nonce).toBe('1');
    expect(strongest([])).toBeNull();
  });
});

function plain(realm: string, nonce: string): Challenge {
  return { realm, nonce, opaque: null, algorithm: 'MD5', session: false, qop: null, stale: false };
}

describe('an account', () => {
  const request = { method: 'INVITE', uri: 'sip:110@127.0.0.1', body: '' };
  const refusal = (status: number, challenge: string) => ({
    status,
    get: (name: string) =>
      name === (status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate') ? challenge : undefined,
  });
  const asks = (realm: string, nonce: string, more = ''): string =>
    `Digest realm="${realm}", nonce="${nonce}", qop="auth"${more}`;

  it('answers a proxy and the peer behind it together, and counts each nonce', () => {
    const account = new DigestAccount(MUFASA, () => 'c');
    const first = account.answer(refusal(407, asks('proxy', 'p')), request, NOTHING_ANSWERED, 0);
    expect(Object.keys(first?.headers ?? {})).toEqual(['Proxy-Authorization']);
    const second = account.answer(
      refusal(401, asks('peer', 'w')),
      request,
      first?.answered ?? NOTHING_ANSWERED,
      1,
    );
    expect(second?.headers['Proxy-Authorization']).toContain('nc=00000002');
    expect(second?.headers.Authorization).toContain('nc=00000001');
    const later = account.answer(refusal(401, asks('peer', 'w')), request, NOTHING_ANSWERED, 0);
    expect(later?.headers.Authorization).toContain('nc=00000002');
  });

  it('tries again when the nonce was too old, not when name or password were wrong', () => {
    const account = new DigestAccount(MUFASA);
    const { answered = NOTHING_ANSWERED } =
      account.answer(refusal(401, asks('r', '1')), request, NOTHING_ANSWERED, 0) ?? {};
    expect(account.answer(refusal(401, asks('r', '2')), request, answered, 1)).toBeNull();
    expect(account.answer(refusal(401, asks('r', '1', ', stale=true')), request, answered, 1)).toBeNull();
    const again = account.answer(refusal(401, asks('r', '2', ', stale=true')), request, answered, 1);
    expect(again?.headers.Authorization).toContain('nonce="2"');
  });

  it('ends with a peer that never has enough, or asks for what nobody knows', () => {
    const account = new DigestAccount(MUFASA);
    expect(account.answer(refusal(401, asks('r', '9', ', stale=true')), request, new Map(), 4)).toBeNull();
    expect(account.answer(refusal(401, 'Bearer realm="x"'), request, NOTHING_ANSWERED, 0)).toBeNull();
  });
});
