import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { legsOfCapture } from '../../../scripts/bench/reconciliation/wire-legs.js';

const SERVER = 5060;
const PEER = 5080;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onekey-capture-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A message that the server says (`>`) or hears (`<`), so many milliseconds after the first. */
type Said = readonly [
  at: number,
  way: '>' | '<',
  first: string,
  cseq: string,
  more?: readonly string[],
  body?: string,
];

function message([, , first, cseq, more = [], body = '']: Said): Buffer {
  const to = more.some((line) => line.startsWith('To:')) ? [] : ['To: <sip:b@h>;tag=theirs'];
  const lines = [
    first,
    'Via: SIP/2.0/UDP h;branch=z9hG4bK1',
    'From: <sip:13900000001@h>;tag=ours',
    ...to,
    'Call-ID: one',
    `CSeq: ${cseq}`,
    ...more,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

/** An Ethernet frame with an IPv4 packet; checksums are not looked at. */
function frame(protocol: number, payload: Buffer): Buffer {
  const ip = Buffer.alloc(34);
  ip.writeUInt16BE(0x0800, 12);
  ip.writeUInt8(0x45, 14);
  ip.writeUInt16BE(20 + payload.length, 16);
  ip.writeUInt8(protocol, 23);
  return Buffer.concat([ip, payload]);
}

function ports(header: Buffer, way: '>' | '<'): Buffer {
  header.writeUInt16BE(way === '>' ? SERVER : PEER, 0);
  header.writeUInt16BE(way === '>' ? PEER : SERVER, 2);
  return header;
}

function datagram(way: '>' | '<', payload: Buffer): Buffer {
  return frame(17, Buffer.concat([ports(Buffer.alloc(8), way), payload]));
}

function segment(way: '>' | '<', number: number, payload: Buffer): Buffer {
  const header = ports(Buffer.alloc(20), way);
  header.writeUInt32BE(number, 4);
  header.writeUInt8(0x50, 12);
  return frame(6, Buffer.concat([header, payload]));
}

function pcap(frames: readonly (readonly [at: number, frame: Buffer])[]): string {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt32LE(1, 20);
  const records = frames.map(([at, bytes]) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1000 + Math.floor(at / 1000), 0);
    record.writeUInt32LE((at % 1000) * 1000, 4);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    return Buffer.concat([record, bytes]);
  });
  const file = join(folder, 'wire.pcap');
  writeFileSync(file, Buffer.concat([head, ...records]));
  return file;
}

const BEGAN = 1_000_000;
/** The only leg of what was said, its times counted from the first message. */
function legOf(...said: readonly Said[]) {
  const { legs } = legsOfCapture(
    pcap(said.map((one) => [one[0], datagram(one[1], message(one))])),
    SERVER,
    [],
  );
  expect(legs).toHaveLength(1);
  const [leg] = legs;
  if (leg === undefined) throw new Error('unreachable: there is one');
  return leg;
}

const NO_TAG = ['To: <sip:b@h>'];
const invite: Said = [0, '>', 'INVITE sip:8001@h SIP/2.0', '1 INVITE', NO_TAG];
const up: readonly Said[] = [
  invite,
  [5, '<', 'SIP/2.0 100 Trying', '1 INVITE', NO_TAG],
  [10, '<', 'SIP/2.0 180 Ringing', '1 INVITE'],
  [20, '<', 'SIP/2.0 200 OK', '1 INVITE'],
  [21, '>', 'ACK sip:8001@h SIP/2.0', '1 ACK'],
];

