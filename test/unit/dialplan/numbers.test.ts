import { describe, expect, it } from 'vitest';
import { formatNumber, internationalForm } from '../../../src/dialplan/numbers.js';
import { randomFrom } from './plan-text.js';

const tianjin = { country: '86', area: '22' };

describe('internationalForm', () => {
  it.each([
    ['110', '+8622110'],
    ['022110', '+8622110'],
    ['+8622110', '+8622110'],
    ['008622110', '+8622110'],
    ['+86110', '+8622110'],
    ['0086110', '+8622110'],
    ['+86 (0)22-110', '+8622110'],
    ['+86022110', '+8622110'],
    ['23456789', '+862223456789'],
    ['022 2345 6789', '+862223456789'],
    ['13800138000', '+8613800138000'],
    ['013800138000', '+8613800138000'],
    ['4008001234', '+864008001234'],
    ['01012345', '+861012345'],
    ['010-6552-9988', '+861065529988'],
    ['+12125550100', '+12125550100'],
    ['0012125550100', '+12125550100'],
    ['1101', '+86221101'],
    ['0110', '+86110'],
    ['010110', '+8610110'],
  ])('%s is %s', (written, full) => {
    expect(internationalForm(written, tianjin)).toBe(full);
  });

  it.each([
    '',
    '11',
    '+',
    '00',
    '000',
    '0000',
    '+0110',
    '11a',
    '*1',
    '110#',
    '１１０',
    '+8622110+',
    '1'.repeat(20),
    '+1234567890123456',
    'anonymous',
  ])('%j is no telephone number', (written) => {
    expect(internationalForm(written, tianjin)).toBeUndefined();
  });

  it.each([
    ['110', '+86', '+8622110'],
    ['110', '+8622', '+8622110'],
    ['110', '+86-22', '+8622110'],
    ['110', '+86 (0)22', '+8622110'],
    ['022110', '+86', '+8622110'],
    ['110', 'example.org', '+8622110'],
    ['110', '', '+8622110'],
    ['+8622110', '+1', '+8622110'],
    ['5550100', '+1212', '+12125550100'],
    ['12345', '+86311', '+8631112345'],
    ['110', '+8610', '+8610110'],
  ])('%s in the context %s is %s', (written, context, full) => {
    expect(internationalForm(written, tianjin, context)).toBe(full);
  });

  it('of the same short code elsewhere is not ours', () => {
    for (const context of ['+1', '+8610', '+86311', '+852', '+8']) {
      expect(internationalForm('110', tianjin, context)).not.toBe('+8622110');
    }
    expect(internationalForm('0110', tianjin, '+1')).toBeUndefined();
  });
});

describe('any short code, in any place, however written', () => {
  const random = randomFrom(20260101);
  const digits = (length: number, first = '123456789'): string =>
    (first[random(first.length)] ?? '1') + Array.from({ length: length - 1 }, () => random(10)).join('');
  const separators = ['', '', '', '-', ' ', '.', '(', ')', ' - '];
  const withSeparators = (number: string): string =>
    number
      .split('')
      .map((digit, index) => (index === 0 ? digit : (separators[random(separators.length)] ?? '') + digit))
      .join('');

  const places = Array.from({ length: 300 }, () => {
    const numbering = { country: digits(1 + random(3)), area: digits(1 + random(4)) };
    // A short code that begins like the area could be read as area and number: such plans are not made.
    let code = digits(3 + random(3));
    while (code.startsWith(numbering.area)) code = digits(3 + random(3));
    return { numbering, code };
  });

  it('has one form', () => {
    for (const { numbering, code } of places) {
      const { country, area } = numbering;
      const full = `+${country}${area}${code}`;
      const ways = [
        code,
        `0${area}${code}`,
        full,
        `00${country}${area}${code}`,
        `+${country}${code}`,
        `+${country}0${area}${code}`,
      ];
      for (const way of ways) {
        expect([way, internationalForm(way, numbering)]).toEqual([way, full]);
        const spread = withSeparators(way);
        expect([spread, internationalForm(spread, numbering)]).toEqual([spread, full]);
      }
      for (const context of [`+${country}`, `+${country}${area}`, 'host.example']) {
        expect(internationalForm(code, numbering, context)).toBe(full);
      }
    }
  });

  it('is not what merely begins or ends with it', () => {
    for (const { numbering, code } of places) {
      const full = internationalForm(code, numbering);
      for (const more of ['0', '1', '9', digits(2), digits(5)]) {
        expect(internationalForm(code + more, numbering)).not.toBe(full);
        if (code.length + more.length < 9) expect(internationalForm(more + code, numbering)).not.toBe(full);
        expect(internationalForm(`0${numbering.area}${code}${more}`, numbering)).not.toBe(full);
        expect(internationalForm(`+${numbering.country}${numbering.area}${code}${more}`, numbering)).not.toBe(
          full,
        );
      }
    }
  });

  it('stays the same when its form is read again', () => {
    for (const { numbering } of places) {
      const written = random(2) === 0 ? `0${digits(7 + random(6))}` : digits(3 + random(10));
      const full = internationalForm(written, numbering);
      if (full !== undefined) expect(internationalForm(full, numbering)).toBe(full);
    }
  });

  it('is read back from each format that a trunk may have', () => {
    for (const { numbering, code } of places) {
      const full = internationalForm(code, numbering);
      for (const format of ['asis', 'national', 'e164'] as const) {
        expect(internationalForm(formatNumber(code, format, numbering), numbering)).toBe(full);
      }
    }
  });
});

describe('formatNumber', () => {
  it.each([
    ['110', '022110', '+8622110'],
    ['+86 22 2345 6789', '02223456789', '+862223456789'],
    ['23456789', '02223456789', '+862223456789'],
    ['01065529988', '01065529988', '+861065529988'],
    ['+8613800138000', '13800138000', '+8613800138000'],
    ['13800138000', '13800138000', '+8613800138000'],
    ['008613800138000', '13800138000', '+8613800138000'],
    ['4008001234', '4008001234', '+864008001234'],
    ['+12125550100', '0012125550100', '+12125550100'],
    ['anonymous', 'anonymous', 'anonymous'],
    ['', '', ''],
    ['*1', '*1', '*1'],
  ])('writes %s as %s and %s', (number, national, e164) => {
    expect(formatNumber(number, 'national', tianjin)).toBe(national);
    expect(formatNumber(number, 'e164', tianjin)).toBe(e164);
    expect(formatNumber(number, 'asis', tianjin)).toBe(number);
  });
});
