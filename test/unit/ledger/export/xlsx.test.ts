import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { xlsxChunks } from '../../../../src/ledger/export/xlsx.js';
import { temporaryFolder } from '../fixtures.js';
import { bytesOf, tableOf } from './tables.js';

/** Reads a workbook with openpyxl (Debian's Python has it), which knows nothing of what wrote it. */
const READER = `
import json, sys, datetime, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
def shown(cell):
    value = cell.value
    if isinstance(value, datetime.datetime): return {"date": value.isoformat(timespec="milliseconds"), "format": cell.number_format}
    return {"type": cell.data_type, "value": value}
print(json.dumps([{"name": s.title, "frozen": s.freeze_panes, "rows": [[shown(c) for c in row] for row in s.iter_rows()]} for s in book]))
`;

interface Sheet {
  readonly name: string;
  readonly frozen: string | null;
  readonly rows: readonly (readonly { readonly value?: unknown }[])[];
}

async function sheetsOf(
  rows: (readonly (string | number | null)[])[],
  rowsPerSheet?: number,
): Promise<Sheet[]> {
  const file = join(temporaryFolder(), 'calls.xlsx');
  writeFileSync(file, await bytesOf(xlsxChunks(tableOf(rows), rowsPerSheet)));
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', READER, file], { encoding: 'utf8' })) as Sheet[];
}

describe('a table as an Excel workbook', () => {
  it('has headings that stay, dates as dates in the zone, and numbers as numbers', async () => {
    const [sheet] = await sheetsOf([[7, Date.UTC(2026, 2, 1, 20, 30, 15, 7), 12.5, 1, '停水 & <急>']]);
    expect(sheet?.name).toBe('calls');
    expect(sheet?.frozen).toBe('A2');
    expect(sheet?.rows[0]?.map(({ value }) => value)).toEqual([
      '序号',
      '开始时间',
      '等待（毫秒）',
      '待回拨',
      '备注',
    ]);
    expect(sheet?.rows[1]).toEqual([
      { type: 'n', value: 7 },
      { date: '2026-03-02T04:30:15.007', format: 'yyyy-mm-dd hh:mm:ss.000' },
      { type: 'n', value: 12.5 },
      { type: 'b', value: true },
      { type: 's', value: '停水 & <急>' },
    ]);
  });

  it('keeps every text a text', async () => {
    const notes = [
      '=1+1',
      '=HYPERLINK("http://x")',
      '+86',
      '-1',
      '@a',
      '00123',
      '2026-03-02',
      ' spaces ',
      'a\nb',
      '_x0041_',
    ];
    const [sheet] = await sheetsOf(notes.map((note) => [1, null, null, 0, note]));
    const read = sheet?.rows.slice(1).map((row) => row[4]);
    // openpyxl gives the escape as it stands in the file; Excel shows it as it was.
    expect(read).toEqual(
      notes.map((note) => ({ type: 's', value: note === '_x0041_' ? '_x005F_x0041_' : note })),
    );
  });

  it('takes texts that XML or Excel do not', async () => {
    const [sheet] = await sheetsOf([
      [1, null, null, 0, 'a\u0000b\u001fc\ufffe'],
      [2, null, null, 0, '停'.repeat(40_000)],
      [3, -1e15, null, 0, null],
      [4, 9e15, null, 0, null],
    ]);
    expect(sheet?.rows[1]?.[4]).toEqual({ type: 's', value: 'a\ufffdb\ufffdc\ufffd' });
    expect(sheet?.rows[2]?.[4]).toEqual({ type: 's', value: `${'停'.repeat(32_766)}…` });
    expect(sheet?.rows[3]?.[1]).toEqual({ type: 's', value: '-029719-04-05T22:13:20.000Z' });
    expect(sheet?.rows[4]?.[1]).toEqual({ type: 's', value: '9000000000000000' });
  });

  it('goes on on further sheets where one is full, each with the headings', async () => {
    const rows = Array.from({ length: 25 }, (_, n) => [n + 1, null, null, 0, null]);
    const sheets = await sheetsOf(rows, 11);
    expect(sheets.map(({ name }) => name)).toEqual(['calls', 'calls_2', 'calls_3']);
    expect(sheets.map((sheet) => sheet.rows[0]?.[0]?.value)).toEqual(['序号', '序号', '序号']);
    expect(sheets.flatMap((sheet) => sheet.rows.slice(1).map((row) => row[0]?.value))).toEqual(
      rows.map(([number]) => number),
    );
  });

  it('is a workbook without rows, too', async () => {
    const [sheet] = await sheetsOf([]);
    expect(sheet?.rows.length).toBe(1);
  });
});
