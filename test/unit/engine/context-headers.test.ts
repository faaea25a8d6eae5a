import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../../src/call/command.js';
import { contextHeaders, notifyHeaders, reasonHeader, sipfrag } from '../../../src/engine/context-headers.js';

const plain: CallContext = {
  callerNumber: '13800000000',
  callerName: null,
  firstDialled: '12345',
  calledNumber: '12345',
  divertedFrom: null,
  diversion: null,
  transferId: null,
  referredBy: null,
  emergency: false,
};
const naming = { ownHost: '10.0.0.1:5060', formatNumber: (n: string) => `+86${n}` };

describe('contextHeaders', () => {
  it('asserts the caller in the format of the trunk and names the first-called number', () => {
    expect(contextHeaders(plain, naming)).toEqual({
      From: '<sip:+8613800000000@localhost>',
      'P-Asserted-Identity': '<sip:+8613800000000@localhost>',
      'History-Info': '<sip:12345@10.0.0.1:5060>;index=1',
    });
  });
  it('tells the target of a transfer where the call comes from', () => {
    const transferred: CallContext = {
      ...plain,
      calledNumber: '110',
      divertedFrom: '12345',
      diversion: 'deflection',
      transferId: 'abc-t1',
      emergency: true,
    };
    const headers = contextHeaders(transferred, naming);
    expect(headers['History-Info']).toBe(
      '<sip:12345@10.0.0.1:5060>;index=1, <sip:110@10.0.0.1:5060>;index=1.1;mp=1',
    );
    expect(headers.Diversion).toBe('<sip:12345@10.0.0.1:5060>;reason=deflection;counter=1');
    expect(headers['Referred-By']).toBe('<sip:12345@10.0.0.1:5060>');
    const [hex = '', encoding] = (headers['User-to-User'] ?? '').split(';');
    expect(Buffer.from(hex, 'hex').toString()).toBe('abc-t1');
    expect(encoding).toBe('encoding=hex');
    expect(headers['Resource-Priority']).toBe('esnet.1');
  });
  it('passes Referred-By on as the transferor wrote it', () => {
    const headers = contextHeaders({ ...plain, transferId: 't', referredBy: '<sip:desk7@pbx>' }, naming);
    expect(headers['Referred-By']).toBe('<sip:desk7@pbx>');
  });
  it('lets no header be injected by a name or a number', () => {
    const headers = contextHeaders(
      { ...plain, callerNumber: '1>\r\nX-Evil: 1', callerName: 'a"\r\nX-Evil: 1\\' },
      { ...naming, formatNumber: (n) => n },
    );
    expect(headers.From).not.toMatch(/[\r\n]/);
    expect(headers.From).toBe('"a\\" X-Evil: 1\\\\" <sip:1%3E%0D%0AX-Evil%3A%201@localhost>');
  });
  it('keeps an unknown caller anonymous', () => {
    const headers = contextHeaders({ ...plain, callerNumber: null }, naming);
    expect(headers.From).toBe('"Anonymous" <sip:anonymous@anonymous.invalid>');
    expect(headers['P-Asserted-Identity']).toBeUndefined();
  });
});

describe('the words of a NOTIFY and a Reason', () => {
  it('is a status line, active until it is final', () => {
    expect(sipfrag(486)).toBe('SIP/2.0 486 Busy Here\r\n');
    expect(notifyHeaders(null, false)).toMatchObject({
      Event: 'refer',
      'Subscription-State': 'active;expires=300',
    });
    expect(notifyHeaders('7', true)).toMatchObject({
      Event: 'refer;id=7',
      'Subscription-State': 'terminated;reason=noresource',
    });
  });
  it('gives a Q.850 cause', () => {
    expect(reasonHeader('ring-timeout').Reason).toBe('Q.850;cause=19;text="No answer in time"');
  });
});
