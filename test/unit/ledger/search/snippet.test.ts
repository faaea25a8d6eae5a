import { describe, expect, it } from 'vitest';
import { phrasesOf } from '../../../../src/ledger/search/note-query.js';
import { snippetOf } from '../../../../src/ledger/search/snippet.js';

/** As text, with what was looked for in brackets. */
const shown = (note: string, query: string): string =>
  snippetOf(note, phrasesOf(query))
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join('');

describe('a snippet', () => {
  it.each([
    ['小区停水，已联系', '停水', '小区[停水]，已联系'],
    ['小区停水，停水三天', '停水', '小区[停水]，[停水]三天'],
    ['停水三天', '停水 水三', '[停水三]天'],
    ['call 13800001111 back', '138', 'call [13800001111] back'],
    ['No Power', 'power', 'No [Power]'],
    ['ＡＢＣ', 'abc', '[ＡＢＣ]'],
    ['nothing here', '停水', 'nothing here'],
    ['', '停水', ''],
  ])('of %j for %s', (note, query, expected) => {
    expect(shown(note, query)).toBe(expected);
  });

  it('of a long note is the part around the first hit', () => {
    const text = shown(`${'甲'.repeat(300)}停水${'乙'.repeat(300)}`, '停水');
    expect(text).toBe(`…${'甲'.repeat(40)}[停水]${'乙'.repeat(118)}…`);
  });

  it('splits no character', () => {
    const text = shown(`${'𠮷'.repeat(101)}停${'𠮷'.repeat(200)}`, '停');
    expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
    expect(text.startsWith('…𠮷')).toBe(true);
  });
});
