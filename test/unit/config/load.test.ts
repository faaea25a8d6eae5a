import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Fault, formatFault } from '../../../src/config/fault.js';
import { packageInfo } from '../../../src/config/package-root.js';
import { configOf, faultsOf, settingsFolder } from './settings-folder.js';

const at = settingsFolder();

describe('defaults', () => {
  it('make a whole configuration for this machine alone', () => {
    const config = configOf({});
    expect(config.sip).toEqual({
      server: 'embedded',
      listeners: [
        { transport: 'udp', host: '127.0.0.1', port: 5060 },
        { transport: 'tcp', host: '127.0.0.1', port: 5060 },
        { transport: 'ws', host: '127.0.0.1', port: 5066 },
      ],
      embedded: {
        control: { port: 0, secret: '', tls: { host: '127.0.0.1', port: 0, cert: '', key: '' } },
        outbound: [],
        thread: false,
      },
      drachtio: { host: '127.0.0.1', port: 9022, secret: '' },
      trace: false,
      traceFilter: '',
      capture: '',
      hep: '',
    });
    expect(config.http).toEqual({
      host: '127.0.0.1',
      port: 8080,
      cert: '',
      key: '',
      publicUrl: '',
      tokens: [],
      webhooks: [],
    });
    expect(config.calls).toEqual({ noResponseSeconds: 6, notifyAnswerSeconds: 8, drainSeconds: 30 });
    expect(config.dialplan).toBe(join(packageInfo().root, 'dialplans', 'alliance.yaml'));
    expect(config.data).toBe(join(packageInfo().root, 'data'));
  });

  it('hold for an empty file, and for sections whose lines are all comments', () => {
    writeFileSync(at.file, '# nothing\n');
    expect(configOf({ file: at.file })).toEqual(configOf({}));
    writeFileSync(at.file, 'http:\n  # port: 1\nsip:\n  drachtio:\n');
    expect(configOf({ file: at.file })).toEqual(configOf({}));
  });

  it('are frozen through and through, and not shared', () => {
    const config = configOf({});
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.sip.listeners[0])).toBe(true);
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
    expect(configOf({ overrides: { 'http.port': '1' } }).http.port).toBe(1);
    expect(configOf({}).http.port).toBe(8080);
  });
});

describe('precedence', () => {
  it('is command line, environment, file, default', () => {
    writeFileSync(at.file, 'http: { port: 1001 }\n');
    const env = { ONEKEY_HTTP_PORT: '1002' };
    const overrides = { 'http.port': '1003' };
    expect(configOf({ file: at.file, env, overrides }).http.port).toBe(1003);
    expect(configOf({ file: at.file, env }).http.port).toBe(1002);
    expect(configOf({ file: at.file }).http.port).toBe(1001);
    expect(configOf({}).http.port).toBe(8080);
  });

  it('is by setting, not by section', () => {
    writeFileSync(at.file, 'calls: { noResponseSeconds: 7, drainSeconds: 9 }\n');
    const env = { ONEKEY_CALLS_DRAIN_SECONDS: '11' };
    expect(configOf({ file: at.file, env }).calls).toEqual({
      noResponseSeconds: 7,
      notifyAnswerSeconds: 8,
      drainSeconds: 11,
    });
  });

  it('hides a bad value that is overridden', () => {
    writeFileSync(at.file, 'http: { port: 99999 }\n');
    expect(faultsOf({ file: at.file })).toHaveLength(1);
    expect(configOf({ file: at.file, env: { ONEKEY_HTTP_PORT: '80' } }).http.port).toBe(80);
  });
});

describe('relative paths', () => {
  it('start from the folder of the file they stand in', () => {
    writeFileSync(at.file, 'dialplan: plans/a.yaml\ndata: ../var\n');
    const config = configOf({ file: at.file, cwd: '/elsewhere' });
    expect(config.dialplan).toBe(join(at.folder, 'etc', 'plans', 'a.yaml'));
    expect(config.data).toBe(join(at.folder, 'var'));
  });

  it('start from the current folder when they come from environment or command line', () => {
    writeFileSync(at.file, 'dialplan: plans/a.yaml\ndata: ../var\n');
    const env = { ONEKEY_DIALPLAN: 'b.yaml', ONEKEY_DATA: '/var/lib/onekey' };
    const config = configOf({ file: at.file, env, overrides: { dialplan: 'c.yaml' }, cwd: '/here' });
    expect(config.dialplan).toBe('/here/c.yaml');
    expect(config.data).toBe('/var/lib/onekey');
    expect(configOf({ file: at.file, env, cwd: '/here' }).dialplan).toBe('/here/b.yaml');
  });
});

