import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { TORTURE } from './messages.js';

/** The RFC's own archive, where it was laid beside the repository. */
const ARCHIVE = fileURLToPath(new URL('../../../../shared/data/rfc4475/', import.meta.url));

test('all 50 messages are written here, each once', () => {
  expect(new Set(TORTURE.map(({ name }) => name)).size).toBe(TORTURE.length);
  expect(TORTURE.length).toBe(50);
});

describe.skipIf(!existsSync(ARCHIVE))('byte for byte as in the archive', () => {
  test.each(TORTURE)('$section $name, $what', ({ name, bytes }) => {
    expect(bytes.equals(readFileSync(`${ARCHIVE}${name}.dat`))).toBe(true);
  });

  test('and none is missing', () => {
    const archived = existsSync(ARCHIVE) ? readdirSync(ARCHIVE).filter((file) => file.endsWith('.dat')) : [];
    expect(archived.map((file) => file.slice(0, -4)).sort()).toEqual(TORTURE.map(({ name }) => name).sort());
  });
});
