import { expect, it } from 'vitest';
import { profileOf } from '../../../src/engine/media-profile.js';

it.each([
  ['sip:8001@192.0.2.1:5060', 'rtp', undefined],
  ['sip:8001@192.0.2.1:5060;transport=tcp', 'rtp', undefined],
  ['sip:8001@192.0.2.1:5060', 'webrtc', 'webrtc'],
  ['sip:x7k2@y3.invalid;transport=ws', 'rtp', 'webrtc'],
  ['sip:x7k2@y3.invalid;transport=WSS;ob', 'rtp', 'webrtc'],
  ['sip:x7k2@y3.invalid;transport=wsx', 'rtp', undefined],
] as const)('%s on a trunk with media %s is offered %s', (uri, media, profile) => {
  expect(profileOf(uri, { media })).toBe(profile);
});

it('a way that is in no dial plan is judged by its address', () => {
  expect(profileOf('sip:x7k2@y3.invalid;transport=wss', undefined)).toBe('webrtc');
  expect(profileOf('sip:8001@192.0.2.1', undefined)).toBeUndefined();
});
