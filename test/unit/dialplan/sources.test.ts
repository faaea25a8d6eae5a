import { BlockList, isIPv4 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { blockKey, parseSource, type SourceBlock, SourceTable } from '../../../src/dialplan/sources.js';
import { randomFrom } from './plan-text.js';

function block(text: string): SourceBlock {
  const parsed = parseSource(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.block;
}

/** A table whose owners are the texts of their blocks. */
function tableOf(...texts: readonly string[]): SourceTable<string> {
  return new SourceTable(texts.map((text) => ({ block: block(text), owner: text })));
}

describe('parseSource', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3/32:*'],
    ['10.1.0.0/16', '10.1.0.0/16:*'],
    ['0.0.0.0/0', '0.0.0.0/0:*'],
    ['10.1.2.3:5080', '10.1.2.3/32:5080'],
    ['10.1.0.0/16:5080', '10.1.0.0/16:5080'],
    ['::1', '::1/128:*'],
    ['[::1]', '::1/128:*'],
    ['[::1]:5080', '::1/128:5080'],
    ['fd00::/8', 'fd00::/8:*'],
    ['[fd00::/8]:5060', 'fd00::/8:5060'],
    ['2001:DB8:0:0::1', '2001:db8::1/128:*'],
    ['::/0', '::/0:*'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8:*'],
    ['::ffff:10.1.2.3', '10.1.2.3/32:*'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221/128:*'],
  ])('reads %s', (text, key) => {
    expect(blockKey(block(text))).toBe(key);
  });

  it.each([
    '',
    'all',
    'pbx.example.org',
    '10.1.2',
    '10.1.2.256',
    '010.1.2.3',
    '10.1.2.3/33',
    '10.1.2.3/',
    '10.1.2.3/x',
    '10.1.2.3/-1',
    '10.1.2.3/16',
    '10.1.0.0/16/8',
    '10.1.2.3:0',
    '10.1.2.3:65536',
    '10.1.2.3:',
    '10.1.2.3 5060',
    '::1/129',
    'fd00::1/8',
    '[::1',
    '::1]:5060',
    '::ffff:10.0.0.0/64',
    'fe80::1::2',
  ])('refuses %j with a remedy', (text) => {
    const parsed = parseSource(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.remedy).toMatch(/^write /);
  });
});

describe('SourceTable', () => {
  it('knows a host whatever port its trunk is narrowed to', () => {
    const table = tableOf('10.1.0.0/16:5080', 'fd00::/8');
    expect(['10.1.9.9', '::ffff:10.1.9.9', 'fd00::1'].map((ip) => table.holdsHost(ip))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['10.2.0.1', 'fe80::1', 'nonsense'].map((ip) => table.holdsHost(ip))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('prefers a port, then the longer prefix', () => {
    const table = tableOf('10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8:5080', '10.1.2.3', '::/0', 'fd00::/8');
    expect(table.find('10.9.9.9', 5060)).toBe('10.0.0.0/8');
    expect(table.find('10.1.9.9', 5060)).toBe('10.1.0.0/16');
    expect(table.find('10.1.2.3', 5060)).toBe('10.1.2.3');
    expect(table.find('10.1.2.3', 5080)).toBe('10.0.0.0/8:5080');
    expect(table.find('::ffff:10.1.2.3', 5060)).toBe('10.1.2.3');
    expect(table.find('fd12::1', 5060)).toBe('fd00::/8');
    expect(table.find('2001:db8::1', 5060)).toBe('::/0');
    expect(table.find('fd12::1%eth0', 5060)).toBe('fd00::/8');
  });

  it('keeps IPv4 and IPv6 apart', () => {
    expect(tableOf('::/0').find('10.0.0.1', 5060)).toBeUndefined();
    expect(tableOf('::/0').find('::ffff:10.0.0.1', 5060)).toBeUndefined();
    expect(tableOf('0.0.0.0/0').find('::1', 5060)).toBeUndefined();
    expect(tableOf('0.0.0.0/0').find('255.255.255.255', 1)).toBe('0.0.0.0/0');
  });

  it('agrees with the BlockList of node on random blocks and addresses', () => {
    const random = randomFrom(42);
    const ipv4 = (): string =>
      Array.from({ length: 4 }, () => [0, 10, 127, 128, 255, random(256)][random(6)]).join('.');
    const ipv6 = (): string =>
      Array.from({ length: 8 }, () =>
        [0, 0, 1, 0xfd00, 0x8000, random(0x10000)][random(6)]?.toString(16),
      ).join(':');
    let hits = 0;
    for (let round = 0; round < 3000; round++) {
      const base = random(2) === 0 ? ipv4() : ipv6();
      const family = isIPv4(base) ? 'ipv4' : 'ipv6';
      const bits = random(family === 'ipv4' ? 33 : 129);
      const written = parseSource(`${base}/${bits}`);
      // The remedy of a block with bits beyond its prefix is the block itself, rightly cut.
      const text = written.ok ? `${base}/${bits}` : (/write (\S+)/.exec(written.remedy)?.[1] ?? '');
      const table = tableOf(text);
      const list = new BlockList();
      list.addSubnet(base, bits, family);
      for (const address of [base, family === 'ipv4' ? ipv4() : ipv6()]) {
        const inside = list.check(address, family);
        hits += inside ? 1 : 0;
        expect([text, address, table.find(address, 5060) !== undefined]).toEqual([text, address, inside]);
      }
    }
    expect(hits).toBeGreaterThan(3000);
  });
});
