import { expect, it } from 'vitest';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';

const agent =
  'v=0\r\no=agent 1 5 IN IP4 10.0.0.2\r\ns=call\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
const target = 'v=0\no=target 9 1 IN IP4 10.0.0.3\ns=x\nc=IN IP4 10.0.0.3\nt=0 0\nm=audio 5000 RTP/AVP 8\n';

it('shows each leg one session whose version grows when its peer changes', () => {
  const anchor = new DirectAnchor(() => 77);
  const to = (sdp: string) => anchor.describe({ callId: 'c', from: 'x', to: 'caller', sdp });
  expect(to(agent)).toBe(
    'v=0\r\no=onekey 77 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n',
  );
  expect(to(agent.replace(' 5 IN', ' 6 IN'))).toContain('o=onekey 77 1 ');
  expect(to(target)).toBe(
    'v=0\r\no=onekey 77 2 IN IP4 10.0.0.3\r\ns=-\r\nc=IN IP4 10.0.0.3\r\nt=0 0\r\nm=audio 5000 RTP/AVP 8\r\n',
  );
});

it('keeps legs and calls apart, and forgets them', () => {
  let next = 1;
  const anchor = new DirectAnchor(() => next++);
  const origin = (callId: string, to: string) =>
    anchor.describe({ callId, from: 'x', to, sdp: agent }).split('\r\n')[1]?.split(' ')[1];
  expect([origin('c', 'a'), origin('c', 'b'), origin('d', 'a'), origin('c', 'a')]).toEqual([
    '1',
    '2',
    '3',
    '1',
  ]);
  anchor.legEnded('c', 'a');
  expect(origin('c', 'a')).toBe('4');
  anchor.callEnded('d');
  expect(origin('d', 'a')).toBe('5');
});
