import { beforeEach, expect, test } from 'vitest';
import { Guard, isLoopback } from '../../../../src/sip/guard/guard.js';
import { DEFAULT_GUARD, type GuardLimits } from '../../../../src/sip/guard/guard-limits.js';
import { silentLog } from '../../../../src/sip/log.js';
import { Headers } from '../../../../src/sip/message/headers.js';
import { NO_BODY, SipRequest } from '../../../../src/sip/message/message.js';
import { VirtualClock } from '../support/virtual-clock.js';

const STRANGER = '203.0.113.5';
let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock();
});

function guard(limits: Partial<GuardLimits> = {}): Guard {
  return new Guard({
    clock,
    log: silentLog,
    limits: { ...DEFAULT_GUARD, ...limits },
    connectionsPerSource: 3,
    trusted: isLoopback,
  });
}

const refuse = (watched: Guard, host: string, times: number): void => {
  for (let n = 0; n < times; n++) watched.answered(host, 'INVITE', 403);
};

test('a source above its rate is dropped, and served again when it slows down', () => {
  const watched = guard({ messagesPerSecond: 10, burst: 20 });
  const admitted = (): number =>
    Array.from({ length: 25 }, () => watched.admit(STRANGER)).filter(Boolean).length;
  expect(admitted()).toBe(20);
  clock.advance(500);
  expect(admitted()).toBe(5);
  expect(watched.stats()).toMatchObject({ droppedRate: 19, droppedBlocked: 6, blocks: 1, blockedSources: 1 });
  clock.advance(DEFAULT_GUARD.blockMs + 2000);
  expect(watched.admit(STRANGER)).toBe(true);
});

test('answers to what came before the block do not make it longer', () => {
  const watched = guard();
  // A burst of a hundred requests, each of them refused after the tenth refusal has blocked the source.
  refuse(watched, STRANGER, 100);
  expect(watched.stats().blocks).toBe(1);
  clock.advance(DEFAULT_GUARD.blockMs);
  expect(watched.admit(STRANGER)).toBe(true);
});

test('a blocked source gets no answers, until the block is over or it is known', () => {
  const watched = guard();
  expect(watched.mute(STRANGER)).toBe(false);
  refuse(watched, STRANGER, 10);
  expect(watched.mute(STRANGER)).toBe(true);
  expect(watched.mute('203.0.113.6')).toBe(false);
  clock.advance(DEFAULT_GUARD.blockMs);
  expect(watched.mute(STRANGER)).toBe(false);
  refuse(watched, STRANGER, 10);
  watched.vouch(STRANGER);
  expect(watched.mute(STRANGER)).toBe(false);
});

test('ten refusals within a minute block, twice as long each time in a row, up to a day', () => {
  const watched = guard();
  refuse(watched, STRANGER, 9);
  expect(watched.admit(STRANGER)).toBe(true);
  const lengths: number[] = [];
  for (let round = 0; round < 14; round++) {
    refuse(watched, STRANGER, 10);
    expect(watched.admit(STRANGER)).toBe(false);
    let minutes = 0;
    while (!watched.admit(STRANGER)) {
      clock.advance(60_000);
      minutes++;
    }
    lengths.push(minutes);
  }
  expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440, 1440]);
  expect(watched.stats().blocks).toBe(14);
});

test('who stays away for as long as the last block begins anew', () => {
  const watched = guard();
  refuse(watched, STRANGER, 10);
  clock.advance(60_000);
  refuse(watched, STRANGER, 10);
  clock.advance(120_000 + 121_000);
  refuse(watched, STRANGER, 10);
  clock.advance(60_000);
  expect(watched.admit(STRANGER)).toBe(true);
});

test('refusals that are far apart do not add up', () => {
  const watched = guard();
  for (let n = 0; n < 100; n++) {
    refuse(watched, STRANGER, 1);
    clock.advance(7_000);
  }
  expect(watched.admit(STRANGER)).toBe(true);
});

test('a source that is served or called by us is never blocked, and has the greater rate', () => {
  const watched = guard({ messagesPerSecond: 1, burst: 2 });
  watched.answered(STRANGER, 'INVITE', 180);
  refuse(watched, STRANGER, 100);
  for (let n = 0; n < 1000; n++) expect(watched.admit(STRANGER)).toBe(true);
  refuse(watched, '203.0.113.6', 100);
  expect(watched.admit('203.0.113.6')).toBe(false);
  watched.vouch('203.0.113.6');
  expect(watched.admit('203.0.113.6')).toBe(true);
});

test('loopback is trusted', () => {
  const watched = guard({ messagesPerSecond: 1, burst: 1 });
  refuse(watched, '127.0.0.1', 100);
  for (let n = 0; n < 100; n++) expect(watched.admit('127.0.0.1')).toBe(true);
  expect(watched.accept('127.0.0.1', 1000)).toBe(true);
});

test('an OPTIONS that is answered vouches for nobody', () => {
  const watched = guard();
  watched.answered(STRANGER, 'OPTIONS', 200);
  refuse(watched, STRANGER, 10);
  expect(watched.admit(STRANGER)).toBe(false);
});

test.each(['friendly-scanner', 'sipcli/v1.8', 'SIPVicious 0.3'])('%s is dropped at once', (agent) => {
  const watched = guard();
  const request = new SipRequest('OPTIONS', 'sip:x', new Headers().add('User-Agent', agent), NO_BODY);
  expect(watched.inspect(request, STRANGER)).toBe(false);
  expect(watched.admit(STRANGER)).toBe(false);
  expect(watched.accept(STRANGER, 0)).toBe(false);
  const phone = new SipRequest('OPTIONS', 'sip:x', new Headers().add('User-Agent', 'Linphone'), NO_BODY);
  expect(watched.inspect(phone, '203.0.113.9')).toBe(true);
});

test('one address has so many connections and no more', () => {
  const watched = guard();
  expect([0, 1, 2, 3].map((open) => watched.accept(STRANGER, open))).toEqual([true, true, true, false]);
  expect(watched.stats().refusedConnections).toBe(1);
});

test('the tables keep their size whatever comes', () => {
  const watched = guard({ sources: 100 });
  for (let n = 0; n < 10_000; n++) {
    const host = `203.0.${n >> 8}.${n & 255}`;
    watched.admit(host);
    refuse(watched, host, 10);
  }
  expect(watched.stats().blockedSources).toBe(100);
});
