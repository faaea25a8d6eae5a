import { describe, expect, it } from 'vitest';
import type { Call, Leg } from '../../../../src/call/call.js';
import { conversationOf } from '../../../../src/engine/recording/conversation.js';
import { call, callerLeg, leg } from '../call-values.js';
import { joinedTo, talking } from '../talking.js';

describe('conversationOf', () => {
  it('is two who are joined, both answered, neither holding the other', () => {
    expect(conversationOf(talking('c-2'))).toMatchObject({ caller: { id: 'c-1' }, others: [{ id: 'c-2' }] });
    expect(conversationOf(talking(null))).toBeNull();
    const holding = 'v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\na=sendonly\r\n';
    const change = (id: string, changes: Partial<Leg>): Call => {
      const state = talking('c-2');
      const changed = state.legs[id];
      return changed === undefined
        ? state
        : { ...state, legs: { ...state.legs, [id]: { ...changed, ...changes } } };
    };
    for (const id of ['c-1', 'c-2']) {
      expect(conversationOf(change(id, { remote: holding })), id).toBeNull();
      expect(conversationOf(change(id, { state: 'leaving' })), id).toBeNull();
      expect(conversationOf(change(id, { state: 'ringing' })), id).toBeNull();
      expect(
        conversationOf(change(id, { remote: holding.replace('sendonly', 'sendrecv') })),
        id,
      ).not.toBeNull();
    }
  });

  it('is all three of a conference, but for those who hold', () => {
    const inIt = (id: string, changes: Partial<Leg> = {}): Leg =>
      id === 'c-1' ? callerLeg(id, joinedTo(id)) : leg(id, { ...joinedTo(id), ...changes });
    const conferring = (third: Partial<Leg>): Call => {
      const legs = [inIt('c-1'), inIt('c-2'), inIt('c-3', { role: 'target', member: 'police', ...third })];
      return call('c', { legs: Object.fromEntries(legs.map((one) => [one.id, one])) });
    };
    const others = (third: Partial<Leg>) => conversationOf(conferring(third))?.others.map(({ id }) => id);
    expect(others({})).toEqual(['c-2', 'c-3']);
    expect(others({ state: 'leaving' })).toEqual(['c-2']);
    expect(others(joinedTo('c-9'))).toEqual(['c-2']);
  });
});