describe('the environment', () => {
  it('writes lists in one line', () => {
    const config = configOf({
      env: {
        ONEKEY_SIP_LISTENERS:
          'udp:127.0.0.1:5060, tcp:[::1]:0,udp:0.0.0.0:5070@203.0.113.5:5090,tcp:[::]:5071@sip.example.org',
        ONEKEY_MEDIA_RTPENGINE_HOSTS: '10.0.0.5:2223*3, [::1]:2224',
        ONEKEY_MEDIA_RTPENGINE_INTERFACES: '192.0.2.1!203.0.113.5,2001:db8::1',
        ONEKEY_HTTP_TOKENS: 'ops:operator:0123456789abcdef,wall:viewer:fedcba98=/+~._-76543210',
      },
    });
    expect(config.sip.listeners).toEqual([
      { transport: 'udp', host: '127.0.0.1', port: 5060 },
      { transport: 'tcp', host: '::1', port: 0 },
      { transport: 'udp', host: '0.0.0.0', port: 5070, externalHost: '203.0.113.5', externalPort: 5090 },
      { transport: 'tcp', host: '::', port: 5071, externalHost: 'sip.example.org' },
    ]);
    expect(config.media.rtpengine.hosts).toEqual([
      { host: '10.0.0.5', port: 2223, weight: 3 },
      { host: '::1', port: 2224, weight: 1 },
    ]);
    expect(config.media.rtpengine.interfaces).toEqual(['192.0.2.1!203.0.113.5', '2001:db8::1']);
    expect(config.http.tokens).toEqual([
      { name: 'ops', role: 'operator', token: '0123456789abcdef' },
      { name: 'wall', role: 'viewer', token: 'fedcba98=/+~._-76543210' },
    ]);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['on', true],
    ['YES', true],
    ['false', false],
    ['0', false],
    ['off', false],
    ['no', false],
  ])('reads %s as a switch', (text, value) => {
    expect(configOf({ env: { ONEKEY_SIP_TRACE: text } }).sip.trace).toBe(value);
  });

  it('is only looked at where a name is ours', () => {
    expect(configOf({ env: { PATH: '/bin', ONEKEY_CONFIG: 'x.yaml', onekey_http_port: '1' } })).toEqual(
      configOf({}),
    );
  });

  it('names the variable that is unknown, and the one that was meant', () => {
    const [fault, ...others] = faultsOf({ env: { ONEKEY_HTTP_PROT: '1' } });
    expect(others).toEqual([]);
    expect(fault).toEqual({
      file: 'environment',
      line: 0,
      column: 0,
      path: 'ONEKEY_HTTP_PROT',
      message: 'there is no such setting',
      remedy: 'did you mean "ONEKEY_HTTP_PORT"?',
    });
    expect(faultsOf({ env: { ONEKEY_XYLOPHONE: '1' } })[0]?.remedy).toMatch(/^unset it/);
  });

  it.each([
    ['ONEKEY_HTTP_PORT', '', 'a whole number from 0 to 65535'],
    ['ONEKEY_HTTP_PORT', '80a', 'a whole number from 0 to 65535'],
    ['ONEKEY_HTTP_PORT', '65536', 'a whole number from 0 to 65535'],
    ['ONEKEY_LEDGER_COMMIT_MS', '0', 'a whole number from 1 to 1000'],
    ['ONEKEY_LEDGER_COMMIT_MS', '1.5', 'a whole number from 1 to 1000'],
    ['ONEKEY_LIMITS_MAX_CALLS', '0x10', 'a whole number from 1 to 100000'],
    ['ONEKEY_SIP_SERVER', 'kamailio', 'one of embedded, drachtio'],
    ['ONEKEY_SIP_TRACE', 'maybe', 'true or false'],
    ['ONEKEY_MEDIA_ANCHOR', 'Direct', 'one of auto, direct, rtpengine'],
    ['ONEKEY_DATA', '', 'the path of a folder'],
    ['ONEKEY_SIP_LISTENERS', '', '{ transport: udp or tcp'],
    ['ONEKEY_SIP_LISTENERS', 'udp:127.0.0.1', 'as in udp:127.0.0.1:5060'],
    ['ONEKEY_SIP_LISTENERS', 'sctp:127.0.0.1:5060', 'one of udp, tcp'],
    ['ONEKEY_SIP_LISTENERS', 'udp:localhost:5060', 'an IP address of this machine'],
    [
      'ONEKEY_HTTP_TOKENS',
      'ops:boss:0123456789abcdef',
      'one of viewer, agent, supervisor, ops, auditor, admin, operator',
    ],
  ])('%s=%s is refused by name, with what may be written', (name, text, remedy) => {
    const faults = faultsOf({ env: { [name]: text } });
    expect(faults).toHaveLength(1);
    expect(faults[0]?.file).toBe('environment');
    expect(faults[0]?.path.startsWith(name)).toBe(true);
    expect(faults[0]?.remedy).toContain(remedy);
  });

  it.each([
    'ops:operator:short',
    'short',
    'ops:operator:bad character!!',
    'ops:operator:0123456789abcdef,ops2:viewer:0123456789abcdef',
  ])('never shows a token, also not a bad one: %s', (text) => {
    const faults = faultsOf({ env: { ONEKEY_HTTP_TOKENS: text } });
    expect(faults).toHaveLength(1);
    const secret = text.split(':').at(-1) ?? '';
    expect(faults.map(formatFault).join('\n')).not.toContain(secret);
  });
});

