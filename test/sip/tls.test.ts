import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { dirname } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { makeCertificate } from './support/certificate.js';
import { drained, FAST, Inbox, type Rig, SDP, startRig, until } from './support/rig.js';

const rigs: Rig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function open(
  host: string,
  certificate = makeCertificate(),
  ca: string = certificate.cert,
): Promise<Rig> {
  const rig = await startRig('tls', host, {
    listeners: [{ transport: 'tls', host, port: 0, ...certificate, ca }],
    timers: FAST,
  });
  rigs.push(rig);
  return rig;
}

function shake(port: number, ca: Buffer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca }, () => resolve(socket));
    socket.once('error', reject);
  });
}

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', 'localhost'],
  ['::1', '[::1]'],
])('a call over TLS on %s to %s, ended by the callee on the same connection', async (host, name) => {
  const certificate = makeCertificate();
  const caller = await open(host, certificate);
  const callee = await open(host, certificate);
  const protocols = new Inbox<string>();
  callee.srf.invite((req, res) => {
    protocols.put((req as unknown as { protocol: string }).protocol);
    callee.srf.createUAS(req, res, { localSdp: SDP }, (_error, dialog) => void dialog.destroy());
  });
  const ended = new Inbox<boolean>();
  const dialog = await caller.srf.createUAC(`sip:110@${name}:${callee.port};transport=tls`, {
    localSdp: SDP,
  });
  dialog.on('destroy', () => ended.put(true));
  expect(await ended.next()).toBe(true);
  expect(await protocols.next()).toBe('tls');
  await drained(caller.server);
  await drained(callee.server);
});

test('sips means TLS; a peer whose certificate nobody vouches for is not called', async () => {
  const certificate = makeCertificate();
  const callee = await open('127.0.0.1', certificate);
  callee.srf.invite((_req, res) => res.send(486));
  const stranger = await open('127.0.0.1');
  const status = (rig: Rig): Promise<number> =>
    rig.srf
      .createUAC(`sips:110@127.0.0.1:${callee.port}`, { localSdp: SDP })
      .then(() => 0)
      .catch((error: { status: number }) => error.status);
  expect(await status(stranger)).toBe(503);
  const trusting = await open('127.0.0.1', makeCertificate(), certificate.cert);
  expect(await status(trusting)).toBe(486);
});

test('a peer that connected is reached by its connection, with no certificate of its own', async () => {
  const certificate = makeCertificate();
  const rig = await open('127.0.0.1', certificate);
  const phone = await shake(rig.port, readFileSync(certificate.cert));
  const got = new Inbox<string>();
  phone.on('data', (chunk) => got.put(chunk.toString()));
  await until(() => rig.server.stats().connections === 1);
  const options = { uri: `sip:a@127.0.0.1:${phone.localPort};transport=tls`, method: 'OPTIONS', headers: {} };
  rig.srf.request(options, () => undefined);
  expect(await got.next()).toContain('OPTIONS sip:a@127.0.0.1');
  expect(rig.server.stats().connections).toBe(1);
  phone.destroy();
});

test('a renewed certificate is served without a restart, a broken one is not', async () => {
  const certificate = makeCertificate();
  const rig = await open('127.0.0.1', certificate);
  const first = await shake(rig.port, readFileSync(certificate.cert));
  const before = first.getPeerCertificate().fingerprint256;
  expect(rig.server.reloadCertificates()).toBe(0);
  makeCertificate(dirname(certificate.cert));
  expect(rig.server.reloadCertificates()).toBe(1);
  const second = await shake(rig.port, readFileSync(certificate.cert));
  expect(second.getPeerCertificate().fingerprint256).not.toBe(before);
  expect(first.destroyed).toBe(false);
  const current = readFileSync(certificate.cert);
  writeFileSync(certificate.cert, 'half a certif');
  expect(rig.server.reloadCertificates()).toBe(0);
  const third = await shake(rig.port, current);
  expect(third.getPeerCertificate().fingerprint256).toBe(second.getPeerCertificate().fingerprint256);
  third.destroy();
  first.destroy();
  second.destroy();
});

test('a peer that does not shake hands holds nothing', async () => {
  const certificate = makeCertificate();
  const rig = await startRig('tls', '127.0.0.1', {
    listeners: [{ transport: 'tls', host: '127.0.0.1', port: 0, ...certificate }],
    limits: { connectMs: 50 },
  });
  rigs.push(rig);
  const socket = connectTcp(rig.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('close', resolve));
  const garbage = connectTcp(rig.port, '127.0.0.1', () => garbage.write('OPTIONS sip:x SIP/2.0\r\n\r\n'));
  garbage.on('error', () => undefined);
  await new Promise((resolve) => garbage.once('close', resolve));
  await until(() => rig.server.stats().connections === 0);
});

test('a listener without a certificate does not open', async () => {
  await expect(startRig('tls')).rejects.toThrow('needs cert and key');
});
