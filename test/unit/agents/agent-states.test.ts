import { describe, expect, it } from 'vitest';
import { AgentStates, type StateRules } from '../../../src/agents/agent-states.js';
import type { AgentChange } from '../../../src/agents/queue-types.js';
import { anAgent, second } from './an-agent.js';

function states(rules: Partial<StateRules> = {}) {
  const changes: AgentChange[] = [];
  const made = new AgentStates(
    () => ({ afterCallSeconds: 10, readyWhenRegistered: true, ...rules }),
    (change) => changes.push(change),
  );
  made.setAgents([anAgent('li'), anAgent('wu', { member: 'police' })], second(0));
  const seen = () =>
    changes.splice(0).map(({ agent, from, to, reason }) => `${agent} ${from}>${to} ${reason}`);
  return { made, seen, changes };
}

describe('the state of an agent', () => {
  it('follows phones and calls, with time after a call', () => {
    const { made, seen } = states();
    made.setReachable('li', true, second(1));
    expect(made.offer('li', 'call-1', second(2))).toBe(true);
    made.legBegan('leg-1', 'li', 'call-1', false, second(2));
    made.legAnswered('leg-1', second(5));
    made.legEnded('leg-1', second(60));
    expect(made.isFree('li')).toBe(false);
    made.tick(second(69));
    expect(made.isFree('li')).toBe(false);
    made.tick(second(70));
    expect(made.isFree('li')).toBe(true);
    made.setReachable('li', false, second(80));
    expect(seen()).toEqual([
      'li offline>ready registered',
      'li ready>ringing offered',
      'li ringing>talking answered',
      'li talking>after-call hung-up',
      'li after-call>ready after-call-over',
      'li ready>offline unregistered',
    ]);
  });

  it('becomes a pause when nobody answers, and not ready before the phone has stopped ringing', () => {
    const { made, seen } = states();
    made.setReachable('li', true, second(1));
    made.offer('li', 'call-1', second(2));
    made.legBegan('leg-1', 'li', 'call-1', false, second(2));
    made.legFailed('leg-1', 'no-answer', second(17));
    expect(made.status('li')).toMatchObject({ state: 'pause', reason: 'no-answer' });
    expect(made.ask('li', { state: 'ready' }, 'li', second(18))).toBe('done');
    expect(made.status('li')?.state).toBe('ready');
    expect(made.isFree('li')).toBe(false);
    made.legEnded('leg-1', second(19));
    expect(made.isFree('li')).toBe(true);
    expect(seen().slice(1)).toEqual([
      'li ready>ringing offered',
      'li ringing>pause no-answer',
      'li pause>ready asked',
    ]);
  });

  it('keeps the turn of who rang in vain because the caller left', () => {
    const { made } = states();
    made.setReachable('li', true, second(1));
    made.offer('li', 'call-1', second(50));
    made.legBegan('leg-1', 'li', 'call-1', false, second(50));
    made.legFailed('leg-1', null, second(55));
    made.legEnded('leg-1', second(56));
    expect(made.free('city')).toMatchObject([{ idleSince: 1000 }]);
  });

  it('of an agent with several phones is that of the one that is answered', () => {
    const { made } = states();
    made.setReachable('li', true, second(1));
    made.offer('li', 'call-1', second(2));
    made.legBegan('leg-1', 'li', 'call-1', false, second(2));
    made.legBegan('leg-2', 'li', 'call-1', false, second(2));
    made.legFailed('leg-1', 'declined', second(3));
    expect(made.status('li')?.state).toBe('ringing');
    made.legAnswered('leg-2', second(4));
    made.legEnded('leg-1', second(5));
    expect(made.status('li')?.state).toBe('talking');
    made.legEnded('leg-2', second(6));
    expect(made.status('li')?.state).toBe('after-call');
  });

  it('is not that of a conversation any more whose phone was told so and does not answer', () => {
    const { made, seen } = states();
    made.setReachable('li', true, second(1));
    made.legBegan('leg-1', 'li', 'call-1', true, second(2));
    made.legReleased('leg-1', second(10));
    expect(made.status('li')?.state).toBe('after-call');
    made.tick(second(20));
    expect(made.status('li')?.state).toBe('ready');
    // The phone may be in the call still, as far as it knows.
    expect(made.isFree('li')).toBe(false);
    made.legEnded('leg-1', second(42));
    expect(made.isFree('li')).toBe(true);
    expect(seen().slice(1)).toEqual([
      'li ready>talking calls',
      'li talking>after-call hung-up',
      'li after-call>ready after-call-over',
    ]);
  });

  it('goes on when one phone took the place of another', () => {
    const { made, seen } = states();
    made.setReachable('li', true, second(1));
    made.legBegan('leg-1', 'li', 'call-1', true, second(2));
    made.legBegan('leg-2', 'li', 'call-1', true, second(5));
    made.legReleased('leg-1', second(5));
    made.legEnded('leg-1', second(6));
    expect(made.status('li')?.state).toBe('talking');
    expect(seen()).toHaveLength(2);
  });

  it('takes what is asked for during a call when that is over', () => {
    const { made, seen } = states();
    made.setReachable('li', true, second(1));
    made.legBegan('leg-1', 'li', 'call-1', true, second(2));
    made.ask('li', { state: 'pause', reason: 'lunch' }, 'supervisor', second(3));
    expect(made.status('li')).toMatchObject({ state: 'talking', next: 'pause', reason: null });
    made.legEnded('leg-1', second(9));
    expect(made.status('li')).toMatchObject({ state: 'pause', next: null, reason: 'lunch' });
    made.ask('li', { state: 'offline' }, 'li', second(10));
    expect(made.status('li')).toMatchObject({ state: 'offline', reason: 'signed-off' });
    expect(seen().slice(1)).toEqual([
      'li ready>talking calls',
      'li talking>pause hung-up',
      'li pause>offline signed-off',
    ]);
  });

  it('says who changed it', () => {
    const { made, changes } = states({ readyWhenRegistered: false });
    made.setReachable('li', true, second(1));
    expect(made.status('li')).toMatchObject({ state: 'pause', reason: 'signed-in' });
    made.ask('li', { state: 'ready' }, 'desk of li', second(2));
    expect(changes.at(-1)).toEqual({
      agent: 'li',
      member: 'city',
      from: 'pause',
      to: 'ready',
      reason: 'asked',
      by: 'desk of li',
      callId: null,
      at: second(2).utc,
    });
  });

  it('cannot be ready without a phone, nor be that of nobody', () => {
    const { made } = states();
    expect(made.ask('li', { state: 'ready' }, 'x', second(1))).toBe('unreachable');
    expect(made.ask('nobody', { state: 'ready' }, 'x', second(1))).toBe('unknown-agent');
    expect(made.offer('li', 'call-1', second(1))).toBe(false);
  });

  it('goes on through a call whose phone loses its registration, and ready again when it is back', () => {
    const { made, seen } = states();
    made.setReachable('li', true, second(1));
    made.legBegan('leg-1', 'li', 'call-1', true, second(2));
    made.setReachable('li', false, second(3));
    expect(made.status('li')).toMatchObject({ state: 'talking', next: 'offline' });
    made.legEnded('leg-1', second(4));
    made.tick(second(20));
    made.setReachable('li', true, second(30));
    expect(seen().slice(2)).toEqual(['li talking>offline hung-up', 'li offline>ready registered']);
  });

  it('of an account that is gone ends with its call', () => {
    const { made } = states();
    made.setReachable('li', true, second(1));
    made.legBegan('leg-1', 'li', 'call-1', true, second(2));
    made.setAgents([anAgent('wu', { member: 'police' })], second(3));
    expect(made.status('li')?.state).toBe('talking');
    made.legEnded('leg-1', second(4));
    expect(made.status('li')).toBeUndefined();
    expect(made.all().map(({ agent }) => agent.id)).toEqual(['wu']);
  });

  it('takes no harm from what it does not know', () => {
    const { made, seen } = states();
    made.legAnswered('leg-9', second(1));
    made.legFailed('leg-9', 'declined', second(1));
    made.legReleased('leg-9', second(1));
    made.legEnded('leg-9', second(1));
    made.legBegan('leg-9', 'nobody', 'call-1', true, second(1));
    made.withdraw('li', 'call-1', second(1));
    made.setReachable('nobody', true, second(1));
    expect(seen()).toEqual([]);
  });
});
