import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ExportRequest } from '../../../../src/ledger/export/export-request.js';
import { LedgerExports } from '../../../../src/ledger/export/ledger-exports.js';
import { callRecord, START, temporaryFolder, transferRecord, writerOf } from '../fixtures.js';
import { bytesOf } from './tables.js';

const CALLS = 1300;
/** Long enough that few calls make a large file. */
const CAUSE = '市民反映停水，请尽快处理。'.repeat(300);
let dir = '';

const CALLS_AS_CSV: ExportRequest = {
  listing: { kind: 'call', filter: {} },
  format: 'csv',
  language: 'zh',
  zone: 'Asia/Shanghai',
  masked: false,
};

function exportsOf(
  options: { readonly most?: number; readonly idleMs?: number; readonly dir?: string } = {},
): LedgerExports {
  const exports = new LedgerExports({ dir, ...options });
  onTestFinished(() => exports.close());
  return exports;
}

function begin(exports: LedgerExports, request: ExportRequest = CALLS_AS_CSV) {
  const started = exports.start(request);
  if (started === null) throw new Error('as many exports run as may');
  return started;
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'onekey-exports-'));
  const store = writerOf(dir, { now: () => START });
  const calls = Array.from({ length: CALLS }, (_, n) =>
    callRecord(`call-${n}`, { startedAt: START + n * 1000, cause: n % 2 === 0 ? CAUSE : null }),
  );
  const transfer = transferRecord('transfer-1', { note: '请回电 13800001111', requestedTarget: '110' });
  store.commit({ number: 1, records: [...calls, transfer], journal: [] });
  store.close();
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('an export', () => {
  it('has every record of all pages, oldest first', async () => {
    const { stream, stopped, progress } = begin(exportsOf());
    const lines = (await bytesOf(stream)).toString('utf8').trimEnd().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',')[1])).toEqual(
      Array.from({ length: CALLS }, (_, n) => `call-${n}`),
    );
    await stopped;
    expect(progress()).toEqual({ rows: CALLS, at: START + (CALLS - 1) * 1000 });
  });

  it.each(['xlsx', 'parquet'] as const)('comes as %s, too', async (format) => {
    const bytes = await bytesOf(begin(exportsOf(), { ...CALLS_AS_CSV, format }).stream);
    expect(bytes.subarray(0, 2).toString('latin1')).toBe(format === 'xlsx' ? 'PK' : 'PA');
  });

  it('keeps to its filter, and masks what looks like a number of a person', async () => {
    const listing = { kind: 'transfer', filter: { toMember: 'police-110' } } as const;
    const file = await bytesOf(
      begin(exportsOf(), { ...CALLS_AS_CSV, listing, language: 'en', masked: true }).stream,
    );
    expect(file.toString('utf8')).toContain('请回电 138****1111');
    expect(file.toString('utf8')).toContain('Target asked for');
    expect(file.toString('utf8')).toContain(',110,');
  });

  it('reads no further than somebody takes it', async () => {
    const { stream, begun, progress } = begin(exportsOf());
    await begun;
    let last = -1;
    while (progress().rows !== last) {
      last = progress().rows;
      await pause(100);
    }
    expect(last).toBeLessThan(CALLS);
    expect(stream.readableLength).toBeLessThan(4 * 1024 * 1024);
    expect((await bytesOf(stream)).length).toBeGreaterThan((CALLS / 2) * CAUSE.length);
  });

  it('stops when nobody wants it any more', async () => {
    const exports = exportsOf({ most: 1 });
    const { stream, stopped, begun } = begin(exports);
    await begun;
    expect(exports.start(CALLS_AS_CSV)).toBeNull();
    stream.destroy();
    await stopped;
    expect(exports.start(CALLS_AS_CSV)).not.toBeNull();
  });

  it('is given up when nobody takes it for long', async () => {
    const { stream, stopped } = begin(exportsOf({ idleMs: 10 }));
    const failed = new Promise((resolve) => stream.once('error', resolve));
    expect(String(await failed)).toContain('nobody takes it');
    await stopped;
  });

  it('says why it cannot be made', async () => {
    const { begun, stream } = begin(exportsOf({ dir: temporaryFolder() }));
    const failed = new Promise((resolve) => stream.once('error', resolve));
    await expect(begun).rejects.toMatchObject({ name: 'LedgerReadError', code: 'failed' });
    await failed;
  });

  it('ends with all others when the ledger is closed', async () => {
    const exports = exportsOf();
    const { begun, stream, stopped } = begin(exports);
    stream.on('error', () => undefined);
    exports.close();
    await expect(begun).rejects.toMatchObject({ code: 'closed' });
    await stopped;
  });
});
