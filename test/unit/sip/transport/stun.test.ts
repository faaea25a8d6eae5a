import { describe, expect, test } from 'vitest';
import { bindingAnswer, isStun } from '../../../../src/sip/transport/stun.js';

const ID = 'b7e7a701bc34d686fa87dfae';

/** A message of this type with attributes, given in hexadecimal. */
function stun(type: string, attributes = ''): Buffer {
  const length = (attributes.length / 2).toString(16).padStart(4, '0');
  return Buffer.from(`${type}${length}2112a442${ID}${attributes}`, 'hex');
}

const REQUEST = stun('0001');

describe('a datagram is STUN', () => {
  test('when its head says so', () => {
    expect(isStun(REQUEST)).toBe(true);
    expect(isStun(stun('0101', '002000080001a147e112a643'))).toBe(true);
  });

  test.each([
    ['SIP', Buffer.from('OPTIONS sip:a@b SIP/2.0\r\n\r\n')],
    ['SIP behind blank lines', Buffer.from('\r\n\r\nOPTIONS sip:a@b SIP/2.0\r\n\r\n')],
    ['nothing', Buffer.alloc(0)],
    ['a head that is cut', REQUEST.subarray(0, 19)],
    ['RFC 3489, without the cookie', Buffer.concat([REQUEST.subarray(0, 4), Buffer.alloc(16, 7)])],
    ['a length that is not that of the datagram', Buffer.concat([REQUEST, Buffer.alloc(4)])],
    ['TURN channel data, which begins with 01', Buffer.concat([Buffer.from([0x40]), REQUEST.subarray(1)])],
  ])('and not when it is %s', (_, bytes) => {
    expect(isStun(bytes)).toBe(false);
  });
});

describe('a Binding request is answered', () => {
  // RFC 5769 §2.2: mapped address 192.0.2.1 port 32853.
  test('with the address that it came from, masked as in the test vector of RFC 5769', () => {
    expect(bindingAnswer(REQUEST, '192.0.2.1', 32_853)?.toString('hex')).toBe(
      `0101000c2112a442${ID}002000080001a147e112a643`,
    );
  });

  // RFC 5769 §2.3: 2001:db8:1234:5678:11:2233:4455:6677.
  test('over IPv6, too', () => {
    expect(bindingAnswer(REQUEST, '2001:db8:1234:5678:11:2233:4455:6677', 32_853)?.toString('hex')).toBe(
      `010100182112a442${ID}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`,
    );
    const mapped = (host: string) => bindingAnswer(stun('0001'), host, 5060)?.subarray(28).toString('hex');
    expect(mapped('::1')).toBe(mapped('0:0:0:0:0:0:0:1'));
    expect(mapped('fe80::1%eth0')).toBe(mapped('fe80:0:0:0:0:0:0:1'));
  });

  test('when it says who asks, and what may be passed over', () => {
    const username = '0006000361626300';
    const software = '8022000474657374';
    expect(bindingAnswer(stun('0001', username + software), '192.0.2.1', 1)).toHaveLength(32);
  });

  test.each([
    ['CHANGE-REQUEST, which would have the answer come from elsewhere', stun('0001', '0003000400000006')],
    ['PRIORITY of ICE', stun('0001', '002400046e0001ff')],
    ['an attribute that goes beyond the end', stun('0001', '8022ffff')],
    ['an attribute that ends beyond the end by its padding', stun('0001', '80220005aaaaaaaa')],
    ['an indication', stun('0011')],
    ['an answer', stun('0101', '002000080001a147e112a643')],
    ['an Allocate request of TURN', stun('0003')],
    ['more than a keep-alive needs', stun('0001', `802201f8${'00'.repeat(0x1f8)}`)],
  ])('but not %s', (_, bytes) => {
    expect(isStun(bytes)).toBe(true);
    expect(bindingAnswer(bytes, '192.0.2.1', 32_853)).toBeNull();
  });
});
