import { describe, expect, it } from 'vitest';
import {
  displayWidth,
  localTime,
  parseLocalTime,
  printable,
  shortened,
  table,
} from '../../../src/cli/ledger/text.js';

describe('text of the ledger command', () => {
  it('knows how wide characters are on a terminal', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('热线')).toBe(4);
    expect(displayWidth('ｗｉｄｅ，')).toBe(10);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('📞')).toBe(2);
  });

  it('lets no peer drive the terminal', () => {
    expect(printable('a\u001b]0;x\u0007\nb\u202e')).toBe('a\\x1b]0;x\\x07\\x0ab\\u202e');
    expect(printable('热线 "x"')).toBe('热线 "x"');
  });

  it('shortens to the first line and to so many columns, and shows that it did', () => {
    expect(shortened('热线转接', 8)).toBe('热线转接');
    expect(shortened('热线转接!', 8)).toBe('热线转…');
    expect(shortened('one\r\ntwo', 8)).toBe('one…');
    expect(shortened('', 8)).toBe('');
    expect(shortened(null, 8)).toBeNull();
  });

  it('aligns columns, numbers to the right', () => {
    expect(
      table([
        ['n', 'name', 'end'],
        [1, '热线', 'x'],
        [10, 'abc', null],
      ]),
    ).toEqual([' n  name  end', ' 1  热线  x', '10  abc   -']);
  });

  it('reads times as people write them, and gives them back', () => {
    const midnight = new Date(2026, 2, 2).getTime();
    expect(parseLocalTime('2026-03-02')).toBe(new Date(midnight).toISOString());
    expect(parseLocalTime('2026-03-02 08:30')).toBe(new Date(midnight + 8.5 * 3_600_000).toISOString());
    expect(parseLocalTime('2026-03-02T08:30:01.5Z')).toBe('2026-03-02T08:30:01.500Z');
    expect(parseLocalTime('2026-03-02T08:30+08:00')).toBe('2026-03-02T00:30:00.000Z');
    for (const text of ['', 'now', '2026-3-2', '2026-13-02', '2026-03-02Z', '08:30'])
      expect(parseLocalTime(text), text).toBeUndefined();
    expect(localTime(midnight + 61_002)).toBe('2026-03-02 00:01:01.002');
    expect(localTime(null)).toBeNull();
    expect(localTime(Number.MAX_VALUE)).toBe(String(Number.MAX_VALUE));
  });
});
