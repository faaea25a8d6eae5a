import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureToken, localToken } from '../../../src/api/tokens.js';
import { temporaryFolder } from '../ledger/fixtures.js';

describe('ensureToken', () => {
  it('makes a token that only the owner can read, and keeps it', () => {
    const dir = join(temporaryFolder(), 'data');
    const { token, path } = ensureToken(dir);
    expect(path).toBe(join(dir, 'api-token'));
    expect(token).toMatchObject({ role: 'operator', token: expect.stringMatching(/^[\w-]{43}$/) });
    expect(readFileSync(path, 'utf8')).toBe(`${token.token}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(ensureToken(dir).token).toEqual(token);
    expect(ensureToken(temporaryFolder()).token.token).not.toBe(token.token);
  });

  it('takes the rights of a file that all may read, and replaces one without a token', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'api-token'), 'sixteen-characters-at-least\n', { mode: 0o644 });
    expect(ensureToken(dir).token.token).toBe('sixteen-characters-at-least');
    expect(statSync(join(dir, 'api-token')).mode & 0o777).toBe(0o600);
    writeFileSync(join(dir, 'api-token'), '\n');
    expect(ensureToken(dir).token.token).toHaveLength(43);
  });
});

describe('localToken', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('is made for an API at %s', (host) => {
    expect(localToken({ host, tokens: [] }, temporaryFolder())?.token.name).toBe('api-token');
  });

  it.each(['192.168.1.5', '0.0.0.0', '::', '::2', '128.0.0.1'])('is not made for one at %s', (host) => {
    const dir = temporaryFolder();
    expect(localToken({ host, tokens: [] }, dir)).toBeNull();
    expect(existsSync(join(dir, 'api-token'))).toBe(false);
  });

  it('is not made where the configuration has tokens', () => {
    const tokens = [{ name: 'ops', token: '0123456789abcdef', role: 'ops' }] as const;
    expect(localToken({ host: '127.0.0.1', tokens }, temporaryFolder())).toBeNull();
  });
});
