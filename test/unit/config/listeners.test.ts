import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/config/fault.js';
import { loadConfig } from '../../../src/config/load.js';
import { configOf, faultsOf, settingsFolder } from './settings-folder.js';

const at = settingsFolder();

describe('the embedded server for other applications', () => {
  const secret = 'SEKRET'.repeat(4);
  const embedded = (text: string): string => `sip:\n  embedded:\n${text}`;

  it('is read, its files from the folder of the configuration', () => {
    const tls = '      tls: { host: "::1", port: 9023, cert: tls/cert.pem, key: /etc/key.pem }\n';
    const rule =
      '    outbound: [{ method: MESSAGE, target: "tls://[fd00::5]:4000", anyCertificate: true }]\n';
    writeFileSync(
      at.file,
      embedded(`    control:\n      port: 9022\n      secret: ${secret}\n${tls}${rule}`),
    );
    expect(configOf({ file: at.file }).sip.embedded).toEqual({
      control: {
        port: 9022,
        secret,
        tls: {
          host: '::1',
          port: 9023,
          cert: join(dirname(at.file), 'tls', 'cert.pem'),
          key: '/etc/key.pem',
        },
      },
      outbound: [{ method: 'MESSAGE', target: 'tls://[fd00::5]:4000', anyCertificate: true }],
      thread: false,
    });
  });

  it('takes its rules from a variable', () => {
    const env = {
      ONEKEY_SIP_EMBEDDED_CONTROL_SECRET: secret,
      ONEKEY_SIP_EMBEDDED_OUTBOUND: 'MESSAGE=tcp://127.0.0.1:4000,*=https://router.example.org/route?a=b',
    };
    expect(configOf({ env }).sip.embedded.outbound).toEqual([
      { method: 'MESSAGE', target: 'tcp://127.0.0.1:4000', anyCertificate: false },
      { method: '*', target: 'https://router.example.org/route?a=b', anyCertificate: false },
    ]);
    expect(faultsOf({ env: { ...env, ONEKEY_SIP_EMBEDDED_OUTBOUND: 'tcp://127.0.0.1:4000' } })).toMatchObject(
      [{ path: 'ONEKEY_SIP_EMBEDDED_OUTBOUND [0]', remedy: expect.stringContaining('MESSAGE=tcp://') }],
    );
  });

  const rules = (...lines: string[]): string =>
    `    control:\n      secret: ${secret}\n    outbound:\n${lines.map((line) => `      - ${line}\n`).join('')}`;

  it.each([
    ['a port without a secret', '    control:\n      port: 9022\n', 3, 'control.secret', /16 characters/],
    ['a short one', '    control:\n      port: 9022\n      secret: SEKRET\n', 5, 'control.secret', /16 char/],
    [
      'rules without one',
      '    outbound: [{ method: INFO, target: "tcp://a:1" }]\n',
      2,
      'control.secret',
      /16 char/,
    ],
    [
      'TLS without key',
      `    control:\n      secret: ${secret}\n      tls: { port: 9023, cert: a.pem }\n`,
      5,
      'control.tls.key',
      /PEM file, or port: 0/,
    ],
    [
      'a method in small letters',
      rules('{ method: info, target: "tcp://a:1" }'),
      6,
      'outbound[0].method',
      /capitals/,
    ],
    [
      'a target without port',
      rules('{ method: INFO, target: "tcp://a" }'),
      6,
      'outbound[0].target',
      /tcp:\/\/host:port/,
    ],
    [
      'another protocol',
      rules('{ method: INFO, target: "ftp://a:1" }'),
      6,
      'outbound[0].target',
      /tls:\/\/host:port/,
    ],
    [
      'a setting that there is not',
      rules('{ method: INFO, targets: "tcp://a:1" }'),
      6,
      'outbound[0].targets',
      /target/,
    ],
    [
      'two rules for a method',
      rules('{ method: INFO, target: "tcp://a:1" }', '{ method: INFO, target: "tcp://a:2" }'),
      7,
      'outbound[1].method',
      /remove one/,
    ],
  ])('tells of %s with line, column and remedy', (_, text, line, path, remedy) => {
    const faults = at.faultsOfText(embedded(text)).filter((fault) => fault.path === `sip.embedded.${path}`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ file: at.file, line });
    expect(faults[0]?.column).toBeGreaterThan(1);
    expect(faults[0]?.remedy).toMatch(remedy);
    expect(JSON.stringify(faults)).not.toContain('SEKRET');
  });
});

