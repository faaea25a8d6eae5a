import { describe, expect, it } from 'vitest';
import { RECORD_KINDS } from '../../../../src/ledger/columns.js';
import { EN_TITLES, ZH_TITLES } from '../../../../src/ledger/export/column-titles.js';
import { cellsOf, exportColumns } from '../../../../src/ledger/export/export-columns.js';
import { legRecord, START } from '../records.js';

describe('the columns of an export', () => {
  it.each(RECORD_KINDS)('of a %s all have a heading in both languages', (kind) => {
    const fields = exportColumns(kind).map(({ field }) => field);
    expect(fields.filter((field) => !(field in ZH_TITLES) || !(field in EN_TITLES))).toEqual([]);
    expect(new Set(fields.map((field) => ZH_TITLES[field])).size).toBe(fields.length);
  });

  it('give the values of a record in their order', () => {
    const columns = exportColumns('leg');
    const media = { packetsReceived: 5, packetsSent: null, packetsLost: 1, jitterMs: 0.5 };
    const cells = cellsOf(columns, { ...legRecord('leg-1', { media }), seq: 7 });
    const named = Object.fromEntries(columns.map(({ field }, index) => [field, cells[index]]));
    expect(named).toMatchObject({
      seq: 7,
      id: 'leg-1',
      startedAt: START,
      mediaPacketsReceived: 5,
      mediaJitterMs: 0.5,
    });
    expect(named.transferId).toBeNull();
  });

  it('have a type each', () => {
    const types = Object.fromEntries(exportColumns('call').map(({ field, type }) => [field, type]));
    expect(types).toMatchObject({
      seq: 'integer',
      startedAt: 'time',
      missed: 'flag',
      waitMs: 'decimal',
      legs: 'integer',
      cause: 'text',
    });
  });
});
