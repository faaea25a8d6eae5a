import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/config/yaml-source.js';

describe('readYaml', () => {
  it('keeps digits as they are written where a number would lose some', () => {
    const { value } = readYaml('[110, 022110, +8622110, 0, "007", 1.5, -3, 00]', 'f');
    expect(value).toEqual([110, '022110', '+8622110', 0, '007', 1.5, -3, '00']);
  });

  it('knows the place of keys, values and list items', () => {
    const source = readYaml('a:\n  b: 1\n  "c": [x, y]\n110: z\n', 'f');
    const place = (path: (string | number)[], at?: 'key') => {
      const fault = source.faultAt(path, 'm', 'r', at);
      return [fault.line, fault.column];
    };
    expect(place(['a', 'b'])).toEqual([2, 6]);
    expect(place(['a', 'b'], 'key')).toEqual([2, 3]);
    expect(place(['a'])).toEqual([1, 1]);
    expect(place(['a', 'c', 1])).toEqual([3, 12]);
    expect(place(['110'])).toEqual([4, 6]);
  });

  it('places what is missing at its nearest parent', () => {
    const source = readYaml('a:\n  b: 1\n', 'f');
    expect(source.faultAt(['a', 'zz', 'deep', 3], 'm', 'r')).toMatchObject({
      line: 1,
      column: 1,
      path: 'a.zz.deep[3]',
    });
    expect(source.faultAt(['zz'], 'm', 'r')).toMatchObject({ line: 1, column: 1 });
    expect(readYaml('', 'f').faultAt(['zz'], 'm', 'r')).toMatchObject({ line: 1, column: 1 });
  });

  it('remedies a star without quotes', () => {
    for (const text of ['keys:\n  *1: a\n', 'a: *1\n', 'a: 1\n*1: b\n']) {
      const { faults, usable } = readYaml(text, 'f');
      expect(usable).toBe(false);
      expect(faults.some((fault) => fault.remedy.includes('in quotes, such as "*1"'))).toBe(true);
    }
  });

  it('allows anchors and aliases', () => {
    expect(readYaml('a: &x [1]\nb: *x\n', 'f')).toMatchObject({
      value: { a: [1], b: [1] },
      faults: [],
      usable: true,
    });
  });

  it.each([
    ['deep nesting', '['.repeat(100_000)],
    ['deep nesting that is closed', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['lists in lists', '- '.repeat(100_000)],
    ['keys in keys', '? '.repeat(100_000)],
    ['maps in maps', '{ a: '.repeat(100_000)],
    [
      'indentation without end',
      Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ],
    [
      'aliases that multiply',
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        'b: &b [*a,*a,*a,*a,*a,*a,*a]',
        'c: &c [*b,*b,*b,*b,*b,*b]',
        'd: [*c,*c,*c,*c]',
      ].join('\n'),
    ],
    ['an unclosed quote', 'a: "b'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a reserved character', 'a: @b\n'],
  ])('reports %s and does not throw', (_, text) => {
    const { faults, usable } = readYaml(text, 'f');
    expect(usable).toBe(false);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault.file === 'f' && fault.line > 0 && fault.remedy !== '')).toBe(true);
  });

  it('allows any depth that files of ours have', () => {
    const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(readYaml(lists(40), 'f').usable).toBe(true);
    expect(readYaml(`a:\n  b: ${lists(200)}`, 'f').faults).toMatchObject([
      { line: 2, message: 'YAML: values are nested more than 50 deep' },
    ]);
  });

  it('reads a duplicate key on, so that other faults are found too', () => {
    const source = readYaml('a: 1\nb: 2\na: 3\n', 'f');
    expect(source.usable).toBe(true);
    expect(source.faults).toMatchObject([{ line: 3, column: 1, message: 'YAML: the key a is here already' }]);
  });
});
