import { describe, expect, it } from 'vitest';
import type { Call, Leg } from '../../../src/call/call.js';
import { locateCall } from '../../../src/engine/locate-call.js';
import type { PartyQuery } from '../../../src/engine/operations.js';
import { call, callerLeg, leg, transfer } from './call-values.js';

/** A call whose agent is this leg. */
function withAgent(id: string, changes: Partial<Leg>, rest: Partial<Call> = {}): Call {
  const legs = { [`${id}-1`]: callerLeg(`${id}-1`), [`${id}-2`]: leg(`${id}-2`, changes) };
  return call(id, { legs, ...rest });
}

/** Call and leg that were found, or the refusal's code and calls. */
function locate(calls: readonly Call[], party: PartyQuery, purpose: 'transfer' | 'control' = 'transfer') {
  const result = locateCall(calls, party, purpose);
  if (result.ok) return [result.value.callId, result.value.transferorLeg];
  return [result.refusal.code, ...(result.refusal.calls ?? [])];
}

const CALLS = [
  withAgent('a', { agent: '8017' }),
  withAgent('b', { agent: '8018' }),
  withAgent('c', { agent: null, numberCalled: '8020', member: 'police' }),
];

describe('locateCall', () => {
  it('finds a call by the Call-ID of any of its legs', () => {
    expect(locate(CALLS, { by: 'sipCallId', value: 'b-2@onekey' })).toEqual(['b', 'b-2']);
    // The caller may not transfer: the agent is whoever talks with them.
    expect(locate(CALLS, { by: 'sipCallId', value: 'b-1@onekey' })).toEqual(['b', null]);
    expect(locate(CALLS, { by: 'sipCallId', value: 'b-2@onekey', member: 'police' })).toEqual([
      'unknown-call',
    ]);
    expect(locate(CALLS, { by: 'sipCallId', value: 'x' })).toEqual(['unknown-call']);
  });

  it('finds an agent by what its PBX calls it', () => {
    expect(locate(CALLS, { by: 'agent', value: '8018' })).toEqual(['b', 'b-2']);
    expect(locate(CALLS, { by: 'agent', value: '8018', member: 'city' })).toEqual(['b', 'b-2']);
    expect(locate(CALLS, { by: 'agent', value: '8018', member: 'police' })).toEqual(['unknown-call']);
    expect(locate(CALLS, { by: 'agent', value: '8020' })).toEqual(['unknown-call']);
  });

  it('finds an extension by the agent’s, else by the number that we called', () => {
    expect(locate(CALLS, { by: 'extension', value: '8017' })).toEqual(['a', 'a-2']);
    expect(locate(CALLS, { by: 'extension', value: '8020' })).toEqual(['c', 'c-2']);
    const queue = [
      withAgent('d', { agent: '8001', numberCalled: '8000' }),
      withAgent('e', { agent: '8002' }),
    ];
    // 8001 is the queue that leg e-2 was called at, and the desk that leg d-2 is: the desk is meant.
    expect(locate(queue, { by: 'extension', value: '8001' })).toEqual(['d', 'd-2']);
  });

  it('takes a caller’s dialled number for no extension', () => {
    expect(locate(CALLS, { by: 'extension', value: '12345' })).toEqual(['unknown-call']);
  });

  it('finds the agent who is the caller', () => {
    const agent = callerLeg('f-1', { member: 'police', agent: '9003', mayTransfer: true });
    const calling = call('f', { legs: { 'f-1': agent, 'f-2': leg('f-2') } });
    expect(locate([calling], { by: 'agent', value: '9003', member: 'police' })).toEqual(['f', 'f-1']);
  });

  it('names the calls when several fit', () => {
    expect(locate(CALLS, { by: 'extension', value: '8001' })).toEqual(['ambiguous', 'a', 'b']);
    const many = Array.from({ length: 30 }, (_, n) => withAgent(`m${n}`, {}));
    const result = locateCall(many, { by: 'agent', value: '8017' }, 'transfer');
    expect(result).toMatchObject({
      ok: false,
      refusal: { message: expect.stringContaining('30 live calls') },
    });
    expect(!result.ok && result.refusal.calls).toHaveLength(20);
  });

  it.each(['trying', 'ringing', 'leaving', 'ended'] as const)('passes over a desk that is %s', (state) => {
    const calls = [withAgent('a', { state }), withAgent('g', {})];
    expect(locate(calls, { by: 'agent', value: '8017' })).toEqual(['g', 'g-2']);
    expect(locate([withAgent('a', { state })], { by: 'agent', value: '8017' })).toEqual(['unknown-call']);
  });

  it('means the call under transfer when one is to be controlled', () => {
    const phase = {
      name: 'consulting',
      transferee: 'a-1',
      transferor: 'a-2',
      target: 'a-3',
      transfer: transfer('a-t1'),
      link: { a: 'a-2', b: 'a-3', rounds: 0 },
      holds: 0,
    } as const;
    const calls = [withAgent('a', {}, { phase }), withAgent('b', {})];
    expect(locate(calls, { by: 'agent', value: '8017' }, 'control')).toEqual(['a', 'a-2']);
    expect(locate(calls, { by: 'agent', value: '8017' }, 'transfer')).toEqual(['ambiguous', 'a', 'b']);
    expect(locate([withAgent('b', {})], { by: 'agent', value: '8017' }, 'control')).toEqual(['b', 'b-2']);
  });
});
