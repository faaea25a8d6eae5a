import { describe, expect, it } from 'vitest';
import { ha1 } from '../../../src/agents/digest/hashes.js';
import { Lockouts } from '../../../src/agents/lockouts.js';
import { PageAccess } from '../../../src/agents/page-access.js';
import { anAccount, PASSWORD, REALM } from './an-agent-room.js';

describe('PageAccess', () => {
  let password = PASSWORD;
  let enabled = true;
  const wrong: string[] = [];
  const limits = { attempts: 3, firstMs: 30_000, mostMs: 3_600_000 };
  const open = (secret = Buffer.alloc(32, 1)): PageAccess =>
    new PageAccess({
      secret,
      realm: REALM,
      account: (id) => (id === 'li-na' ? anAccount('li-na', password, { enabled }) : undefined),
      lockouts: new Lockouts({ now: () => 0, limits, onLocked: () => undefined }),
      onWrong: (id, source) => void wrong.push(`${id} ${source}`),
    });

  it('lets in who knows the password, and says nothing more of others', () => {
    const pages = open();
    expect(pages.logIn('li-na', PASSWORD, '10.0.0.1')).toBe('right');
    expect(pages.logIn('li-na', `${PASSWORD}x`, '10.0.0.1')).toBe('wrong');
    expect(pages.logIn('nobody', PASSWORD, '10.0.0.1')).toBe('wrong');
    expect(wrong).toEqual(['li-na 10.0.0.1', 'nobody 10.0.0.1']);
  });

  it('locks an account for the source that guesses, and for no other', () => {
    const pages = open();
    for (let guess = 0; guess < limits.attempts; guess += 1) pages.logIn('li-na', 'no', '10.0.0.9');
    expect(pages.logIn('li-na', PASSWORD, '10.0.0.9')).toBe('locked');
    expect(pages.logIn('li-na', PASSWORD, '10.0.0.1')).toBe('right');
  });

  it('gives the page a password that the registrar takes, as long as the account stays the same', () => {
    const given = open().pagePassword('li-na') ?? '';
    const account = anAccount('li-na', PASSWORD);
    expect(given).not.toContain(PASSWORD);
    expect(open().pageSecrets(account)).toEqual({
      MD5: ha1('MD5', 'li-na', REALM, given),
      'SHA-256': ha1('SHA-256', 'li-na', REALM, given),
    });
    expect(open(Buffer.alloc(32, 2)).pagePassword('li-na')).not.toBe(given);
    const mark = open().markOf('li-na');
    password = 'another';
    expect(open().pagePassword('li-na')).not.toBe(given);
    expect(open().markOf('li-na')).not.toBe(mark);
    enabled = false;
    expect([open().pagePassword('li-na'), open().markOf('li-na')]).toEqual([null, null]);
    expect(open().logIn('li-na', password, '10.0.0.1')).toBe('wrong');
  });
});
