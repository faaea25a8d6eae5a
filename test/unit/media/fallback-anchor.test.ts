import { beforeEach, expect, it } from 'vitest';
import type { MediaAnchor } from '../../../src/media/anchor.js';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';
import { FallbackAnchor } from '../../../src/media/fallback-anchor.js';
import { silentLog } from '../../../src/media/log.js';

const sdp =
  'v=0\r\no=x 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
let up: boolean;
let anchor: FallbackAnchor;
let done: string[];

/** Media servers that note what is asked of them. */
const anchored: MediaAnchor = {
  kind: 'rtpengine',
  can: { holdPrompts: true, keysFromRtp: true, recording: false, webrtc: true, conference: false },
  moves: null,
  recording: null,
  monitoring: null,
  takesCalls: () => up,
  begin: () => (up ? 'anchored' : null),
  kept: (callId) => ({ engine: callId }),
  wayOf: () => 'anchored',
  resume: async (callId) => {
    done.push(`${callId} resumed`);
    return true;
  },
  describe: ({ callId, to }) => `${callId} ${to} anchored`,
  callsJoined: (from, to) => done.push(`${from} joined ${to}`),
  legEnded: () => undefined,
  callEnded: (callId) => done.push(`${callId} ended`),
};

beforeEach(() => {
  up = true;
  done = [];
  anchor = new FallbackAnchor(anchored, new DirectAnchor(() => 2), silentLog);
});

const told = (callId: string) => anchor.describe({ callId, from: 'x', to: 'y', sdp });

it('a call that begins while no media server answers is direct to its end, later ones are anchored', () => {
  up = false;
  expect(anchor.takesCalls()).toBe(true);
  expect(anchor.begin('one')).toBe('direct');
  up = true;
  expect(anchor.begin('two')).toBe('anchored');
  expect(told('one')).toContain('c=IN IP4 192.0.2.1');
  expect(told('two')).toBe('two y anchored');
  up = false;
  expect(told('two')).toBe('two y anchored');
  anchor.callEnded('one');
  expect(told('one')).toBe('one y anchored');
  expect(done).toEqual([]);
});

it('a call that becomes part of one of the other kind is forgotten by its own', () => {
  anchor.begin('anchored');
  anchor.begin('second');
  up = false;
  anchor.begin('direct');
  anchor.callsJoined('direct', 'anchored');
  expect(told('direct')).toBe('direct y anchored');
  anchor.callsJoined('second', 'anchored');
  expect(done).toEqual(['second joined anchored']);
  anchor.begin('late');
  anchor.callsJoined('anchored', 'late');
  expect(done.at(-1)).toBe('anchored ended');
});

it('a call of before a restart goes on in its own way', async () => {
  up = false;
  anchor.begin('direct');
  told('direct');
  const kept = [anchor.kept('direct'), anchor.kept('anchored')];
  const next = new FallbackAnchor(anchored, new DirectAnchor(() => 3), silentLog);
  expect(kept.map((one) => next.wayOf(one))).toEqual(['direct', 'anchored']);
  expect(await next.resume('direct', kept[0])).toBe(true);
  expect(await next.resume('anchored', kept[1])).toBe(true);
  expect(done).toEqual(['anchored resumed']);
  expect(next.describe({ callId: 'direct', from: 'x', to: 'y', sdp })).toContain('o=onekey 2 2 ');
});
