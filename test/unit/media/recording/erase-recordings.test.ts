import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../../src/ledger/records.js';
import { eraseRecordings } from '../../../../src/media/recording/erase-recordings.js';
import { keptFolder } from '../../../../src/media/recording/spool.js';
import { temporaryFolder } from '../../ledger/fixtures.js';

const recording = (id: string, file: string | null) => ({ id, callId: `call-${id}`, file });

function recorded(...names: string[]) {
  const folder = temporaryFolder();
  const pathOf = (name: string): string => join(keptFolder(folder), '2026/03/02', `${name}.wav`);
  for (const name of names) {
    mkdirSync(dirname(pathOf(name)), { recursive: true });
    writeFileSync(pathOf(name), 'audio');
  }
  const audits: AuditRecord[] = [];
  const options = { folder, by: 'wang-fang', now: () => 1000 };
  return { audits, options, pathOf };
}

describe('recordings of who is erased', () => {
  it('are deleted, each once the ledger has it; others stay', async () => {
    const { audits, options, pathOf } = recorded('a', 'b', 'other');
    const append = async (record: AuditRecord): Promise<void> => {
      audits.push(record);
      expect(existsSync(pathOf(record.subject))).toBe(true);
    };
    const all = [
      recording('a', '2026/03/02/a.wav'),
      recording('b', '2026/03/02/b.wav'),
      recording('c', null),
    ];
    await eraseRecordings(all, { ...options, append });
    expect(['a', 'b', 'other'].map((name) => existsSync(pathOf(name)))).toEqual([false, false, true]);
    expect(audits).toMatchObject([
      { action: 'recording-deleted', actor: 'wang-fang', subject: 'a', callId: 'call-a', doneAt: 1000 },
      { action: 'recording-deleted', actor: 'wang-fang', subject: 'b', callId: 'call-b', doneAt: 1000 },
    ]);
    // Asked once more there is nothing to do.
    await eraseRecordings(all, { ...options, append });
    expect(audits).toHaveLength(2);
  });

  it('stay where the ledger cannot have it, and nothing outside their folder is touched', async () => {
    const { options, pathOf } = recorded('a');
    const full = eraseRecordings([recording('a', '2026/03/02/a.wav')], {
      ...options,
      append: () => Promise.reject(new Error('disk full')),
    });
    await expect(full).rejects.toThrow('disk full');
    expect(existsSync(pathOf('a'))).toBe(true);
    const outside = join(options.folder, 'outside.wav');
    writeFileSync(outside, 'audio');
    await eraseRecordings([recording('x', '../outside.wav')], { ...options, append: async () => undefined });
    expect(existsSync(outside)).toBe(true);
  });
});
