import { describe, expect, it } from 'vitest';
import { csvChunks } from '../../../../src/ledger/export/csv.js';
import { bytesOf, tableOf } from './tables.js';

const AT = Date.UTC(2026, 2, 1, 20, 30, 15, 7);

async function lines(...rows: (readonly (string | number | null)[])[]): Promise<string[]> {
  const text = (await bytesOf(csvChunks(tableOf(rows)))).toString('utf8');
  expect(text.endsWith('\r\n')).toBe(true);
  return text.slice(0, -2).split('\r\n');
}

describe('a table as CSV', () => {
  it('begins with a byte order mark and the headings, and ends every line with CRLF', async () => {
    const bytes = await bytesOf(csvChunks(tableOf([])));
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(bytes.subarray(3).toString('utf8')).toBe('序号,开始时间,等待（毫秒）,待回拨,备注\r\n');
  });

  it('shows times as the clocks of the zone do, and leaves empty what is not known', async () => {
    expect(await lines([1, AT, 12.5, 1, null], [2, null, null, 0, null])).toEqual([
      '\uFEFF序号,开始时间,等待（毫秒）,待回拨,备注',
      '1,2026-03-02 04:30:15.007,12.5,true,',
      '2,,,false,',
    ]);
  });

  it.each([
    ['a plain note', 'a plain note'],
    ['停水, "急"', '"停水, ""急"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['+86 22 110', "'+86 22 110"],
    ['-1', "'-1"],
    ['\t=1+1', "'\t=1+1"],
    ['\r=1,1', '"\'\r=1,1"'],
  ])('writes %j so that no spreadsheet counts with it', async (note, written) => {
    const text = (await bytesOf(csvChunks(tableOf([[1, null, null, 0, note]])))).toString('utf8');
    expect(text.split('备注\r\n')[1]).toBe(`1,,,false,${written}\r\n`);
  });

  it('shows a number that is no time as it is', async () => {
    expect((await lines([1, 9e15, null, 0, null]))[1]).toBe('1,9000000000000000,,false,');
  });
});
