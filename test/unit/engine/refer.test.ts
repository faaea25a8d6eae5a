import { describe, expect, it } from 'vitest';
import { parseReferTo } from '../../../src/engine/refer.js';

describe('parseReferTo', () => {
  it.each([
    ['<sip:110@10.0.0.1>', 'sip:110@10.0.0.1'],
    ['"Police, the" <sip:110@x;user=phone>;tag=1', 'sip:110@x;user=phone'],
    ['"a \\" <sip:no@x> " <sip:yes@x>', 'sip:yes@x'],
    ['sip:110@10.0.0.1', 'sip:110@10.0.0.1'],
    ['tel:110;phone-context=+86', 'tel:110'],
    ['<tel:110;phone-context=+86>', 'tel:110;phone-context=+86'],
    ['<SIPS:110@x>', 'SIPS:110@x'],
    ['<sip:*1@x>', 'sip:*1@x'],
    ['<sip:110@x;method=INVITE>', 'sip:110@x;method=INVITE'],
    ['<sip:110@x?Subject=hello>', 'sip:110@x'],
  ])('understands %s', (header, address) => {
    expect(parseReferTo(header)).toEqual({ ok: true, address });
  });
  it.each([
    [undefined, 400],
    ['', 400],
    ['<sip:1@x>, <sip:2@x>', 400],
    ['<sip:1@x', 400],
    ['<http://example.com>', 400],
    ['<>', 400],
    ['<sip:1@x;method=BYE>', 501],
    ['<sip:1@x?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2>', 501],
  ])('refuses %s', (header, status) => {
    expect(parseReferTo(header)).toMatchObject({ ok: false, status });
  });
});
