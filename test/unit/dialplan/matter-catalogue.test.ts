import { describe, expect, it } from 'vitest';
import type { Matter } from '../../../src/dialplan/matter.js';
import { MatterCatalogue } from '../../../src/dialplan/matter-catalogue.js';

function matter(code: string, zh: string, pinyin: string, more: Partial<Matter> = {}): Matter {
  return {
    code,
    name: { zh, syllables: pinyin.split(' ') },
    en: null,
    words: [],
    member: 'city',
    urgency: 'routine',
    language: null,
    source: 'example',
    ...more,
  };
}

const catalogue = new MatterCatalogue([
  matter('water-01', '家中停水', 'jia zhong ting shui', {
    en: 'No running water at home',
    words: [{ zh: '没水', syllables: ['mei', 'shui'] }],
  }),
  matter('water-02', '自来水管爆裂', 'zi lai shui guan bao lie', { urgency: 'urgent' }),
  matter('power-01', '小区停电', 'xiao qu ting dian', { urgency: 'urgent' }),
  matter('light-01', '路灯不亮', 'lu deng bu liang'),
  matter('light-02', '红绿灯坏了', 'hong lv deng huai le', { urgency: 'urgent' }),
  matter('abuse-01', '虐待儿童', 'nue dai er tong', { urgency: 'urgent' }),
  matter('fire-01', '停车场着火', 'ting che chang zhao huo', { urgency: 'emergency' }),
  matter('bus-01', '公交线路', 'gong jiao xian lu'),
]);

const codes = (query: string): string[] => catalogue.search(query, 10).map((found) => found.matter.code);
const first = (query: string) => {
  const [found] = catalogue.search(query, 1);
  return found === undefined ? null : [found.matter.code, found.by, found.term];
};

describe('a catalogue of matters', () => {
  it.each([
    ['停水', ['water-01', 'words', '家中停水']],
    ['没水', ['water-01', 'words', '没水']],
    ['家停水', ['water-01', 'similar-words', '家中停水']],
    ['水管坏了爆裂', ['water-02', 'similar-words', '自来水管爆裂']],
    ['jiazhongtingshui', ['water-01', 'pinyin', '家中停水']],
    ['ting shui', ['water-01', 'pinyin', '家中停水']],
    ["ting'sh", ['water-01', 'pinyin', '家中停水']],
    ['jzts', ['water-01', 'initials', '家中停水']],
    ['ms', ['water-01', 'initials', '没水']],
    ['xqtdian', ['power-01', 'pinyin', '小区停电']],
    ['hld', ['light-02', 'initials', '红绿灯坏了']],
    ['hónglǜdēng', ['light-02', 'pinyin', '红绿灯坏了']],
    ['honglvdeng', ['light-02', 'pinyin', '红绿灯坏了']],
    ['nvedai', ['abuse-01', 'pinyin', '虐待儿童']],
    ['nuedai', ['abuse-01', 'pinyin', '虐待儿童']],
    ['WATER-02', ['water-02', 'code', 'water-02']],
    ['ＷＡＴＥＲ-01', ['water-01', 'code', 'water-01']],
    ['running wat', ['water-01', 'english', 'No running water at home']],
    ['停 dian', ['power-01', 'pinyin', '小区停电']],
    ['我家没水了怎么办', ['water-01', 'words', '没水']],
  ])('finds %s', (query, expected) => {
    expect(first(query)).toEqual(expected);
  });

  it('finds what is wanted at each key while it is typed', () => {
    for (const word of ['tingshui', 'jiazhong', 'jzts', '家中停水', 'water-01']) {
      for (let keys = word === 'tingshui' || word === 'water-01' ? 2 : 1; keys <= word.length; keys++)
        expect(codes(word.slice(0, keys)), word.slice(0, keys)).toContain('water-01');
    }
  });

  it('takes what begins with the words first, then the more urgent', () => {
    expect(codes('停')).toEqual(['fire-01', 'power-01', 'water-01']);
    expect(codes('灯')[0]).toBe('light-01');
    expect(codes('water')).toEqual(['water-02', 'water-01']);
  });

  it('finds nothing where a piece fits nowhere, and nothing for nothing', () => {
    for (const query of ['', '   ', '？！', '停水xyz', 'qqqq', '飞机', 'v', '\u0000'])
      expect(codes(query), query).toEqual([]);
  });

  it('gives at most as many as are wanted', () => {
    expect(catalogue.search('ting', 2)).toHaveLength(2);
    expect(catalogue.search('ting', 0)).toEqual([]);
  });

  it('takes any text of any length without harm', () => {
    for (const query of [
      'a'.repeat(100_000),
      '停'.repeat(100_000),
      'ting'.repeat(30),
      '\ud800',
      '((((',
      '家'.repeat(59),
    ])
      expect(codes(query)).toEqual([]);
  });

  it('gives a matter by its code', () => {
    expect(catalogue.get(' Water-01 ')?.name.zh).toBe('家中停水');
    expect(catalogue.get('water')).toBeUndefined();
    expect(catalogue.get('')).toBeUndefined();
  });
});
