import { beforeEach, describe, expect, it } from 'vitest';
import { giveUpAfterMs, NgClient } from '../../../../src/media/rtpengine/ng-client.js';
import { describeFailure, type NgReply } from '../../../../src/media/rtpengine/ng-reply.js';
import type { NgSocketEvents } from '../../../../src/media/rtpengine/ng-socket.js';
import { VirtualClock } from './virtual-clock.js';

let clock: VirtualClock;
let client: NgClient;
let sent: string[];
let events: NgSocketEvents;
let closed: boolean;

beforeEach(() => {
  clock = new VirtualClock();
  sent = [];
  closed = false;
  client = new NgClient({
    host: '127.0.0.1',
    port: 22222,
    clock,
    openSocket: (_host, _port, handlers) => {
      events = handlers;
      return {
        send: (datagram) => sent.push(datagram.toString()),
        close: () => {
          closed = true;
        },
      };
    },
  });
});

const cookieOf = (datagram: string | undefined): string => datagram?.split(' ', 1)[0] ?? '';
const answer = (cookie: string, body: string): void => events.onDatagram(Buffer.from(`${cookie} ${body}`));

describe('a command', () => {
  it('is a cookie and a dictionary, and gets the answer with its cookie', async () => {
    const first = client.request('ping');
    const second = client.request('query', { 'call-id': 'c' });
    expect(sent[1]).toBe(`${cookieOf(sent[1])} {"call-id":"c","command":"query"}`);
    expect(cookieOf(sent[0])).not.toBe(cookieOf(sent[1]));
    answer(cookieOf(sent[1]), '{"result":"ok","tags":{}}');
    answer(cookieOf(sent[0]), '{"result":"pong"}');
    expect(await first).toEqual({ ok: true, fields: { result: 'pong' } });
    expect(await second).toEqual({ ok: true, fields: { result: 'ok', tags: {} } });
    expect(client.outstanding).toBe(0);
  });

  it('is sent again with the same cookie, and given up in the end', async () => {
    let reply: NgReply | undefined;
    void client.request('offer').then((one) => {
      reply = one;
    });
    const times: number[] = [];
    for (let ms = 0; ms < giveUpAfterMs; ms += 10) {
      await clock.advance(10);
      if (sent.length > times.length + 1) times.push(clock.now());
    }
    expect(times).toEqual([100, 300, 700]);
    expect(new Set(sent).size).toBe(1);
    expect(reply).toEqual({ ok: false, failure: { kind: 'timeout', afterMs: giveUpAfterMs } });
    answer(cookieOf(sent[0]), '{"result":"ok"}');
    expect(client.outstanding).toBe(0);
  });

  it('that nobody listens to fails as such, unless somebody listens again in time', async () => {
    const lost = client.request('ping');
    events.onTrouble('recvmsg ECONNREFUSED');
    await clock.advance(giveUpAfterMs);
    expect(await lost).toEqual({
      ok: false,
      failure: { kind: 'unreachable', reason: 'recvmsg ECONNREFUSED' },
    });
    const late = client.request('ping');
    await clock.advance(700);
    answer(cookieOf(sent.at(-1)), '{"result":"pong"}');
    expect((await late).ok).toBe(true);
  });

  it.each([
    ['{"result":"error","error-reason":"Unknown call-id"}', { kind: 'refused', reason: 'Unknown call-id' }],
    ['{"result":"error"}', { kind: 'refused', reason: 'no reason given' }],
    ['d6:result2:oke', { kind: 'malformed', what: 'd6:result2:oke' }],
    ['[1]', { kind: 'malformed', what: '[1]' }],
    ['null', { kind: 'malformed', what: 'null' }],
  ])('answered with %s fails', async (body, failure) => {
    const reply = client.request('query');
    answer(cookieOf(sent[0]), body);
    expect(await reply).toEqual({ ok: false, failure });
  });

  it('too long for a datagram is not sent', async () => {
    const reply = await client.request('offer', { sdp: 'x'.repeat(70_000) });
    expect(reply).toMatchObject({ ok: false, failure: { kind: 'too-large' } });
    expect(sent).toEqual([]);
  });

  it('beyond those that may wait is not sent', async () => {
    for (let count = 0; count < 4096; count += 1) void client.request('ping');
    expect(await client.request('ping')).toEqual({
      ok: false,
      failure: { kind: 'overloaded', outstanding: 4096 },
    });
    expect(sent).toHaveLength(4096);
  });
});

it('datagrams that answer nothing are let go', () => {
  void client.request('ping');
  for (const text of ['', ' ', 'x', 'unknown {"result":"ok"}', '{}']) events.onDatagram(Buffer.from(text));
  events.onDatagram(Buffer.from([0xff, 0xfe, 0x20, 0x00]));
  expect(client.outstanding).toBe(1);
});

it('closing it ends what waits, and what comes later', async () => {
  const waiting = client.request('ping');
  client.close();
  expect(closed).toBe(true);
  expect(await waiting).toEqual({ ok: false, failure: { kind: 'closed' } });
  expect(await client.request('ping')).toEqual({ ok: false, failure: { kind: 'closed' } });
});

it('every failure has words', () => {
  expect(describeFailure({ kind: 'refused', reason: 'no' })).toBe('rtpengine refused: no');
  expect(describeFailure({ kind: 'too-large', bytes: 70_000 })).toContain('70000 bytes');
});
