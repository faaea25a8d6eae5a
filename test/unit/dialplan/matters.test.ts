import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatFault } from '../../../src/config/fault.js';
import { packageInfo } from '../../../src/config/package-root.js';
import { loadDialPlan } from '../../../src/dialplan/load.js';
import { parseMatters } from '../../../src/dialplan/load-matters.js';
import type { DialPlan } from '../../../src/dialplan/plan.js';
import { proposeMember } from '../../../src/dialplan/propose-member.js';
import { GOOD_PLAN } from './plan-text.js';

const GOOD = `source: example
matters:
  water-01: { zh: 停水, pinyin: ting shui, en: No water, member: city, words: { 没水: mei shui } }
  theft-01: { zh: 被偷, pinyin: bei tou, member: police, urgency: urgent, language: en }
`;

function faults(text: string): string[] {
  const parsed = parseMatters(text, 'matters.yaml', ['city', 'police']);
  return parsed.ok ? [] : parsed.faults.map(formatFault);
}

describe('a file of matters', () => {
  it('is read with its defaults', () => {
    const parsed = parseMatters(GOOD, 'matters.yaml', ['city', 'police']);
    expect(parsed).toEqual({
      ok: true,
      matters: [
        {
          code: 'water-01',
          name: { zh: '停水', syllables: ['ting', 'shui'] },
          en: 'No water',
          words: [{ zh: '没水', syllables: ['mei', 'shui'] }],
          member: 'city',
          urgency: 'routine',
          language: null,
          source: 'example',
        },
        {
          code: 'theft-01',
          name: { zh: '被偷', syllables: ['bei', 'tou'] },
          en: null,
          words: [],
          member: 'police',
          urgency: 'urgent',
          language: 'en',
          source: 'example',
        },
      ],
    });
  });

  it.each([
    [
      'member: city',
      'member: citty',
      'matters.yaml:3:64 matters.water-01.member: there is no member "citty"; did you mean',
    ],
    ['ting shui', 'tingshui', '"tingshui" has 1 syllables, and 停水 has 2 characters'],
    ['mei shui', 'mei', 'matters.yaml:3:83 matters.water-01.words.没水: "mei" has 1 syllables'],
    ['ting shui', 'tíng shuǐ', 'matters.water-01.pinyin: "tíng shuǐ" is not accepted; write one syllable'],
    ['urgency: urgent', 'urgency: soon', 'matters.theft-01.urgency: "soon" is not accepted; write'],
    ['zh: 被偷', 'zh: stolen', 'matters.theft-01.zh: "stolen" is not accepted; write Chinese words'],
    ['theft-01', 'Theft 01', '"Theft 01" cannot be a name here; write a code of 2 to 40'],
    ['theft-01', 'water-01', 'the key water-01 is here already'],
    ['member: police,', '', 'matters.theft-01.member: this setting is missing'],
    ['matters:', 'mattrs:', 'there is no such setting; did you mean'],
  ])('with %s as %s says where and what', (piece, by, fault) => {
    expect(faults(GOOD.replace(piece, by)).join('\n')).toContain(fault);
  });

  it('tells an unknown member beside other faults', () => {
    const text = GOOD.replace('member: city', 'member: none').replace('urgent', 'soon');
    expect(faults(text)).toHaveLength(2);
  });

  it.each(['', '- 1', 'matters: 7', 'matters: [a]', 'matters: { a-1: , b-1: 3 }', 'matters: {'])(
    'of odd text (%s) gives faults and does not throw',
    (text) => expect(faults(text).length).toBeGreaterThan(0),
  );
});

describe('a plan that names a catalogue', () => {
  function files(matters: string): string {
    const dir = mkdtempSync(join(tmpdir(), 'onekey-matters-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, 'matters.yaml'), matters);
    writeFileSync(join(dir, 'plan.yaml'), `${GOOD_PLAN}matters: matters.yaml\n`);
    return dir;
  }

  it('has its matters, and another version when they change', () => {
    const dir = files(GOOD);
    const first = loadDialPlan(join(dir, 'plan.yaml'));
    writeFileSync(join(dir, 'matters.yaml'), GOOD.replace('停水', '断水'));
    const second = loadDialPlan(join(dir, 'plan.yaml'));
    if (!first.ok || !second.ok) throw new Error('a plan that is right was refused');
    expect(first.plan.matters.get('water-01')?.name.zh).toBe('停水');
    expect(second.plan.matters.get('water-01')?.name.zh).toBe('断水');
    expect(second.plan.version).not.toBe(first.plan.version);
  });

  it('tells the faults of both files, each with its place', () => {
    const dir = files(GOOD.replace('member: city', 'member: town'));
    writeFileSync(
      join(dir, 'plan.yaml'),
      `${GOOD_PLAN.replace('"*2": city', '"*2": town')}matters: matters.yaml\n`,
    );
    const loaded = loadDialPlan(join(dir, 'plan.yaml'));
    expect(loaded.ok ? [] : loaded.faults.map(({ file, path }) => [file, path])).toEqual([
      [join(dir, 'plan.yaml'), 'keys["*2"]'],
      [join(dir, 'matters.yaml'), 'matters.water-01.member'],
    ]);
  });

  it('says at its own line that the file is not there', () => {
    const dir = files(GOOD);
    rmSync(join(dir, 'matters.yaml'));
    const loaded = loadDialPlan(join(dir, 'plan.yaml'));
    expect(loaded.ok ? [] : loaded.faults.map(({ path, message }) => [path, message])).toEqual([
      ['matters', `${join(dir, 'matters.yaml')}: there is no such file`],
    ]);
  });
});

describe('dialplans/matters.yaml', () => {
  const loaded = loadDialPlan(join(packageInfo().root, 'dialplans', 'alliance.yaml'));
  if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'));
  const plan: DialPlan = loaded.plan;
  const proposed = (code: string, utc: string): string[] => {
    const matter = plan.matters.get(code);
    const proposal = matter === undefined ? null : proposeMember(plan, matter, Date.parse(utc));
    return proposal === null ? [] : [proposal.home.id, proposal.proposed.id, proposal.reason.code];
  };

  it('has about 150 examples over all 17 members', () => {
    const all = plan.matters.all();
    expect(all.length).toBeGreaterThanOrEqual(150);
    expect(all.every(({ source }) => source === 'example')).toBe(true);
    expect(new Set(all.map(({ member }) => member))).toEqual(new Set(plan.members.keys()));
  });

  it('proposes the member that a matter belongs to, or who stands in while that is closed', () => {
    expect(proposed('theft-01', '2026-03-04T19:00:00Z')).toEqual(['police-110', 'police-110', 'home']);
    expect(proposed('legal-01', '2026-03-04T02:00:00Z')).toEqual(['legal-12348', 'legal-12348', 'home']);
    expect(proposed('legal-01', '2026-03-04T19:00:00Z')).toEqual([
      'legal-12348',
      'city-12345',
      'home-closed',
    ]);
  });

  it.each([
    ['停电', 'power-01'],
    ['tingdian', 'power-01'],
    ['nqbr', 'heating-01'],
    ['家暴', 'women-01'],
    ['gjjtq', 'housing-01'],
    ['失火', 'fire-01'],
  ])('leads %s to %s', (query, code) => {
    expect(plan.matters.search(query, 1)[0]?.matter.code).toBe(code);
  });
});