describe('the command line', () => {
  it('names options in its faults', () => {
    const faults = faultsOf({
      overrides: { 'http.port': 'x', data: '', 'sip.server.name': 'a', drainSeconds: '1' },
    });
    expect(faults.map((fault) => `${fault.file} ${fault.path}`).sort()).toEqual([
      'command line --data',
      'command line --set drainSeconds',
      'command line --set http.port',
      'command line --set sip.server.name',
    ]);
  });
});

describe('faults of a file', () => {
  it('have file, line, column and key, all of them in the order of the file', () => {
    const faults = at.faultsOfText(
      [
        'sip:',
        '  sever: embedded',
        '  listeners:',
        '    - { transport: udp, host: 127.0.0.1, port: 5060 }',
        '    - { transport: sctp, host: 127.0.0.1, port: 5061 }',
        'http:',
        '  port: "8080"',
        'calls:',
        '  drainSeconds: -1',
        'log: { level: loud }',
      ].join('\n'),
    );
    expect(faults.map((fault) => [fault.line, fault.column, fault.path])).toEqual([
      [2, 3, 'sip.sever'],
      [5, 20, 'sip.listeners[1].transport'],
      [7, 9, 'http.port'],
      [9, 17, 'calls.drainSeconds'],
      [10, 15, 'log.level'],
    ]);
    expect(faults.every((fault) => fault.file === at.file)).toBe(true);
    expect(faults[0]?.remedy).toBe('did you mean "server"?');
    expect(faults.slice(1).map((fault) => fault.remedy)).toEqual([
      'write one of udp, tcp, tls, ws, wss',
      'write a whole number from 0 to 65535',
      'write a whole number from 0 to 86400',
      'write one of trace, debug, info, warn, error, fatal, silent',
    ]);
    expect(formatFault(faults[2] as Fault)).toBe(
      `${at.file}:7:9 http.port: "8080" is not accepted; write a whole number from 0 to 65535`,
    );
  });

  it('and of the environment are reported together', () => {
    const faults = at.faultsOfText('http: { port: 70000 }\n', { ONEKEY_LOG_LEVEL: 'loud', ONEKEY_LOG: 'x' });
    expect(faults.map((fault) => fault.path).sort()).toEqual(['ONEKEY_LOG', 'ONEKEY_LOG_LEVEL', 'http.port']);
  });

  it('say when a section is no section, also when the environment sets something in it', () => {
    expect(at.faultsOfText('http: 8080\n', { ONEKEY_HTTP_PORT: '1' })).toMatchObject([
      { line: 1, path: 'http' },
    ]);
    expect(at.faultsOfText('- http\n')).toMatchObject([{ line: 1, message: 'this is no list of settings' }]);
    expect(at.faultsOfText('just text\n')).toMatchObject([
      { line: 1, message: 'this is no list of settings' },
    ]);
  });

  it('tell a file that is not there from one that cannot be read', () => {
    expect(faultsOf({ file: join(at.folder, 'none.yaml') })).toMatchObject([
      { line: 0, message: 'there is no such file' },
    ]);
    expect(faultsOf({ file: at.folder })).toMatchObject([{ message: 'this is a folder, not a file' }]);
  });

  it('show syntax errors and duplicate keys with their line', () => {
    expect(at.faultsOfText('http:\n\tport: 1\n')).toMatchObject([{ line: 2, remedy: 'indent with spaces' }]);
    expect(at.faultsOfText('http: { port: 1 }\nlog: { level: loud }\nhttp: { port: 2 }\n')).toMatchObject([
      { line: 2, path: 'log.level' },
      { line: 3, column: 1, remedy: 'keep one of the two' },
    ]);
  });
});