describe('certificates of listeners', () => {
  const listener = (more: string): string =>
    `sip: { listeners: [{ transport: tls, host: 127.0.0.1, port: 5061${more} }] }\n`;
  const load = (text: string) => {
    writeFileSync(at.file, text);
    return loadConfig({ file: at.file, env: {} });
  };

  it('are found from the folder of the file', () => {
    const result = load(listener(', cert: tls/cert.pem, key: /etc/key.pem'));
    expect(result.ok && result.config.sip.listeners[0]).toMatchObject({
      cert: join(at.folder, 'etc', 'tls', 'cert.pem'),
      key: '/etc/key.pem',
    });
  });

  it.each([
    ['', 'wss'],
    [', cert: a.pem', 'tls'],
    [', key: a.pem', 'tls'],
  ])('are needed: %j', (more, transport) => {
    const result = load(listener(more).replace('tls', transport));
    expect(result.ok ? '' : result.faults[0]?.message).toBe(
      `a ${transport} listener needs a certificate and its key`,
    );
  });
});

describe('media engines', () => {
  const one = (overrides: Record<string, string>) => faultsOf({ overrides }).map(formatFault);

  it('need a place in the file for what is wrong with them', () => {
    const text =
      'media:\n  rtpengine:\n    spawn: false\n    interfaces: [eth0, 192.0.2.1]\n    hosts:\n      - { host: media.example.org, port: 2223 }\n';
    expect(at.faultsOfText(text).map(formatFault)).toEqual([
      `${at.file}:4:18 media.rtpengine.interfaces[0]: this is no address of an interface; write an IP address of this machine, or two with ! between: our own and the one that peers are told`,
      `${at.file}:6:17 media.rtpengine.hosts[0].host: this is no IP address; write an IP address`,
    ]);
  });

  it('must be given when none is started', () => {
    expect(one({ 'media.rtpengine.spawn': 'false' })).toEqual([
      'command line --set media.rtpengine.spawn: no engine of our own is started, and no other is given; add engines under media.rtpengine.hosts, or set spawn to true',
    ]);
    expect(one({ 'media.rtpengine.spawn': 'false', 'media.rtpengine.hosts': '127.0.0.1:2223' })).toEqual([]);
  });

  it('are each given once', () => {
    const [fault = ''] = one({ 'media.rtpengine.hosts': '10.0.0.5:2223,10.0.0.5:2224,10.0.0.5:2223*2' });
    expect(fault).toContain('--set media.rtpengine.hosts [2]: this engine is given twice');
  });

  it('have ports enough', () => {
    expect(one({ 'media.rtpengine.portMin': '20000', 'media.rtpengine.portMax': '20199' })).toEqual([]);
    const [fault = ''] = one({ 'media.rtpengine.portMin': '20000', 'media.rtpengine.portMax': '20198' });
    expect(fault).toContain('--set media.rtpengine.portMax: the ports 20000 to 20198 are too few for media');
    expect(one({ 'media.rtpengine.portMin': '32700' })[0]).toContain('portMin: the ports 32700 to 32767');
  });

  it('are told to peers by an address of the same family', () => {
    expect(one({ 'media.rtpengine.interfaces': '192.0.2.1!203.0.113.5' })).toEqual([]);
    for (const wrong of ['192.0.2.1!2001:db8::1', '192.0.2.1!', '192.0.2.1!a!b', ''])
      expect(one({ 'media.rtpengine.interfaces': wrong })).toHaveLength(1);
  });
});
