import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureToken } from '../../../src/api/tokens.js';
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
