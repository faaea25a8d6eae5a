import { expect, it } from 'vitest';
import type { AuditRecord } from '../../src/ledger/records.js';
import { auditOnce } from '../../src/open-people.js';

function record(id: string): AuditRecord {
  const done = { actor: 'li', action: 'token-added', subject: 'wall', callId: null, detail: null } as const;
  return { kind: 'audit', id, doneAt: 1, ...done };
}

it('what the command line did is given to the ledger once, however often the disk refuses it', async () => {
  const given: string[] = [];
  let full = true;
  const audit = auditOnce({
    append: (records) => void given.push(...records.map(({ id }) => id)),
    flush: async () => {
      if (full) throw new Error('disk full');
    },
  });
  await expect(audit([record('a')])).rejects.toThrow('disk full');
  await expect(audit([record('a'), record('b')])).rejects.toThrow('disk full');
  expect(given).toEqual(['a', 'b']);
  full = false;
  await audit([record('a'), record('b')]);
  expect(given).toEqual(['a', 'b']);
});
