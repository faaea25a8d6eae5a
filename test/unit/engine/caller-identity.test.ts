import { describe, expect, it } from 'vitest';
import { callerIdentity } from '../../../src/engine/caller-identity.js';
import { aContext, aNaming } from './a-context.js';

const NUMBER = '<sip:+8613800000000@localhost>';
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';
const withPrivacy = (privacy: string, more = {}) =>
  aContext({ carried: { headers: { Privacy: privacy }, bodies: [] }, ...more });

describe('callerIdentity', () => {
  it('lets no header be injected by a name or a number', () => {
    const context = aContext({ callerNumber: '1>\r\nX-Evil: 1', callerName: 'a"\r\nX-Evil: 1\\' });
    const { From } = callerIdentity(context, aNaming({ formatNumber: (n) => n }));
    expect(From).toBe('"a\\" X-Evil: 1\\\\" <sip:1%3E%0D%0AX-Evil%3A%201@localhost>');
  });
  it('keeps an unknown caller anonymous', () => {
    expect(callerIdentity(aContext({ callerNumber: null }), aNaming())).toEqual({ From: ANONYMOUS });
  });
  it.each(['id', 'user;id', 'header ; id ; critical', 'ID'])(
    'tells members, not their users, with Privacy: %s',
    (p) => {
      expect(callerIdentity(withPrivacy(p), aNaming())).toEqual({
        From: ANONYMOUS,
        'P-Asserted-Identity': NUMBER,
        Privacy: p,
      });
    },
  );
  it.each(['user', 'header'])('adds `id` to Privacy: %s, or the PBX might show the asserted number', (p) => {
    expect(callerIdentity(withPrivacy(p), aNaming()).Privacy).toBe(`id;${p}`);
  });
  it.each(['id', 'user', 'header'])('tells nobody outside the trust domain with Privacy: %s', (p) => {
    expect(callerIdentity(withPrivacy(p), aNaming({ trusted: false }))).toEqual({ From: ANONYMOUS });
  });
  it.each(['none', 'session'])('hides nothing with Privacy: %s', (p) => {
    expect(callerIdentity(withPrivacy(p), aNaming())).toEqual({
      From: NUMBER,
      'P-Asserted-Identity': NUMBER,
      Privacy: p,
    });
  });
  it.each([true, false])(
    'gives an emergency member the number in the open (trusted trunk: %s)',
    (trusted) => {
      expect(callerIdentity(withPrivacy('id;user', { emergency: true }), aNaming({ trusted }))).toEqual({
        From: NUMBER,
        'P-Asserted-Identity': NUMBER,
      });
    },
  );
});
