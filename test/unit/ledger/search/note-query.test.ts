import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { matchExpression, phrasesOf } from '../../../../src/ledger/search/note-query.js';
import { wordsOf } from '../../../../src/ledger/search/note-words.js';

const words = (text: string): string[] => wordsOf(text).map((word) => word.text);

describe('the words of a note', () => {
  it.each([
    ['小区停水', ['小', '区', '停', '水']],
    ['110转接12345', ['110', '转', '接', '12345']],
    ['No water since 12:30!', ['no', 'water', 'since', '12', '30']],
    ['ＡＢＣ１２', ['abc12']],
    ['Ünïted e\u0301', ['ünïted', 'é']],
    ['カタかな', ['カ', 'タ', 'か', 'な']],
    ['𠮷野家', ['𠮷', '野', '家']],
    ['"; DROP TABLE -- *', ['drop', 'table']],
    ['，。…', []],
  ])('%s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('say where they stand', () => {
    expect(wordsOf('a 𠮷x')).toEqual([
      { text: 'a', start: 0, end: 1 },
      { text: '𠮷', start: 2, end: 4 },
      { text: 'x', start: 4, end: 5 },
    ]);
  });
});

describe('what a person types', () => {
  it.each([
    ['停水', [{ words: ['停', '水'], prefix: false }]],
    ['138', [{ words: ['138'], prefix: true }]],
    [
      '停水 和平区',
      [
        { words: ['停', '水'], prefix: false },
        { words: ['和', '平', '区'], prefix: false },
      ],
    ],
    [
      '"power cut" noo',
      [
        { words: ['power', 'cut'], prefix: false },
        { words: ['noo'], prefix: true },
      ],
    ],
    ['“停水”', [{ words: ['停', '水'], prefix: false }]],
    ['k3-2', [{ words: ['k3', '2'], prefix: true }]],
    ['"open', [{ words: ['open'], prefix: false }]],
    ['，。"" *', []],
    ['', []],
  ])('%s is understood', (query, expected) => {
    expect(phrasesOf(query)).toEqual(expected);
  });

  it('is never taken for the language of the engine', () => {
    const db = new Database(':memory:');
    db.exec("CREATE VIRTUAL TABLE notes USING fts5(words, content='', tokenize='ascii')");
    db.prepare('INSERT INTO notes (rowid, words) VALUES (1, ?)').run('停 水 not near or water');
    const find = db.prepare<[string], { rowid: number }>('SELECT rowid FROM notes WHERE notes MATCH ?');
    const nasty = [
      'NOT',
      'OR',
      'AND water',
      'NEAR(a b)',
      'words:停',
      '^停',
      '{a b}:c',
      'a+b',
      '"',
      '""',
      "'",
      '*',
      '停*',
      '-停',
      '停 水)',
      '(停',
      'a"b"c',
      '\\',
      '\u0000停',
      '停\u0000',
      'a:b',
      '[x]',
      '停;--',
      '"停" OR "x"',
    ];
    for (const query of nasty) {
      const phrases = phrasesOf(query);
      if (phrases.length > 0) expect(() => find.all(matchExpression(phrases)), query).not.toThrow();
    }
    expect(find.all(matchExpression(phrasesOf('NOT')))).toEqual([{ rowid: 1 }]);
    expect(find.all(matchExpression(phrasesOf('"停" OR "x"')))).toEqual([]);
    db.close();
  });

  it('is cut where it is too long', () => {
    expect(phrasesOf('a '.repeat(5000)).length).toBe(16);
    expect(phrasesOf('水'.repeat(5000))[0]?.words.length).toBe(200);
  });
});
