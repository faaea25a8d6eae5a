import { describe, expect, it } from 'vitest';
import {
  agreedFormats,
  firstCodec,
  forBrowser,
  parkingDescription,
  readDescription,
  withRefusedMedia,
} from '../../../../src/media/rtpengine/audio-description.js';
import {
  answerDirection,
  codecNames,
  cutSdp,
  directionOf,
  joinSdp,
} from '../../../../src/media/rtpengine/sdp-sections.js';
import { samePlace, tell } from '../../../../src/media/rtpengine/told-description.js';
import { sdpOf } from './fake-engine.js';

function read(sdp: string) {
  const found = readDescription(sdp);
  if (!found.ok) throw new Error(found.fault.kind);
  return found.description;
}

const browser = [
  'v=0',
  'o=- 46 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=msid-semantic: WMS x',
  'm=video 50001 UDP/TLS/RTP/SAVPF 96',
  'c=IN IP4 192.0.2.4',
  'a=mid:0',
  'm=audio 50000 UDP/TLS/RTP/SAVPF 111 8',
  'c=IN IP6 2001:db8::4',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:8 PCMA/8000',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
  'a=mid:1',
  'a=rtcp-mux',
  'a=ssrc:1 cname:x',
  'a=x-own:kept',
  '',
].join('\r\n');

describe('what a party says', () => {
  it('is cut to its audio, the kind of transport known', () => {
    const description = read(browser);
    expect(description).toMatchObject({ profile: 'webrtc', family: 'IP6', audioAt: 1 });
    expect(description.audio.media).toHaveLength(1);
    expect(description.audio.session.join()).not.toContain('BUNDLE');
    expect(read(sdpOf('192.0.2.1', 4000))).toMatchObject({ profile: 'rtp', family: 'IP4', audioAt: 0 });
    expect(read(sdpOf('192.0.2.1', 4000).replace('RTP/AVP', 'RTP/SAVP')).profile).toBe('srtp');
  });

  it.each([
    ['', 'no-description'],
    ['v=1\r\nm=audio 4 RTP/AVP 8', 'no-description'],
    [`v=0\r\n${'a=x\r\n'.repeat(9000)}`, 'no-description'],
    ['v=0\r\nm=video 4 RTP/AVP 96\r\n', 'no-audio'],
    ['v=0\r\nm=audio 0 RTP/AVP 8\r\n', 'no-audio'],
    ['v=0\r\nm=audio x RTP/AVP 8\r\n', 'no-audio'],
    ['v=0\r\nm=audio\r\n', 'no-audio'],
  ])('is refused when it is %j', (sdp, kind) => {
    expect(readDescription(sdp)).toMatchObject({ ok: false, fault: { kind } });
  });

  it('has its other media refused in the answer, in their places', () => {
    const offer = read(`${sdpOf('192.0.2.1', 4000)}m=image 4002 udptl t38\r\nm=odd x\r\n`);
    const answer = joinSdp(withRefusedMedia(cutSdp(sdpOf('192.0.2.9', 30_000)), offer));
    expect(answer).toMatch(/m=audio 30000 [\s\S]*m=image 0 udptl t38\r\nm=odd x\r\n$/);
    const first = joinSdp(withRefusedMedia(cutSdp(sdpOf('192.0.2.9', 30_000)), read(browser)));
    expect(first.indexOf('m=video 0 UDP/TLS/RTP/SAVPF 96')).toBeLessThan(first.indexOf('m=audio 30000'));
  });
});

describe('a parking place', () => {
  it('says the codecs and own lines of the model, and nothing of its transport', () => {
    const parked = joinSdp(parkingDescription(read(browser).audio, '127.0.0.1'));
    expect(parked).toContain('m=audio 9 RTP/AVP 111 8\r\n');
    expect(parked).toContain('a=fmtp:111 minptime=10;useinbandfec=1');
    expect(parked).toContain('a=x-own:kept');
    expect(parked).not.toMatch(/a=(ice|fingerprint|setup|mid|rtcp-mux|ssrc|msid)|2001:db8/);
    expect(parked).toContain('a=sendrecv');
    expect(joinSdp(parkingDescription(read(browser).audio, '::1'))).toContain('c=IN IP6 ::1');
  });
});

