import { expect, it } from 'vitest';
import { lacksAudio } from '../../../src/media/lacks-audio.js';

const head = 'v=0\r\no=x 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n';

it.each([
  ['m=audio 4000 RTP/AVP 8', false],
  ['m=video 4002 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 8', false],
  ['m=video 4002 RTP/AVP 96', true],
  ['m=image 4002 udptl t38', true],
  ['m=audio 0 RTP/AVP 8\r\nm=image 4002 udptl t38', true],
  ['a=no media at all', false],
])('%j lacks audio: %s', (media, lacks) => {
  expect(lacksAudio(`${head}${media}\r\n`)).toBe(lacks);
});
