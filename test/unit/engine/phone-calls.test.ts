import { describe, expect, it } from 'vitest';
import type { CallBook } from '../../../src/engine/call-book.js';
import { PhoneCalls } from '../../../src/engine/phone-calls.js';
import type { LegEvent } from '../../../src/engine/signalling.js';
import { call, leg } from './call-values.js';

describe('PhoneCalls', () => {
  const up = { state: 'answered', acked: true, agent: 'li', trunk: null } as const;

  /** The phone of Li is leg `a-2`, that of a PBX `a-3`. */
  function made(state: 'answered' | 'ended' = 'answered') {
    const legs = { 'a-2': leg('a-2', { ...up, state }), 'a-3': leg('a-3', { ...up, trunk: 'pbx' }) };
    const told: unknown[] = [];
    const runner = { call: call('a', { legs }), dispatch: (event: unknown) => told.push(event) };
    let heard: (agent: string) => void = () => undefined;
    const agents = {
      lost: () => undefined,
      onHeard: (listener: (agent: string) => void) => {
        heard = listener;
        return () => undefined;
      },
    };
    const calls = { ofLeg: () => runner } as unknown as Pick<CallBook, 'ofLeg'>;
    return { phones: new PhoneCalls(agents, calls), heard: (agent: string) => heard(agent), told };
  }

  const refused = (id: string, status: number): LegEvent => ({
    type: 'offer-answered',
    leg: id,
    status,
    reason: null,
    sdp: null,
    retry: false,
  });

  it('tells a phone that could not be reached of its media when it registers again, once', () => {
    const { phones, heard, told } = made();
    phones.onLegEvent(refused('a-2', 503));
    heard('wu');
    expect(told).toEqual([]);
    heard('li');
    heard('li');
    expect(told).toEqual([{ type: 'media-remade', legs: ['a-2'] }]);
  });

  it('leaves alone who refused, whose leg is over, and who is no phone of an agent', () => {
    const there = made();
    there.phones.onLegEvent(refused('a-2', 488));
    there.phones.onLegEvent(refused('a-3', 503));
    there.heard('li');
    const over = made('ended');
    over.phones.onLegEvent(refused('a-2', 503));
    over.heard('li');
    expect([...there.told, ...over.told]).toEqual([]);
  });
});
