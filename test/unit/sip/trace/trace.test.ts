import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { silentLog, type TraceEntry } from '../../../../src/sip/log.js';
import { addSipMetrics } from '../../../../src/sip/metrics.js';
import type { SipServerStats } from '../../../../src/sip/server.js';
import { passes, readFilter } from '../../../../src/sip/trace/filter.js';
import { hepPacket } from '../../../../src/sip/trace/hep.js';
import { pcapHeader, pcapPacket } from '../../../../src/sip/trace/pcap.js';
import { screenText } from '../../../../src/sip/trace/screen.js';
import { createTracer } from '../../../../src/sip/trace/tracer.js';

const MESSAGE = Buffer.from(
  [
    'SIP/2.0 180 Ringing',
    'Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKx',
    'From: <sip:12345@a>;tag=f1',
    'To: <sip:110@b>;tag=t1',
    'Call-ID: abc@x',
    'CSeq: 7 INVITE',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n'),
);

const ENTRY: TraceEntry = {
  direction: 'in',
  transport: 'udp',
  local: '192.0.2.200:5060',
  remote: '192.0.2.1:5062',
  time: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  bytes: MESSAGE,
};
const ENTRY6: TraceEntry = {
  ...ENTRY,
  direction: 'out',
  transport: 'tls',
  local: '[2001:db8::c8]:5061',
  remote: '[2001:db8:0:1::ffff]:40000',
};

test.each([
  ['', true],
  ['call-id=abc', true],
  ['call-id=abd', false],
  ['method=invite', true],
  ['method=BYE', false],
  ['address=192.0.2.1 transport=udp', true],
  ['address=192.0.2.1 transport=tls', false],
  ['party=110 call-id=abc@x method=INVITE', true],
  ['party=119', false],
])('filter %j passes: %s', (text, expected) => {
  const read = readFilter(text);
  expect(read.ok && passes(ENTRY, read.filter)).toBe(expected);
});

test('a filter that cannot be read says what it may be', () => {
  expect(readFilter('caller=1')).toMatchObject({
    ok: false,
    reason: expect.stringContaining('call-id, method'),
  });
  expect(readFilter('method=')).toMatchObject({ ok: false });
  const rubbish = { ...ENTRY, bytes: Buffer.from('rubbish') };
  expect([passes(rubbish, {}), passes(rubbish, { callId: 'a' })]).toEqual([true, false]);
});

test('the screen shows time, way and message, and no control characters of a peer', () => {
  const text = screenText({ ...ENTRY, bytes: Buffer.from('OPTIONS \x1b[2J\r\nA: \u70ed\r\n\r\n') });
  expect(text).toBe(
    '03:04:05.678 udp 192.0.2.200:5060 <- 192.0.2.1:5062 24 bytes\n  OPTIONS \\x1b[2J\n  A: \u70ed\n',
  );
});

/** The Internet checksum over bytes that hold their own checksum is zero. */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

test('a packet of the capture: IPv4', () => {
  expect(pcapHeader().toString('hex')).toBe(
    'd4c3b2a1020004000000000000000000000004006500000000'.slice(0, 48),
  );
  const record = pcapPacket(ENTRY);
  expect(record.readUInt32LE(0)).toBe(Math.floor(ENTRY.time / 1000));
  expect(record.readUInt32LE(4)).toBe(678_000);
  expect(record.readUInt32LE(8)).toBe(record.length - 16);
  const packet = record.subarray(16);
  expect(packet.readUInt16BE(2)).toBe(28 + MESSAGE.length);
  expect(sum(packet.subarray(0, 20))).toBe(0xffff);
  expect([...packet.subarray(12, 20)]).toEqual([192, 0, 2, 1, 192, 0, 2, 200]);
  expect([packet.readUInt16BE(20), packet.readUInt16BE(22)]).toEqual([5062, 5060]);
  expect(packet.subarray(28)).toEqual(MESSAGE);
});

test('a packet of the capture: IPv6, with the checksum that it needs', () => {
  const packet = pcapPacket(ENTRY6).subarray(16);
  expect(packet.subarray(8, 24).toString('hex')).toBe('20010db80000000000000000000000c8');
  expect(packet.subarray(24, 40).toString('hex')).toBe('20010db800000001000000000000ffff');
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(8 + MESSAGE.length, 0);
  pseudo[7] = 17;
  expect(sum(Buffer.concat([packet.subarray(8, 40), pseudo, packet.subarray(40)]))).toBe(0xffff);
});

/** The chunks of a HEP packet by type. */
function chunks(packet: Buffer): Map<number, Buffer> {
  expect(packet.toString('latin1', 0, 4)).toBe('HEP3');
  expect(packet.readUInt16BE(4)).toBe(packet.length);
  const found = new Map<number, Buffer>();
  for (let at = 6; at < packet.length; at += packet.readUInt16BE(at + 4)) {
    found.set(packet.readUInt16BE(at + 2), packet.subarray(at + 6, at + packet.readUInt16BE(at + 4)));
  }
  return found;
}

test('HEP version 3, IPv4 and IPv6', () => {
  const four = chunks(hepPacket(ENTRY, 2001));
  const hex = (type: number): string | undefined => four.get(type)?.toString('hex');
  expect([hex(1), hex(2), hex(3), hex(4)]).toEqual(['02', '11', 'c0000201', 'c00002c8']);
  expect([hex(7), hex(8), hex(11), hex(12)]).toEqual(['13c6', '13c4', '01', '000007d1']);
  expect(four.get(9)?.readUInt32BE()).toBe(Math.floor(ENTRY.time / 1000));
  expect(four.get(10)?.readUInt32BE()).toBe(678_000);
  expect(four.get(15)).toEqual(MESSAGE);
  const six = chunks(hepPacket(ENTRY6, 1));
  expect([six.get(1)?.[0], six.get(2)?.[0], six.get(5)?.length, six.has(3)]).toEqual([10, 6, 16, false]);
});

test('a tracer writes the file and sends to the collector what passes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sip-trace-'));
  const collector = createSocket('udp4');
  await new Promise<void>((resolve) => collector.bind(0, '127.0.0.1', resolve));
  const packets: Buffer[] = [];
  const arrived = new Promise<void>((resolve) => {
    collector.on('message', (packet) => {
      packets.push(packet);
      resolve();
    });
  });
  const shown: string[] = [];
  const tracer = createTracer({
    filter: { callId: 'abc' },
    screen: (text) => shown.push(text),
    pcap: join(folder, 'sip.pcap'),
    hep: { host: '127.0.0.1', port: collector.address().port, captureId: 7 },
    log: silentLog,
  });
  tracer.trace({ ...ENTRY, bytes: Buffer.from(MESSAGE.toString().replace('abc', 'other')) });
  tracer.trace(ENTRY);
  await arrived;
  await tracer.close();
  collector.close();
  expect(shown).toHaveLength(1);
  expect(chunks(packets[0] ?? Buffer.alloc(0)).get(15)).toEqual(MESSAGE);
  expect(readFileSync(join(folder, 'sip.pcap'))).toEqual(Buffer.concat([pcapHeader(), pcapPacket(ENTRY)]));
  rmSync(folder, { recursive: true });
});

