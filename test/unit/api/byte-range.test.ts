import { describe, expect, it } from 'vitest';
import { byteRange } from '../../../src/api/byte-range.js';

describe('byteRange', () => {
  it.each([
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=500-', { start: 500, end: 999 }],
    ['bytes=-100', { start: 900, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=990-5000', { start: 990, end: 999 }],
    ['bytes=999-999', { start: 999, end: 999 }],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    [undefined, null],
    ['', null],
    ['bytes=-', null],
    ['bytes=9-3', null],
    ['bytes=0-1,5-6', null],
    ['seconds=0-1', null],
    ['bytes=a-b', null],
  ])('of %s is %j of 1000', (header, range) => {
    expect(byteRange(header, 1000)).toEqual(range);
  });

  it('of an empty file is unsatisfiable', () => {
    expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable');
  });
});