describe('a browser', () => {
  const chromium = browser
    .replace('UDP/TLS/RTP/SAVPF 111 8', 'UDP/TLS/RTP/SAVPF 111 63 8 13 110 126')
    .replace(
      'a=rtpmap:8 ',
      'a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:110 telephone-event/48000\r\n' +
        'a=rtpmap:126 telephone-event/8000\r\na=rtpmap:13 CN/8000\r\na=extmap:4 urn:x\r\n' +
        'a=msid:x y\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:8 ',
    );

  it('comes before other parties without what only browsers know', () => {
    const text = joinSdp(read(chromium).audio);
    expect(text).toContain('m=audio 50000 UDP/TLS/RTP/SAVPF 111 8 13 110 126\r\n');
    expect(text).not.toMatch(/red|:63 |extmap|msid|ssrc|rtcp-fb/);
    expect(text).toContain('a=fingerprint:sha-256 AA:BB');
    expect(text).toContain('a=x-own:kept');
  });

  it('is told that the engine begins DTLS, and the name that it has for its audio', () => {
    const offer = cutSdp('v=0\r\nm=audio 4 UDP/TLS/RTP/SAVPF 8\r\na=mid:1\r\na=setup:actpass\r\n');
    expect(joinSdp(forBrowser(offer, '0'))).toContain('a=mid:0\r\na=setup:active\r\n');
    const answer = cutSdp('v=0\r\nm=audio 4 UDP/TLS/RTP/SAVPF 8\r\na=mid:1\r\na=setup:passive\r\n');
    expect(joinSdp(forBrowser(answer, null))).toContain('a=mid:1\r\na=setup:passive\r\n');
  });

  it('that agreed to several codecs goes on with the first, beside keys and comfort noise', () => {
    const text = joinSdp(firstCodec(read(chromium).audio));
    expect(text).toContain('m=audio 50000 UDP/TLS/RTP/SAVPF 111 13 110 126\r\n');
    expect(text).not.toMatch(/:8 /);
    const plain = cutSdp('v=0\r\nm=audio 4 RTP/AVP 101 8 0\r\na=rtpmap:101 telephone-event/8000\r\n');
    expect(firstCodec(plain).media[0]?.[0]).toBe('m=audio 4 RTP/AVP 101 8');
    expect(firstCodec(cutSdp('v=0\r\nm=audio 4 RTP/AVP 8\r\n')).media).toEqual([['m=audio 4 RTP/AVP 8']]);
  });
});

describe('formats that were not answered', () => {
  it('are gone from an offer, with their lines', () => {
    const offer = read(browser).audio;
    const answered = cutSdp('v=0\r\nm=audio 4 RTP/AVP 8\r\n');
    const text = joinSdp(agreedFormats(offer, answered));
    expect(text).toContain('m=audio 50000 UDP/TLS/RTP/SAVPF 8\r\n');
    expect(text).not.toContain(':111 ');
    expect(agreedFormats(offer, cutSdp('v=0\r\nm=audio 4 RTP/AVP 0\r\n'))).toBe(offer);
  });
});

describe('direction', () => {
  it.each([
    ['sendrecv', 'sendrecv', 'sendrecv'],
    ['sendonly', 'sendrecv', 'recvonly'],
    ['recvonly', 'sendrecv', 'sendonly'],
    ['inactive', 'sendrecv', 'inactive'],
    ['sendrecv', 'sendonly', 'sendonly'],
    ['sendonly', 'sendonly', 'inactive'],
    ['recvonly', 'recvonly', 'inactive'],
    ['sendrecv', 'inactive', 'inactive'],
  ] as const)('%s is answered by somebody who is %s with %s', (offered, own, answer) => {
    expect(answerDirection(offered, own)).toBe(answer);
  });

  it('is of the media before the session, and none to 0.0.0.0', () => {
    expect(directionOf(cutSdp('v=0\na=sendonly\nm=audio 4 RTP/AVP 8\n'))).toBe('sendonly');
    expect(directionOf(cutSdp('v=0\na=sendonly\nm=audio 4 RTP/AVP 8\na=recvonly\n'))).toBe('recvonly');
    expect(directionOf(cutSdp('v=0\nc=IN IP4 0.0.0.0\nm=audio 4 RTP/AVP 8\n'))).toBe('sendonly');
    expect(directionOf(cutSdp('v=0\nm=audio 4 RTP/AVP 8\nc=IN IP4 0.0.0.0\na=recvonly\n'))).toBe('inactive');
  });
});

it('codecs have their names, also those with fixed numbers', () => {
  expect(codecNames(cutSdp(browser))).toEqual(['OPUS', 'PCMA']);
  expect(
    codecNames(cutSdp('v=0\nm=audio 4 RTP/AVP 0 8 13 101\na=rtpmap:101 telephone-event/8000\n')),
  ).toEqual(['PCMU', 'PCMA']);
});

describe('what a leg is told', () => {
  it('has one origin, whose version grows only with a change', () => {
    const ids = [5, 6];
    const newId = () => ids.shift() ?? 0;
    const first = tell(null, cutSdp(sdpOf('192.0.2.9', 30_000)), newId);
    expect(first.sdp).toContain('o=onekey 5 1 IN IP4 192.0.2.9\r\ns=-\r\nc=');
    const again = tell(first, cutSdp(sdpOf('192.0.2.9', 30_000).replace('o=x 1 1', 'o=y 9 9')), newId);
    expect(again).toEqual(first);
    const moved = tell(first, cutSdp(sdpOf('192.0.2.9', 30_002)), newId);
    expect(moved).toMatchObject({ sessionId: 5, version: 2 });
    expect(moved.sdp).toContain('o=onekey 5 2 ');
  });

  it('is the same place as long as address, port and keys are', () => {
    const told = sdpOf('192.0.2.9', 30_000);
    expect(
      samePlace(told, cutSdp(told.replace('RTP/AVP 8 101', 'RTP/AVP 8').replace('o=x 1', 'o=x 2'))),
    ).toBe(true);
    expect(samePlace(told, cutSdp(sdpOf('192.0.2.9', 30_002)))).toBe(false);
    expect(samePlace(told, cutSdp(sdpOf('192.0.2.8', 30_000)))).toBe(false);
    expect(samePlace(told, cutSdp(`${told}a=ice-ufrag:x\r\n`))).toBe(false);
  });
});
