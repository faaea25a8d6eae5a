import { describe, expect, it } from 'vitest';
import { notifyHeaders, sipfrag } from '../../../src/engine/notify-message.js';
import { reasonHeader, warningHeader } from '../../../src/engine/reason-headers.js';

describe('the words of a NOTIFY', () => {
  it('are a status line, active until it is final', () => {
    expect(sipfrag(180, null)).toBe('SIP/2.0 180 Ringing\r\n');
    expect(notifyHeaders(null, false)).toMatchObject({
      Event: 'refer',
      'Subscription-State': 'active;expires=300',
    });
    expect(notifyHeaders('7', true)).toMatchObject({
      Event: 'refer;id=7',
      'Subscription-State': 'terminated;reason=noresource',
    });
  });
  it('give the cause of a failure in a header', () => {
    expect(sipfrag(486, 'busy')).toBe('SIP/2.0 486 Busy Here\r\nReason: SIP;cause=486;text="busy"\r\n');
  });
});

describe('reasons', () => {
  it('give a Q.850 cause', () => {
    expect(reasonHeader('ring-timeout').Reason).toBe('Q.850;cause=19;text="No answer in time"');
  });
  it('tell a phone that another one has the call, so that it counts none as missed', () => {
    expect(reasonHeader('answered-elsewhere').Reason).toBe('SIP;cause=200;text="Call completed elsewhere"');
  });
  it('of a refusal are quoted', () => {
    expect(warningHeader('hop-limit', 'moved once "already"\r\nX-Evil: 1')).toEqual({
      Warning: '399 onekey "hop-limit: moved once \\"already\\" X-Evil: 1"',
    });
    expect(warningHeader('closed', null).Warning).toBe('399 onekey "closed"');
  });
});
