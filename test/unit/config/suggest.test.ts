import { describe, expect, it } from 'vitest';
import { didYouMean, suggest } from '../../../src/config/suggest.js';

const names = ['server', 'listeners', 'numberFormat', 'healthCheck', 'pbx-110'];

describe('suggest', () => {
  it.each([
    ['sever', 'server'],
    ['SERVER', 'server'],
    ['serevr', 'server'],
    ['listener', 'listeners'],
    ['number_format', 'numberFormat'],
    ['number-format', 'numberFormat'],
    ['healtCheck', 'healthCheck'],
    ['pbx110', 'pbx-110'],
  ])('%s is meant for %s', (word, meant) => {
    expect(suggest(word, names)).toBe(meant);
  });

  it.each(['', 'x', 'gateway', 'srv', 'y'.repeat(10_000)])('%s is like none', (word) => {
    expect(suggest(word, names)).toBeUndefined();
  });

  it('takes the nearest, the first of equals', () => {
    expect(suggest('pbx3', ['pbx1', 'pbx2'])).toBe('pbx1');
    expect(suggest('pbx22', ['pbx12', 'pbx2', 'pbx22'])).toBe('pbx22');
  });

  it('makes a remedy', () => {
    expect(didYouMean('sever', names, 'else')).toBe('did you mean "server"?');
    expect(didYouMean('gateway', names, 'else')).toBe('else');
  });
});
