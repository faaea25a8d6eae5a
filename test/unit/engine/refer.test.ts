import { describe, expect, it } from 'vitest';
import { parseReferTo, wantsNotify } from '../../../src/engine/refer.js';

const REPLACES = 'abc%401.2.3.4%3Bto-tag%3Dt1%3Bfrom-tag%3Df1';

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
    expect(parseReferTo(header)).toEqual({ to: { ok: true, address }, replaces: null });
  });
  it.each([
    [undefined, 400],
    ['', 400],
    ['<sip:1@x>, <sip:2@x>', 400],
    ['<sip:1@x', 400],
    ['<http://example.com>', 400],
    ['<>', 400],
    ['<sip:1@x;method=BYE>', 501],
    ['<sip:1@x?Replaces=abc%3Bto-tag%3D1>', 400],
    ['<sip:1@x?Replaces=%zz>', 400],
    [`<sip:1@x?Replaces=${REPLACES}&replaces=${REPLACES}>`, 400],
    [`<sip:1@x?Replaces=${'x'.repeat(2000)}%3Bto-tag%3D1%3Bfrom-tag%3D2>`, 400],
  ])('refuses %s', (header, status) => {
    expect(parseReferTo(header)).toMatchObject({ to: { ok: false, status }, replaces: null });
  });
  it.each([
    [`<sip:110@x?Replaces=${REPLACES}>`, false],
    [`<sip:110@x?Require=replaces&REPLACES=${REPLACES}%3Bearly-only>`, true],
  ])('finds the dialog that an attended transfer names in %s', (header, earlyOnly) => {
    expect(parseReferTo(header)).toEqual({
      to: { ok: true, address: 'sip:110@x' },
      replaces: { callId: 'abc@1.2.3.4', toTag: 't1', fromTag: 'f1', earlyOnly },
    });
  });
});

describe('wantsNotify', () => {
  it.each([
    [undefined, true],
    ['true', true],
    ['', true],
    ['false', false],
    [' False ;x=1', false],
  ])('Refer-Sub: %s', (header, wanted) => {
    expect(wantsNotify(header)).toBe(wanted);
  });
});
