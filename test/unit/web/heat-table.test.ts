import { describe, expect, it } from 'vitest';
import { heatTable } from '../../../src/web/ops/heat-table.js';

const outcomes = { completed: 0, alerted: 0, failed: 0, refused: 0, abandoned: 0, interrupted: 0 };
const cell = (fromMember: string | null, toMember: string | null, asked: number, more: object = {}) => ({
  ...outcomes,
  fromMember,
  toMember,
  asked,
  completed: asked,
  averageSwitchMs: 5000,
  ...more,
});

describe('the table of transfers', () => {
  const cells = [
    cell('city', 'police', 100, { completed: 80, alerted: 5 }),
    cell('police', 'city', 4),
    cell('city', 'gone', 1),
    cell(null, 'city', 3),
    cell('city', null, 2),
  ];
  const planned = ['city', 'police', 'youth'];

  it('has a row and a column for each member, also for one that the dial plan does not have any more', () => {
    const table = heatTable(cells, planned, 'asked');
    expect(table.members).toEqual(['city', 'police', 'youth', 'gone']);
    expect(table.rows.map(({ asked }) => asked)).toEqual([101, 4, 0, 0]);
    expect(table.asked).toEqual([4, 100, 0, 1]);
    expect(table.rows[0]?.cells.map(({ value }) => value)).toEqual([null, 100, null, 1]);
  });

  it('tells rare pairs apart from those that never occur, and from frequent ones', () => {
    const [city, police] = heatTable(cells, planned, 'asked').rows;
    expect(city?.cells.map(({ heat }) => heat)).toEqual([0, 5, 0, 1]);
    expect(police?.cells.map(({ heat }) => heat)).toEqual([1, 0, 0, 0]);
  });

  it('counts what has no cell', () => {
    expect(heatTable(cells, planned, 'asked').others).toBe(5);
  });

  it('shows shares, what was not completed, and how long it took', () => {
    const first = (measure: Parameters<typeof heatTable>[2]) =>
      heatTable(cells, planned, measure).rows[0]?.cells[1]?.value;
    expect(first('completed')).toBe(0.8);
    expect(first('lost')).toBe(15);
    expect(first('switch')).toBe(5000);
  });
});
