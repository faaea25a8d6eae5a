import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TORTURE } from './messages.js';

/** SHA-256 of each file of the archive that RFC 4475 carries (its appendix A), by its name there. */
const ARCHIVE: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'archive-digests.json'), 'utf8'),
);

test('all 50 messages are written here, each once', () => {
  expect(new Set(TORTURE.map(({ name }) => name)).size).toBe(TORTURE.length);
  expect(TORTURE.length).toBe(50);
});

test.each(TORTURE)('$section $name, $what: byte for byte as in the archive', ({ name, bytes }) => {
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(ARCHIVE[name]);
});

test('none of the archive is missing', () => {
  expect(TORTURE.map(({ name }) => name).sort()).toEqual(Object.keys(ARCHIVE).sort());
});
