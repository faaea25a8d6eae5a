import { describe, expect, it } from 'vitest';
import { partnerIn } from '../../../src/engine/partner-in.js';

const offer = { type: 'offer', leg: 'c-1', method: 'INVITE', sdp: 'v=0' } as const;
const respond = { type: 'respond', leg: 'c-1', request: 'r', status: 200, reason: null, code: null } as const;

describe('partnerIn', () => {
  it('is whose description a leg is told, and nobody on hold', () => {
    expect(partnerIn({ ...offer, from: 'c-3' })).toEqual({ leg: 'c-1', partner: 'c-3' });
    expect(partnerIn({ ...offer, from: null })).toEqual({ leg: 'c-1', partner: null });
    expect(partnerIn({ type: 'answer', leg: 'c-1', sdp: 'v=0', from: 'c-2' })).toEqual({
      leg: 'c-1',
      partner: 'c-2',
    });
  });
  it('is left as it was by responses and ACKs without a description', () => {
    expect(partnerIn({ ...respond, sdp: null, from: null })).toBeNull();
    expect(partnerIn({ ...respond, sdp: 'v=0', from: 'c-2' })).toEqual({ leg: 'c-1', partner: 'c-2' });
    expect(partnerIn({ type: 'ack', leg: 'c-1', sdp: null, from: null })).toBeNull();
    expect(partnerIn({ type: 'bye', leg: 'c-1', cause: 'transferred' })).toBeNull();
  });
});
