import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ha1, responseFor } from '../../../src/agents/digest/hashes.js';
import { Nonces } from '../../../src/agents/digest/nonces.js';
import { readAuthorization } from '../../../src/agents/digest/read-authorization.js';

describe('digests', () => {
  const rfc7616 = {
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  };

  it('are those of the examples of RFC 7616 §3.9.1', () => {
    const secret = (algorithm: 'MD5' | 'SHA-256'): string =>
      ha1(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life');
    expect(responseFor('MD5', secret('MD5'), rfc7616)).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(responseFor('SHA-256', secret('SHA-256'), rfc7616)).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it('are those of the example of RFC 2617 §3.5', () => {
    const secret = ha1('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life');
    const request = {
      method: 'GET',
      uri: '/dir/index.html',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      nc: '00000001',
      cnonce: '0a4f113b',
    };
    expect(responseFor('MD5', secret, request)).toBe('6629fae49393a05397450978507c4ef1');
  });
});

describe('an Authorization header', () => {
  const whole =
    'Digest username="li \\"na\\"", realm="one,key", nonce="n", uri="sip:onekey", response="8CA523F5E9506FED4657C9700EEBDBEC", cnonce="c", qop=auth, nc=0000000a';

  it('is read with its quotes, its commas and its defaults', () => {
    expect(readAuthorization(whole)).toEqual({
      username: 'li "na"',
      realm: 'one,key',
      nonce: 'n',
      uri: 'sip:onekey',
      response: '8ca523f5e9506fed4657c9700eebdbec',
      algorithm: 'MD5',
      cnonce: 'c',
      nc: '0000000a',
    });
  });

  it.each([
    ['another scheme', whole.replace('Digest', 'Basic')],
    ['an algorithm that was not offered', `${whole}, algorithm=MD5-sess`],
    ['no protection', whole.replace('qop=auth', 'qop=""')],
    ['a protection that was not offered', whole.replace('qop=auth', 'qop=auth-int')],
    ['a count that is none', whole.replace('0000000a', '-1')],
    ['a response that is none', whole.replace('8CA523', 'xxxxxx')],
    ['no name', whole.replace('username', 'user')],
    ['more than a phone has to say', whole + ' '.repeat(5000)],
    ['nothing', ''],
  ])('with %s counts as none', (_, value) => {
    expect(readAuthorization(value)).toBeNull();
  });

  it('is taken as it comes, whatever it is', () => {
    for (let i = 0; i < 2000; i++) {
      const at = (i * 7919) % whole.length;
      const text = `${whole.slice(0, at)}${String.fromCharCode(i % 256)}${whole.slice(at + (i % 5))}`;
      expect(() => readAuthorization(text)).not.toThrow();
    }
  });
});

describe('nonces', () => {
  let now = 1_000_000_000_000;
  const made = (most?: number) =>
    new Nonces({
      now: () => now,
      random: randomBytes,
      lifetimeMs: 60_000,
      ...(most === undefined ? {} : { most }),
    });
  const nc = (count: number): string => count.toString(16).padStart(8, '0');

  it('are taken once for each count, in whatever order they overtake each other', () => {
    const nonces = made();
    const nonce = nonces.issue();
    for (const count of [1, 2, 5, 3, 4, 40, 9]) expect(nonces.use(nonce, nc(count))).toBe('fresh');
    for (const count of [1, 2, 3, 4, 5, 9, 40, 8, 0]) expect(nonces.use(nonce, nc(count))).toBe('stale');
    expect(nonces.use(nonce, nc(10))).toBe('fresh');
    expect(nonces.use(nonce, 'ffffffff')).toBe('fresh');
    expect(nonces.use(nonce, 'ffffffff')).toBe('stale');
    expect(nonces.use(nonce, nc(41))).toBe('stale');
  });

  it('are taken for as long as they live', () => {
    const nonces = made();
    const nonce = nonces.issue();
    now += 60_000;
    expect(nonces.use(nonce, nc(1))).toBe('fresh');
    now += 1;
    expect(nonces.use(nonce, nc(2))).toBe('stale');
  });

  it('are taken from nobody else, nor changed', () => {
    const nonces = made();
    const nonce = nonces.issue();
    expect(nonces.use(made().issue(), nc(1))).toBe('stale');
    for (const changed of [`A${nonce.slice(1)}`, nonce.slice(1), '', 'x'.repeat(3000)])
      if (changed !== nonce) expect(nonces.use(changed, nc(1))).toBe('stale');
    expect(nonces.size).toBe(0);
  });

  it('go stale all at once when too many are in use, and then work again', () => {
    const nonces = made(10);
    const first = Array.from({ length: 10 }, () => nonces.issue());
    for (const nonce of first) expect(nonces.use(nonce, nc(1))).toBe('fresh');
    now += 1;
    const eleventh = nonces.issue();
    now += 1;
    expect(nonces.use(eleventh, nc(1))).toBe('fresh');
    // None of those that lost their counts may be used again.
    for (const nonce of first) expect(nonces.use(nonce, nc(1))).toBe('stale');
    expect(nonces.size).toBe(1);
    now += 1;
    expect(nonces.use(nonces.issue(), nc(1))).toBe('fresh');
  });

  it('in use are forgotten once they are too old', () => {
    const nonces = made(10);
    for (let i = 0; i < 10; i++) nonces.use(nonces.issue(), nc(1));
    now += 60_001;
    nonces.use(nonces.issue(), nc(1));
    expect(nonces.size).toBe(1);
  });
});
