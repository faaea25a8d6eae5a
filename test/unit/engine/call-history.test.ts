import { describe, expect, it } from 'vitest';
import { callHistory } from '../../../src/engine/call-history.js';
import { aContext, aNaming } from './a-context.js';

const history = (more: Parameters<typeof aContext>[0], naming = aNaming()) =>
  (callHistory(aContext(more), naming)['History-Info'] ?? '')
    .split(', ')
    .map((entry) => decodeURIComponent(entry));
const MOVED = '?Reason=SIP;cause=302;text="Transferred"';

describe('callHistory', () => {
  it('tells every member on the way, each with the reason why the call left it', () => {
    const way = {
      visited: ['12345', '12355'],
      divertedFrom: '12355',
      diversion: 'deflection',
      calledNumber: '110',
    } as const;
    expect(history(way)).toEqual([
      `<sip:12345@10.0.0.1:5060${MOVED}>;index=1`,
      `<sip:12355@10.0.0.1:5060${MOVED}>;index=1.1;mp=1`,
      '<sip:110@10.0.0.1:5060>;index=1.1.1;mp=1.1',
    ]);
    expect(callHistory(aContext(way), aNaming()).Diversion).toBe(
      '<sip:12355@10.0.0.1:5060>;reason=deflection;counter=2',
    );
  });
  it.each([
    ['user-busy', 'SIP;cause=486;text="Busy"'],
    ['no-answer', 'SIP;cause=408;text="No answer"'],
    ['unavailable', 'SIP;cause=503;text="Unavailable"'],
  ] as const)('tells that the first one was left for %s', (diversion, reason) => {
    const [first] = history({ divertedFrom: '12345', diversion, calledNumber: '12333' });
    expect(first).toBe(`<sip:12345@10.0.0.1:5060?Reason=${reason}>;index=1`);
  });
  it('escapes the reason as a URI asks', () => {
    const headers = callHistory(aContext({ visited: ['12345'], calledNumber: '110' }), aNaming());
    expect(headers['History-Info']).toContain('?Reason=SIP%3Bcause%3D302%3Btext%3D%22Transferred%22>');
    expect(headers.Diversion).toBeUndefined();
  });
  it('tells a way back', () => {
    const way = {
      visited: ['12345', '110'],
      divertedFrom: '110',
      diversion: 'deflection',
      calledNumber: '12345',
    } as const;
    expect(history(way).map((entry) => entry.replace(/^<sip:(\d+).*index=/, '$1 '))).toEqual([
      '12345 1',
      '110 1.1;mp=1',
      '12345 1.1.1;mp=1.1',
    ]);
  });
  it('stays short however often a call is passed to and fro, and counts all of it', () => {
    const visited = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? '12345' : '110'));
    const way = { visited, divertedFrom: '110', diversion: 'deflection', calledNumber: '12345' } as const;
    expect(history(way)).toHaveLength(10);
    expect(callHistory(aContext(way), aNaming()).Diversion).toMatch(/;counter=40$/);
  });

  describe("the carrier's entries", () => {
    const of = (value: string) => ({ carried: { headers: { 'History-Info': value }, bodies: [] } });
    const brought =
      '<sip:+862212340000@carrier?Reason=SIP%3Bcause%3D302>;index=1,<sip:12345@carrier>;index=1.1';
    it('stay, and ours follow below', () => {
      expect(history({ ...of(brought), visited: ['12345'], calledNumber: '110' })).toEqual([
        '<sip:+862212340000@carrier?Reason=SIP;cause=302>;index=1',
        '<sip:12345@carrier>;index=1.1',
        '<sip:110@10.0.0.1:5060>;index=1.1.1;mp=1.1',
      ]);
    });
    it('are followed by the number first called when the last is another', () => {
      expect(history(of('<sip:a@b>;index=1'))).toEqual([
        '<sip:a@b>;index=1',
        '<sip:12345@10.0.0.1:5060>;index=1.1',
      ]);
    });
    it('do not go to other carriers', () => {
      expect(history(of(brought), aNaming({ trusted: false }))).toEqual([
        '<sip:12345@10.0.0.1:5060>;index=1',
      ]);
    });
    it.each([
      '<sip:a@b>',
      '<sip:a@b>;index=x',
      '<sip:a@b>;index=1.',
      Array(11).fill('<sip:a@b>;index=1').join(','),
    ])('are left out when they make no sense: %s', (value) => {
      expect(history(of(value))).toEqual(['<sip:12345@10.0.0.1:5060>;index=1']);
    });
  });
});
