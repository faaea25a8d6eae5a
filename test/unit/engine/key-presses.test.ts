import { describe, expect, it } from 'vitest';
import { keyPresses } from '../../../src/engine/key-presses.js';

const RELAY = 'application/dtmf-relay';
const keysOf = (type: string | undefined, body: string) => keyPresses(type, body).map((press) => press.key);

describe('keyPresses', () => {
  it.each([
    [RELAY, 'Signal=5\r\nDuration=160\r\n', '5'],
    [RELAY, 'Signal= *\nDuration= 250', '*'],
    [RELAY, 'Duration=160\r\nsignal : #\r\n', '#'],
    [RELAY, 'Signal=a\r\n', 'A'],
    [RELAY, 'Signal=10\r\n', '*'],
    [RELAY, 'Signal=11\r\n', '#'],
    ['Application/DTMF-Relay; charset=utf-8', 'Signal=0', '0'],
    ['application/dtmf', '7', '7'],
    ['application/dtmf', ' 10\r\n', '*'],
    ['application/dtmf', 'Signal=9\r\nDuration=100', '9'],
  ])('reads %s %j', (type, body, key) => {
    expect(keyPresses(type, body)).toEqual([{ key, contentType: type.split(';')[0]?.toLowerCase(), body }]);
  });
  it('takes a string of keys one by one', () => {
    expect(keyPresses('application/dtmf', '*2#')).toEqual(
      ['*', '2', '#'].map((key) => ({ key, contentType: 'application/dtmf', body: key })),
    );
  });
  it.each([
    [undefined, '5'],
    ['application/media_control+xml', '5'],
    [RELAY, '5'],
    [RELAY, ''],
    [RELAY, 'Signal=16\r\n'],
    [RELAY, 'Signal=123\r\n'],
    [RELAY, 'Signal=x\r\n'],
    ['application/dtmf', 'hello'],
    ['application/dtmf', 'constructor'],
    ['application/dtmf', '1'.repeat(33)],
    [RELAY, `${'\n'.repeat(20)}Signal=5`],
    [RELAY, `Signal=5${' '.repeat(1000)}`],
  ])('finds no key in %s %j', (type, body) => {
    expect(keysOf(type, body)).toEqual([]);
  });
});
