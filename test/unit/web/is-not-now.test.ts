import { expect, it } from 'vitest';
import { isNotNow } from '../../../src/web/desk/phone/is-not-now.js';

it('asks again where the answer was "not now", and never where it was no', () => {
  expect([491, 408, 500, 503].filter(isNotNow)).toEqual([491, 408, 500, 503]);
  expect([403, 481, 486, 488, 603].filter(isNotNow)).toEqual([]);
});