test('a file that cannot be written stops nothing', async () => {
  const warned: string[] = [];
  const log = { ...silentLog, warn: (_fields: object, text: string) => warned.push(text) };
  const tracer = createTracer({ filter: {}, pcap: '/nowhere/at/all.pcap', log });
  tracer.trace(ENTRY);
  await tracer.close();
  tracer.trace(ENTRY);
  expect(warned).toEqual(['capture file cannot be written']);
});

test('the figures as Prometheus metrics', async () => {
  const stats: SipServerStats = {
    received: { INVITE: 3, '200 INVITE': 1 },
    sent: { '486 INVITE': 2 },
    receivedBy: { udp: 3, wss: 1 },
    sentBy: { udp: 2 },
    retransmissions: 5,
    sentAgain: { 'udp INVITE': 2, 'udp 200 INVITE': 3 },
    receivedAgain: { 'udp BYE': 4 },
    malformed: 6,
    dropped: 7,
    live: {
      clientTransactions: 1,
      serverTransactions: 2,
      dialogs: 3,
      inboundRequests: 0,
      outboundRequests: 0,
    },
    connections: 4,
    bindingAnswers: 12,
    guard: {
      blockedSources: 1,
      blocks: 2,
      droppedBlocked: 8,
      droppedRate: 9,
      droppedScanners: 10,
      refusedConnections: 11,
    },
    controlClients: 1,
  };
  const registry = new Registry();
  addSipMetrics(registry, () => stats);
  const text = await registry.metrics();
  for (const line of [
    'onekey_sip_messages_total{direction="in",method="INVITE",status=""} 3',
    'onekey_sip_messages_total{direction="out",method="INVITE",status="486"} 2',
    'onekey_sip_received_by_transport_total{transport="wss"} 1',
    'onekey_sip_sent_by_transport_total{transport="udp"} 2',
    'onekey_sip_retransmissions_total{direction="out",transport="udp",method="INVITE",status=""} 2',
    'onekey_sip_retransmissions_total{direction="out",transport="udp",method="INVITE",status="200"} 3',
    'onekey_sip_retransmissions_total{direction="in",transport="udp",method="BYE",status=""} 4',
    'onekey_sip_guarded_total{reason="scanner"} 10',
    'onekey_sip_stun_answers_total 12',
    'onekey_sip_blocked_sources 1',
    'onekey_sip_transactions{side="server"} 2',
  ])
    expect(text).toContain(line);
  expect(await registry.metrics()).toBe(text);
});
