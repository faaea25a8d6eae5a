import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/config/fault.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import { GOOD_PLAN, planText } from './plan-text.js';

function faultsOf(text: string): readonly Fault[] {
  const loaded = parseDialPlan(text, 'plan.yaml');
  return loaded.ok ? [] : loaded.faults;
}

/** 1-based line of the first occurrence of a piece. */
function lineOf(text: string, piece: string): number {
  return text.slice(0, text.indexOf(piece)).split('\n').length;
}

describe('a single fault', () => {
  it.each<[string, string, string, string, string, RegExp]>([
    [
      'a name that is no setting',
      '    field: police',
      '    feild: police\n    field: police',
      'feild',
      'members.police.feild',
      /did you mean "field"/,
    ],
    [
      'a section that is no setting',
      'keys:',
      'polices: {}\nkeys:',
      'polices:',
      'polices',
      /did you mean "policies"/,
    ],
    [
      'a language of a number that the member does not have',
      'numbers: ["12345", "+862212346"]',
      'numbers: ["12345", "+862212346"]\n    languages: { "12346": en, "12347": en }',
      '12347',
      'members.city.languages.12347',
      /did you mean "12345"/,
    ],
    [
      'a language that is none',
      'numbers: ["12345", "+862212346"]',
      'numbers: ["12345", "+862212346"]\n    languages: { "12346": english }',
      'english',
      'members.city.languages.12346',
      /a language tag such as zh, en or zh-yue/,
    ],
    [
      'a language of a trunk that is none',
      'numberFormat: e164',
      'numberFormat: e164\n    language: english',
      'english',
      'trunks.pbx-police.language',
      /caller, unknown, or a language tag/,
    ],
    [
      'no targets',
      'targets: [{ trunk: pbx-city, number: 8001 }]',
      'targets: []',
      'targets: []',
      'members.city.targets',
      /at least one place/,
    ],
    [
      'no numbers',
      'numbers: ["110"]',
      'numbers: []',
      'numbers: []',
      'members.police.numbers',
      /at least one/,
    ],
    [
      'a missing setting',
      '    source: field\n',
      '',
      '  city:',
      'members.city.source',
      /one of published, field, example/,
    ],
    [
      'a source that is none',
      'source: field',
      'source: press',
      'source: press',
      'members.city.source',
      /one of published, field, example/,
    ],
    [
      'a ring time of 0',
      'ringSeconds: 15',
      'ringSeconds: 0',
      'ringSeconds: 0',
      'members.police.targets[0].ringSeconds',
      /from 1 to 300/,
    ],
    [
      'a ring time of 301',
      'ringSeconds: 15',
      'ringSeconds: 301',
      'ringSeconds: 301',
      'members.police.targets[0].ringSeconds',
      /from 1 to 300/,
    ],
    [
      'a ring time of half a second',
      'ringSeconds: 15',
      'ringSeconds: 0.5',
      'ringSeconds: 0.5',
      'members.police.targets[0].ringSeconds',
      /from 1 to 300/,
    ],
    [
      'an unknown trunk',
      'trunk: pbx-city',
      'trunk: pbx-cyti',
      'trunk: pbx-cyti',
      'members.city.targets[0].trunk',
      /did you mean "pbx-city"/,
    ],
    [
      'an unknown member of a trunk',
      'member: city',
      'member: town',
      'member: town',
      'trunks.pbx-city.member',
      /under members, or add it/,
    ],
    [
      'an unknown member of a key',
      '"*2": city',
      '"*2": ctiy',
      '"*2": ctiy',
      'keys["*2"]',
      /did you mean "city"/,
    ],
    [
      'an unknown fallback',
      'fallback: city',
      'fallback: none',
      'fallback: none',
      'members.police.fallback',
      /under members, or add it/,
    ],
    [
      'a fallback to itself',
      'fallback: city',
      'fallback: police',
      'fallback: police',
      'members.police.fallback',
      /another member/,
    ],
    [
      'a number of another member',
      '"12345", "+862212346"',
      '"12345", "+8622110"',
      '"12345"',
      'members.city.numbers[1]',
      /remove it from one/,
    ],
    [
      'the same number twice in one member',
      '"12345", "+862212346"',
      '"12345", "022-12345"',
      '"12345"',
      'members.city.numbers[1]',
      /remove it from one/,
    ],
    [
      'a number that is none',
      'numbers: ["110"]',
      'numbers: ["11o"]',
      '11o',
      'members.police.numbers[0]',
      /telephone number/,
    ],
    [
      'a number of zeros',
      'numbers: ["110"]',
      'numbers: ["0000"]',
      '0000',
      'members.police.numbers[0]',
      /as people dial it/,
    ],
    ['a key that looks like a number', '"*2"', '"112"', '"112"', 'keys.112', /star and 1 to 4 digits/],
    ['a key with letters', '"*2"', '"*a"', '"*a"', 'keys["*a"]', /star and 1 to 4 digits/],
    ['a key that stands there twice', '"*2"', '"*1"', '"*1": city', '', /keep one of the two/],
    [
      'a carrier with member',
      'kind: carrier\n',
      'kind: carrier\n    member: city\n',
      '    member: city',
      'trunks.carrier.member',
      /remove the member/,
    ],
    [
      'a carrier that nobody calls from',
      '    sources: [127.0.0.0/8]\n',
      '',
      '  carrier:',
      'trunks.carrier.sources',
      /add sources/,
    ],
    [
      'a member trunk without member',
      '    member: city\n',
      '',
      '  pbx-city:',
      'trunks.pbx-city.member',
      /add member/,
    ],
    [
      'a member trunk without gateway',
      '    gateways: [127.0.0.1:5110/udp]\n',
      '',
      '  pbx-police:',
      'trunks.pbx-police.gateways',
      /host:port\/transport/,
    ],
    [
      'a target on a carrier without gateway',
      'trunk: pbx-city',
      'trunk: carrier',
      'trunk: carrier',
      'members.city.targets[0].trunk',
      /add a gateway/,
    ],
    [
      'a gateway twice',
      '[127.0.0.1:5110/udp]',
      '[127.0.0.1:5110/udp, 127.0.0.1:5110]',
      '[127.0.0.1:5110/udp, 127',
      'trunks.pbx-police.gateways[1]',
      /remove one/,
    ],
    [
      'a gateway that is none',
      '[127.0.0.1:5110/udp]',
      '[127.0.0.1:5110/tls]',
      '5110/tls',
      'trunks.pbx-police.gateways[0]',
      /host:port\/transport/,
    ],
    [
      'a block with bits beyond its prefix',
      '[127.0.0.0/8]',
      '[127.0.0.1/8]',
      '127.0.0.1/8',
      'trunks.carrier.sources[0]',
      /127\.0\.0\.0\/8/,
    ],
    [
      'a block that is none',
      '[127.0.0.0/8]',
      '[all]',
      '[all]',
      'trunks.carrier.sources[0]',
      /10\.1\.0\.0\/16/,
    ],
    [
      'a source of two trunks',
      '"127.0.0.1:5110"',
      '127.0.0.0/8',
      '    sources: [127.0.0.0/8]\n    numberFormat',
      'trunks.pbx-police.sources[0]',
      /longer prefix or a port/,
    ],
    [
      'a name that is none',
      '  "*1": police',
      '  "*1": Police',
      '"*1": Police',
      'keys["*1"]',
      /did you mean "police"/,
    ],
    [
      'an area with leading zero',
      'area: "22"',
      'area: "022"',
      '"022"',
      'numbering.area',
      /without plus or leading zero/,
    ],
    [
      'too many hops',
      'members:\n',
      'policies: { maxHops: 11 }\nmembers:\n',
      'policies',
      'policies.maxHops',
      /from 0 to 10/,
    ],
    [
      'a limit that would cut callers off',
      'members:\n',
      'policies: { maxCallSeconds: 59 }\nmembers:\n',
      'policies',
      'policies.maxCallSeconds',
      /60 to 86400, or 0/,
    ],
    [
      'a health check without pause',
      'intervalSeconds: 30',
      'intervalSeconds: 0',
      'intervalSeconds: 0',
      'trunks.pbx-police.healthCheck.intervalSeconds',
      /from 2 to 3600/,
    ],
    [
      'an account without password',
      '    numberFormat: e164\n',
      '    numberFormat: e164\n    auth: { username: us }\n',
      'auth:',
      'trunks.pbx-police.auth.password',
      /a password of 1 to 200 characters/,
    ],
    [
      'a password that YAML takes for a number',
      '    numberFormat: e164\n',
      '    numberFormat: e164\n    auth: { username: us, password: 739182 }\n',
      'auth:',
      'trunks.pbx-police.auth.password',
      /in quotes/,
    ],
    [
      'an account in one word',
      '    numberFormat: e164\n',
      '    numberFormat: e164\n    auth: "us:739182"\n',
      'auth:',
      'trunks.pbx-police.auth',
      /username: .*password: /,
    ],
  ])('%s is told with line, key and remedy', (_, piece, by, at, path, remedy) => {
    const text = planText([piece, by]);
    const faults = faultsOf(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ file: 'plan.yaml', path });
    expect(faults[0]?.line).toBe(lineOf(text, at));
    expect(faults[0]?.column).toBeGreaterThan(0);
    expect(faults[0]?.remedy).toMatch(remedy);
    // A fault is for the log: what may be a password is not shown.
    expect(JSON.stringify(faults)).not.toContain('739182');
  });

  it('is a plan without carrier', () => {
    const text = planText(['    kind: carrier\n', '    kind: member\n    member: city\n    gateways: [a]\n']);
    expect(faultsOf(text)).toMatchObject([{ path: 'trunks', line: lineOf(text, 'trunks:') }]);
  });

  it('is a member name that cannot be one', () => {
    const text = GOOD_PLAN.replaceAll('city', 'City 1');
    expect(
      faultsOf(text).some((fault) => fault.path === 'members["City 1"]' && /lower-case/.test(fault.remedy)),
    ).toBe(true);
  });
});

