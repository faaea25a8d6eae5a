import { describe, expect, it } from 'vitest';
import type { Call, Hunt } from '../../../src/call/call.js';
import { CallerLanguages, preferredLanguage } from '../../../src/engine/caller-language.js';
import { planOf, planText } from '../dialplan/plan-text.js';
import { call, transfer } from './call-values.js';

/** 12345 for everybody, 022 12346 for who speaks English; the carrier leaves it to the caller, the PBX of police speaks Uighur. */
const plan = planOf(
  planText(
    [
      '    name: { zh: 市政, en: City }',
      '    languages: { "022-12346": en }\n    name: { zh: 市政, en: City }',
    ],
    ['    sources: ["127.0.0.1:5110"]', '    sources: ["127.0.0.1:5110"]\n    language: ug-CN'],
    ['    gateways: [pbx.example.org/tcp', '    language: unknown\n    gateways: [pbx.example.org/tcp'],
  ),
);
const carried = (language: string) => ({ headers: { 'Accept-Language': language }, bodies: [] });

describe('what a caller speaks', () => {
  const of = (changes: Partial<Call>) => new CallerLanguages().of(call('a', changes), plan);

  it('is what the INVITE prefers where the trunk leaves it to the caller', () => {
    expect(of({ trunk: 'carrier', carried: carried('de;q=0.3, en-GB') })).toBe('en');
    expect(of({ trunk: 'carrier' })).toBeNull();
    expect(of({ trunk: 'gone', carried: carried('en') })).toBeNull();
    expect(of({ trunk: null, carried: carried('en') })).toBeNull();
  });

  it('is that of the trunk before what the INVITE says, which counts for nothing where the plan says so', () => {
    expect(of({ trunk: 'pbx-police', carried: carried('en') })).toBe('ug');
    expect(of({ trunk: 'pbx-city', carried: carried('en') })).toBeNull();
  });

  it('is that of the number which was dialled, however it is written', () => {
    for (const dialled of ['12346', '02212346', '+862212346'])
      expect(of({ dialled, trunk: 'pbx-police' })).toBe('en');
    expect(of({ dialled: '12345', trunk: 'carrier' })).toBeNull();
  });

  it('is that of the number which an agent transfers to', () => {
    const hunt: Hunt = { stages: [], ringing: [], waiting: null, lastStatus: null, lastCause: null };
    const to = (requestedTarget: string): Call['phase'] => ({
      name: 'transferring',
      transferee: 'a-1',
      transferor: 'a-2',
      transfer: transfer('t', { requestedTarget }),
      hunt,
      rounds: 0,
    });
    expect(of({ dialled: '110', trunk: 'carrier', phase: to('sip:12346@x') })).toBe('en');
    expect(of({ dialled: '110', trunk: 'carrier', phase: to('12345') })).toBeNull();
  });

  it('is what an agent has told, until the call is over', () => {
    const languages = new CallerLanguages();
    const one = call('a', { dialled: '12346' });
    languages.tell(one.id, 'nonsense!');
    expect(languages.of(one, plan)).toBe('en');
    languages.tell(one.id, 'zh-yue');
    expect(languages.of(one, plan)).toBe('yue');
    languages.forget(one.id);
    expect(languages.of(one, plan)).toBe('en');
  });
});

describe('Accept-Language', () => {
  it.each([
    ['en', 'en'],
    ['da, en-gb;q=0.8, en;q=0.7', 'da'],
    ['zh;q=0.5,en;q=0.9', 'en'],
    ['*, ug;q=0.1', 'ug'],
    ['en;q=0, zh;q=0.001', 'zh'],
    ['en;q=2, zh;q=0.1', 'zh'],
    ['zh , en', 'zh'],
    ['', null],
    ['*', null],
    ['en;q=0', null],
    [';;,,q=1', null],
  ])('%j prefers %s', (header, tag) => {
    expect(preferredLanguage(header)).toBe(tag);
  });
});
