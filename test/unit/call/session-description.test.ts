import { describe, expect, it } from 'vitest';
import { answerOnHold, stillServes, twoWay } from '../../../src/call/session-description.js';

function sdp(options: {
  port?: number;
  address?: string;
  codecs?: string;
  lines?: string[];
  version?: number;
}): string {
  const { port = 4000, address = '10.0.0.1', codecs = '8 0', lines = [], version = 1 } = options;
  return [
    'v=0',
    `o=- 7 ${version} IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${codecs}`,
    ...lines,
    '',
  ].join('\r\n');
}

describe('stillServes', () => {
  it('ignores origin, version and unknown lines', () => {
    expect(stillServes(sdp({}), sdp({ version: 9, lines: ['a=ptime:20', 'a=x-unknown:1'] }), null)).toBe(
      true,
    );
  });
  it.each([
    ['port', sdp({ port: 4002 })],
    ['address', sdp({ address: '10.0.0.2' })],
    ['direction', sdp({ lines: ['a=sendonly'] })],
    ['keys', sdp({ lines: ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc'] })],
    ['number of media', `${sdp({})}m=video 5000 RTP/AVP 96\r\n`],
  ])('sees another %s', (_, now) => {
    expect(stillServes(sdp({}), now, null)).toBe(false);
  });
  it('sees that a codec which the party may send is no longer taken', () => {
    const own = sdp({ codecs: '8 0' });
    expect(stillServes(sdp({ codecs: '8 0' }), sdp({ codecs: '0' }), own)).toBe(false);
    expect(stillServes(sdp({ codecs: '8 0' }), sdp({ codecs: '0' }), sdp({ codecs: '0' }))).toBe(true);
  });
  it('compares codecs by name where the payload number is dynamic', () => {
    const opus = (n: number) => sdp({ codecs: `${n}`, lines: [`a=rtpmap:${n} opus/48000/2`] });
    expect(stillServes(opus(96), opus(96), opus(96))).toBe(true);
    const speex = sdp({ codecs: '96', lines: ['a=rtpmap:96 speex/16000'] });
    expect(stillServes(speex, speex.replace('t=0 0', 't=0 1'), opus(96))).toBe(false);
  });
  it('does not need telephone events on both sides', () => {
    const withKeys = sdp({ codecs: '8 101', lines: ['a=rtpmap:101 telephone-event/8000'] });
    expect(stillServes(withKeys, sdp({ codecs: '8' }), withKeys)).toBe(true);
  });
});

describe('twoWay', () => {
  it.each(['sendonly', 'recvonly', 'inactive'])('turns %s into sendrecv and leaves the rest', (direction) => {
    const held = sdp({ lines: [`a=${direction}`, 'a=ptime:20'] });
    expect(twoWay(held)).toBe(sdp({ lines: ['a=sendrecv', 'a=ptime:20'] }));
  });
});

describe('answerOnHold', () => {
  it('answers every media line, keeps our address and port, and stops the media', () => {
    const known = sdp({ port: 6000, address: '10.0.0.9' });
    const offer = `${sdp({ codecs: '8 101', lines: ['a=rtpmap:101 telephone-event/8000', 'a=sendrecv'] })}m=video 0 RTP/AVP 96\r\n`;
    const answer = answerOnHold(offer, known);
    expect(answer).toContain('m=audio 6000 RTP/AVP 8 101\r\nc=IN IP4 10.0.0.9\r\na=inactive\r\n');
    expect(answer).toContain('a=rtpmap:101 telephone-event/8000');
    expect(answer).toContain('m=video 0 RTP/AVP 96\r\n');
    expect(answer).not.toContain('a=sendrecv');
    expect(answer.startsWith('v=0\r\n')).toBe(true);
  });
});
