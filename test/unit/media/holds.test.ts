import { beforeEach, describe, expect, it } from 'vitest';
import { Holds } from '../../../src/media/holds.js';

const says = (direction: string, address = '192.0.2.1'): string =>
  `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=${direction}\r\n`;

describe('holds', () => {
  let holds: Holds;
  beforeEach(() => {
    holds = new Holds();
    holds.joined('caller', 'agent');
  });

  it.each(['sendonly', 'inactive'])('begin with %s, and end with sendrecv', (direction) => {
    expect(holds.offered('agent', says(direction))).toBe('caller');
    expect(holds.isHolding('agent')).toBe(true);
    expect(holds.isHolding('caller')).toBe(false);
    expect(holds.offered('agent', says('sendrecv'))).toBe('caller');
    expect(holds.isHolding('agent')).toBe(false);
  });

  it('begin with the address 0.0.0.0 of older phones', () => {
    expect(holds.offered('agent', says('sendrecv', '0.0.0.0'))).toBe('caller');
    expect(holds.isHolding('agent')).toBe(true);
  });

  it('are news once: what is offered again changes nothing', () => {
    expect(holds.offered('agent', says('sendrecv'))).toBeNull();
    expect(holds.offered('agent', says('recvonly'))).toBeNull();
    holds.offered('agent', says('sendonly'));
    expect(holds.offered('agent', says('inactive'))).toBeNull();
  });

  it('concern whom the party is with now', () => {
    holds.joined('agent', 'target');
    expect(holds.offered('caller', says('sendonly'))).toBeNull();
    expect(holds.offered('agent', says('sendonly'))).toBe('target');
    holds.parted('target');
    expect(holds.offered('agent', says('sendrecv'))).toBeNull();
    expect(holds.isHolding('caller')).toBe(true);
  });

  it('end with a party that is gone', () => {
    holds.offered('agent', says('sendonly'));
    holds.forget('agent');
    expect(holds.isHolding('agent')).toBe(false);
    expect(holds.offered('caller', says('sendonly'))).toBeNull();
  });

  it('are read from anything', () => {
    expect(holds.offered('agent', '')).toBeNull();
    expect(holds.offered('agent', 'm=\r\nc=')).toBeNull();
  });
});
