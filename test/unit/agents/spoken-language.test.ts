import { describe, expect, it } from 'vitest';
import { speaks, spokenLanguage } from '../../../src/agents/spoken-language.js';

describe('a language tag', () => {
  it.each([
    ['en', 'en'],
    ['EN-us', 'en'],
    ['zh-CN', 'zh'],
    ['zh-Hant-HK', 'zh'],
    ['cmn-Hans', 'zh'],
    ['zh-cmn-Hans-CN', 'zh'],
    ['zh-yue', 'yue'],
    ['yue-HK', 'yue'],
    ['es-419', 'es'],
  ])('%s means %s when people speak', (tag, spoken) => {
    expect(spokenLanguage(tag)).toBe(spoken);
  });

  it.each(['', '*', 'e', 'english', 'x-klingon', 'en_US', 'en-', '中文', `en${'-abcdefgh'.repeat(5)}`])(
    '%j is none',
    (tag) => {
      expect(spokenLanguage(tag)).toBeNull();
    },
  );

  it('is met by an agent who has the same language, whatever script or region stands beside it', () => {
    expect(speaks({ languages: ['zh', 'en-GB'] }, 'en')).toBe(true);
    expect(speaks({ languages: ['zh-yue'] }, 'zh')).toBe(false);
    expect(speaks({ languages: [] }, 'zh')).toBe(false);
  });
});