describe('a capture reduced to legs', () => {
  it('tells who was called, when it rang, was answered, and that the peer hung up', () => {
    const leg = legOf(...up, [500, '<', 'BYE sip:h SIP/2.0', '7 BYE'], [501, '>', 'SIP/2.0 200 OK', '7 BYE']);
    expect(leg).toMatchObject({
      ...{
        callId: 'one',
        serverTag: 'ours',
        peerTag: 'theirs',
        direction: 'out',
        peer: `127.0.0.1:${PEER}/udp`,
      },
      ...{ number: '8001', identity: '13900000001', status: 200, invitedAt: BEGAN, rangAt: BEGAN + 10 },
      ...{ answeredAt: BEGAN + 20, ackedAt: BEGAN + 21, endedBy: 'peer', endedAt: BEGAN + 500 },
    });
  });

  it('ends a leg that the server hung up with the answer to its BYE, which may never come', () => {
    const bye: Said = [500, '>', 'BYE sip:h SIP/2.0', '2 BYE'];
    expect(legOf(...up, bye, [510, '<', 'SIP/2.0 200 OK', '2 BYE'])).toMatchObject({
      endedBy: 'server',
      endedAt: BEGAN + 510,
    });
    expect(legOf(...up, bye)).toMatchObject({ endedBy: 'server', endedAt: BEGAN + 32_500 });
    expect(legOf(...up)).toMatchObject({ endedBy: null, endedAt: null });
  });

  it('tells a refusal from a CANCEL, and both from silence', () => {
    const cancel: Said = [30, '>', 'CANCEL sip:8001@h SIP/2.0', '1 CANCEL', NO_TAG];
    const refusal = (at: number, status: string): Said => [at, '<', `SIP/2.0 ${status}`, '1 INVITE'];
    expect(legOf(invite, refusal(9, '486 Busy'))).toMatchObject({
      status: 486,
      endedBy: 'peer',
      endedAt: BEGAN + 9,
    });
    expect(legOf(invite, cancel, refusal(40, '487 Terminated'))).toMatchObject({
      ...{ status: 487, endedBy: 'server', cancelledAt: BEGAN + 30, endedAt: BEGAN + 40 },
    });
    expect(legOf(invite, refusal(29, '486 Busy'), cancel)).toMatchObject({
      endedBy: 'peer',
      endedAt: BEGAN + 29,
    });
    expect(legOf(invite)).toMatchObject({ status: null, endedBy: 'nobody', endedAt: BEGAN + 32_000 });
  });

  it('takes an INVITE that comes again with credentials for the same leg', () => {
    const again: Said = [3, '>', 'INVITE sip:8001@h SIP/2.0', '2 INVITE', NO_TAG];
    const leg = legOf(invite, [2, '<', 'SIP/2.0 407 Who', '1 INVITE'], again, [
      9,
      '<',
      'SIP/2.0 200 OK',
      '2 INVITE',
    ]);
    expect(leg).toMatchObject({ challenged: [407], status: 200, invitedAt: BEGAN, answeredAt: BEGAN + 9 });
  });

  it('tells what a REFER asked for and what was told of it, and which keys were pressed', () => {
    const notify = (at: number, state: string, status: string): Said => [
      ...([at, '>', 'NOTIFY sip:h SIP/2.0', `${at} NOTIFY`] as const),
      ['Event: refer', `Subscription-State: ${state}`],
      `SIP/2.0 ${status}\r\n`,
    ];
    const leg = legOf(
      ...up,
      [30, '<', 'INFO sip:h SIP/2.0', '2 INFO', [], 'Signal=*\r\nDuration=160\r\n'],
      [31, '>', 'SIP/2.0 200 OK', '2 INFO'],
      [40, '<', 'REFER sip:h SIP/2.0', '3 REFER', ['Refer-To: <sip:110@h?Replaces=two%40x%3Bto-tag%3D1>']],
      [41, '>', 'SIP/2.0 202 Accepted', '3 REFER'],
      notify(42, 'active', '100 Trying'),
      notify(50, 'terminated;reason=noresource', '486 Busy'),
    );
    expect(leg.asks).toMatchObject([
      { by: 'info', key: '*', status: 200 },
      { by: 'refer', side: 'peer', to: '110', replaces: 'two@x', status: 202, news: [100, 486], told: 486 },
    ]);
  });

  it('tells who offered another session, and what was answered to it', () => {
    const leg = legOf(
      ...up,
      [30, '>', 'INVITE sip:8001@h SIP/2.0', '2 INVITE'],
      [33, '<', 'SIP/2.0 491 Pending', '2 INVITE'],
      [40, '<', 'UPDATE sip:h SIP/2.0', '9 UPDATE'],
      [41, '>', 'SIP/2.0 200 OK', '9 UPDATE'],
    );
    expect(leg.status).toBe(200);
    expect(leg.offers).toEqual({
      server: [{ at: BEGAN + 30, status: 491 }],
      peer: [{ at: BEGAN + 40, status: 200 }],
    });
  });

  it('puts TCP in order, whatever comes in pieces, twice or too early', () => {
    const whole = Buffer.concat(up.slice(2, 4).map(message));
    const [first, second] = [whole.subarray(0, 100), whole.subarray(100)];
    const file = pcap([
      [0, segment('>', 900, message(invite))],
      [10, segment('<', 500, first)],
      [11, segment('<', 500, first)],
      [20, segment('<', 600 + 40, second.subarray(40))],
      [21, segment('<', 600, second)],
    ]);
    const { legs, strange } = legsOfCapture(file, SERVER, []);
    expect(strange).toBe(0);
    expect(legs).toMatchObject([
      { peer: `127.0.0.1:${PEER}/tcp`, rangAt: BEGAN + 21, answeredAt: BEGAN + 21, status: 200 },
    ]);
  });

  it('ends with 2 and says why where there is no capture to read', () => {
    const script = join(import.meta.dirname, '../../../scripts/bench/reconciliation/legs-of-capture.py');
    const file = join(folder, 'text.pcap');
    writeFileSync(file, 'This is no capture, but a text that is long enough for one.');
    const { status, stderr } = spawnSync('python3', [script, file, '--server', '5060'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('text.pcap: this is no pcap file');
  });
});
