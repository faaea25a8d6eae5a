import { describe, expect, it } from 'vitest';
import { parseGateway } from '../../../src/dialplan/gateways.js';

describe('parseGateway', () => {
  it.each([
    ['10.0.0.9', 't/10.0.0.9:5060/udp', '10.0.0.9', 5060, 'udp'],
    ['10.0.0.9:5070', 't/10.0.0.9:5070/udp', '10.0.0.9', 5070, 'udp'],
    ['10.0.0.9/tcp', 't/10.0.0.9:5060/tcp', '10.0.0.9', 5060, 'tcp'],
    ['PBX.example.org:1/tcp', 't/pbx.example.org:1/tcp', 'pbx.example.org', 1, 'tcp'],
    ['[::1]', 't/[::1]:5060/udp', '::1', 5060, 'udp'],
    ['[FD00::5]:65535/udp', 't/[fd00::5]:65535/udp', 'fd00::5', 65535, 'udp'],
  ])('reads %s', (text, id, host, port, transport) => {
    expect(parseGateway(text, 't')).toEqual({ id, host, port, transport });
  });

  it.each([
    '',
    '::1',
    '[::1',
    '[10.0.0.9]',
    'a b',
    '-a',
    'a-',
    'a/tls',
    'a/UDP',
    'a:0',
    'a:65536',
    'a:',
    'a:x',
    'sip:a',
    'u@a',
    'a;b',
    'a/udp/tcp',
    `${'a'.repeat(300)}`,
  ])('refuses %j', (text) => {
    expect(parseGateway(text, 't')).toBeUndefined();
  });
});
