import { describe, expect, it } from 'vitest';
import type { Trunk } from '../../../src/dialplan/plan.js';
import { GOOD_PLAN, planOf, planText, randomFrom } from './plan-text.js';

const plan = planOf(GOOD_PLAN);

function trunk(id: string): Trunk {
  const found = plan.trunks.get(id);
  if (found === undefined) throw new Error(`no trunk ${id}`);
  return found;
}

describe('memberByAddress', () => {
  const ways = [
    '110',
    ' 110 ',
    '022110',
    '+8622110',
    '008622110',
    '1-1-0',
    'sip:110@example.org',
    'sip:110@[2001:db8::1]:5060;transport=tcp',
    'SIP:110@EXAMPLE.ORG',
    'sips:110@example.org',
    'sip:+8622110@example.org;user=phone',
    'sip:022-110@example.org;user=phone',
    'sip:+86(0)22.110@example.org',
    'sip:110;phone-context=+86@example.org;user=phone',
    'sip:110;phone-context=%2B8622@example.org',
    'sip:%31%31%30@example.org',
    'sip:%2B8622110@example.org',
    'sip:110:secret@example.org',
    'sip:110@example.org?Replaces=x%40y%3Bto-tag%3D1',
    'sip:110',
    'sip:110;user=phone',
    'sip:110:5060',
    'tel:110',
    'tel:110;phone-context=+86',
    'tel:110;phone-context=+8622',
    'TEL:110;Phone-Context=example.org',
    'tel:+86-22-110',
    'tel:+8622110;ext=5',
    'tel:022110;isub=1;phone-context=+86',
  ];
  it.each(ways)('knows %s', (way) => {
    expect(plan.memberByAddress(way)?.id).toBe('police');
    expect(plan.destination(way)).toEqual({ member: plan.members.get('police'), via: 'number' });
  });

  it.each([
    '1101',
    '0110',
    '11',
    '1100',
    '0221101',
    '+86221101',
    'sip:1101@example.org',
    'sip:1@110',
    'sip:a110@example.org',
    'sip:110a@example.org',
    'sip:@110',
    'sip:',
    'tel:',
    'tel:110;phone-context=+1',
    'tel:110;phone-context=+8610',
    'tel:110;phone-context=+852',
    'mailto:110@example.org',
    'http://110',
    'police',
    'sip:%@example.org',
    'sip:%zz110@example.org',
    'sip:%E0%A4@example.org',
    '110%00',
    '1'.repeat(100_000),
    `sip:110@${'x'.repeat(1000)}`,
    '',
    '\ud800',
  ])('does not take %j for one', (way) => {
    expect(plan.memberByAddress(way)).toBeUndefined();
    expect(plan.destination(way)).toBeUndefined();
  });

  it('knows every number of a member', () => {
    for (const way of ['12345', '02212346', 'sip:12346@h', 'tel:+8612345']) {
      expect(plan.memberByAddress(way)?.id).toBe('city');
    }
  });

  it('knows members in another area by their area', () => {
    const wide = planOf(planText(['["12345", "+862212346"]', '["01012345"]']));
    expect(wide.memberByAddress('010-12345')?.id).toBe('city');
    expect(wide.memberByAddress('tel:12345;phone-context=+8610')?.id).toBe('city');
    expect(wide.memberByAddress('12345')).toBeUndefined();
  });

  it('never throws, whatever a peer sends', () => {
    const random = randomFrom(7);
    const alphabet = [
      'sip:',
      'tel:',
      'sips:',
      '110',
      '@',
      ';',
      ':',
      '?',
      '%',
      '%2',
      '%31',
      '+',
      '86',
      '22',
      '0',
      '*',
      '1',
      '[',
      ']',
      'phone-context=',
      ' ',
      '\u0000',
      '\ud800',
      'é',
      '-',
      '(',
      '<',
      '>',
    ];
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: random(8) }, () => alphabet[random(alphabet.length)]).join('');
      const found = plan.destination(text);
      expect(found === undefined || plan.members.get(found.member.id) === found.member).toBe(true);
    }
  });
});

describe('destination', () => {
  it.each([
    '*1',
    'sip:*1@example.org',
    '%2A1',
    '%2a1',
    'sip:%2A1@example.org;user=phone',
    'tel:*1;phone-context=+86',
    'sip:*1',
    '*1#',
    'sip:*1%23@example.org',
  ])('takes %s for a key', (way) => {
    expect(plan.destination(way)).toEqual({ member: plan.members.get('police'), via: 'key' });
    expect(plan.memberByAddress(way)).toBeUndefined();
  });

  it.each(['*', '*3', '*11', '1', '**1', '*1*', '*1##', '#', '110#', 'sip:*1x@h'])(
    'does not take %s for one',
    (way) => {
      expect(plan.destination(way)).toBeUndefined();
    },
  );
});

describe('trunkBySource', () => {
  it('takes the narrowest: a port before any prefix', () => {
    expect(plan.trunkBySource('127.0.0.1', 5110)?.id).toBe('pbx-police');
    expect(plan.trunkBySource('127.0.0.1', 5111)?.id).toBe('carrier');
    expect(plan.trunkBySource('127.0.0.2', 5110)?.id).toBe('carrier');
    expect(plan.trunkBySource('::ffff:127.0.0.1', 5110)?.id).toBe('pbx-police');
    expect(plan.trunkBySource('::ffff:7f00:1', 5110)?.id).toBe('pbx-police');
    expect(plan.trunkBySource('128.0.0.1', 5110)).toBeUndefined();
    expect(plan.trunkBySource('::1', 5110)).toBeUndefined();
  });

  it.each(['', 'localhost', '127.0.0', '[127.0.0.1]', '127.0.0.1:5110', '127.00.0.1'])(
    'knows nobody at %j',
    (ip) => {
      expect(plan.trunkBySource(ip, 5110)).toBeUndefined();
    },
  );
});

describe('formatFor', () => {
  it('writes as the trunk wants it', () => {
    expect(plan.formatFor(trunk('pbx-police'), '02223456789')).toBe('+862223456789');
    expect(plan.formatFor(trunk('pbx-city'), '02223456789')).toBe('02223456789');
    expect(plan.formatFor(trunk('pbx-police'), 'anonymous')).toBe('anonymous');
  });
});
