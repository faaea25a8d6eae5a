import { expect, it } from 'vitest';
import { OwnKeys } from '../../../../src/media/rtpengine/own-keys.js';
import { VirtualClock } from './virtual-clock.js';

it('takes the report of each key that was sent once, and no other', () => {
  const own = new OwnKeys(new VirtualClock());
  own.sending('call', 'agent', '5');
  own.sending('call', 'agent', '5');
  own.sending('call', 'agent', '7');
  expect(own.takes('call', 'caller', '5')).toBe(false);
  expect(own.takes('other', 'agent', '5')).toBe(false);
  expect(['5', '7', '5', '5', '7'].map((key) => own.takes('call', 'agent', key))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

it('awaits nothing of a key that the engine refused, of a call that is over, or for long', async () => {
  const clock = new VirtualClock();
  const own = new OwnKeys(clock);
  own.sending('call', 'agent', '5')();
  expect(own.takes('call', 'agent', '5')).toBe(false);
  own.sending('call', 'agent', '5');
  own.callEnded('call');
  expect(own.takes('call', 'agent', '5')).toBe(false);
  own.sending('call', 'agent', '5');
  await clock.advance(2001);
  expect(own.takes('call', 'agent', '5')).toBe(false);
});