describe('fallbacks in a circle', () => {
  /** Members `m0`, `m1` ... with the fallbacks given. */
  function faultsOfFallbacks(fallbacks: readonly (string | null)[]): readonly Fault[] {
    const members = fallbacks.map(
      (fallback, index) =>
        `  m${index}: { numbers: [${200 + index}], name: { zh: m, en: m }, field: f, source: example, targets: [{ trunk: t, number: 1 }], fallback: ${fallback} }`,
    );
    return faultsOf(
      `numbering: { country: 86, area: 22 }\nmembers:\n${members.join('\n')}\ntrunks:\n  c: { kind: carrier, sources: ["::1"] }\n  t: { kind: member, member: m0, gateways: [h] }\n`,
    );
  }

  it.each<[string, (string | null)[], string[]]>([
    ['a chain', ['m1', 'm2', 'm3', null], []],
    ['a tree', ['m3', 'm3', 'm3', null], []],
    ['two', ['m1', 'm0'], ['m1']],
    ['three, and one that leads into them', ['m1', 'm2', 'm3', 'm1'], ['m3']],
    ['two circles', ['m1', 'm0', 'm3', 'm2'], ['m1', 'm3']],
    ['one with itself, and one that leads to it', ['m1', 'm1'], ['m1']],
  ])('%s', (_, fallbacks, places) => {
    expect(faultsOfFallbacks(fallbacks).map((fault) => fault.path)).toEqual(
      places.map((m) => `members.${m}.fallback`),
    );
  });

  it('name the way round', () => {
    expect(faultsOfFallbacks(['m1', 'm2', 'm0'])[0]?.message).toContain('m0 > m1 > m2 > m0');
  });
});
