import { expect, test } from 'vitest';
import { trustIn } from '../../../../src/sip/thread/trusted-blocks.js';

test('trusts loopback and the blocks it was given, in their family', () => {
  const trusted = trustIn([
    { address: '192.0.2.0', bits: 24, family: 4 },
    { address: '198.51.100.7', bits: 32, family: 4 },
    { address: '2001:db8::', bits: 32, family: 6 },
  ]);
  for (const host of ['127.0.0.1', '::1', '192.0.2.200', '198.51.100.7', '2001:db8:1::5']) {
    expect(trusted(host), host).toBe(true);
  }
  for (const host of ['192.0.3.1', '198.51.100.8', '2001:db9::1', '::'])
    expect(trusted(host), host).toBe(false);
});

test('a prefix of no bits is everybody of that family', () => {
  const trusted = trustIn([{ address: '0.0.0.0', bits: 0, family: 4 }]);
  expect([trusted('203.0.113.1'), trusted('2001:db8::1')]).toEqual([true, false]);
});