describe('rules between settings', () => {
  it('want a certificate and its key for HTTPS, and take their paths from the folder of the file', () => {
    expect(at.faultsOfText('http:\n  cert: cert.pem\n')).toMatchObject([{ line: 2, path: 'http.cert' }]);
    expect(faultsOf({ overrides: { 'http.key': 'key.pem' } })).toMatchObject([{ path: '--set http.key' }]);
    const both = { 'http.cert': 'tls/cert.pem', 'http.key': '/etc/key.pem' };
    expect(configOf({ overrides: both, cwd: '/etc/onekey' }).http).toMatchObject({
      cert: '/etc/onekey/tls/cert.pem',
      key: '/etc/key.pem',
    });
  });

  it('has webhooks, in the file or in one line', () => {
    const env = { ONEKEY_HTTP_WEBHOOKS: 'city=0123456789abcdef=@https://desk.example.org/pop?x=1' };
    expect(configOf({ env }).http.webhooks).toEqual([
      { member: 'city', secret: '0123456789abcdef=', url: 'https://desk.example.org/pop?x=1' },
    ]);
    const bad = { ONEKEY_HTTP_WEBHOOKS: 'city=short@ftp://x' };
    expect(
      faultsOf({ env: bad })
        .map(({ message }) => message)
        .join(),
    ).not.toContain('short');
  });

  it('keep names and tokens of the API apart', () => {
    const token = (name: string, secret: string): string =>
      `{ name: ${name}, role: viewer, token: ${secret} }`;
    const faults = at.faultsOfText(
      `http:\n  tokens:\n    - ${token('a', 'a'.repeat(16))}\n    - ${token('a', 'b'.repeat(16))}\n    - ${token('b', 'a'.repeat(16))}\n`,
    );
    expect(faults.map((fault) => [fault.line, fault.path])).toEqual([
      [4, 'http.tokens[1].name'],
      [5, 'http.tokens[2].token'],
    ]);
  });

  it('keep listeners apart, free ports excepted', () => {
    const listeners = (text: string) => faultsOf({ overrides: { 'sip.listeners': text } });
    expect(listeners('udp:127.0.0.1:5060,tcp:127.0.0.1:5060,udp:127.0.0.2:5060')).toEqual([]);
    expect(listeners('udp:127.0.0.1:0,udp:127.0.0.1:0')).toEqual([]);
    expect(listeners('udp:127.0.0.1:5060,udp:127.0.0.1:5060')).toMatchObject([
      { path: '--set sip.listeners [1]', message: 'another listener has the same transport, host and port' },
    ]);
  });

  it('ask for an address that peers can reach', () => {
    for (const host of ['0.0.0.0', '[::]']) {
      expect(faultsOf({ overrides: { 'sip.listeners': `udp:${host}:5060` } })).toHaveLength(1);
      expect(faultsOf({ overrides: { 'sip.listeners': `udp:${host}:5060@10.0.0.1` } })).toEqual([]);
    }
  });

  it('ask for the secret of an external drachtio-server, which has none by default', () => {
    expect(faultsOf({ overrides: { 'sip.server': 'drachtio' } })).toHaveLength(1);
    expect(faultsOf({ overrides: { 'sip.server': 'drachtio', 'sip.drachtio.secret': 's' } })).toEqual([]);
  });
});
