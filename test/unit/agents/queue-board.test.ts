import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../src/agents/agent.js';
import { AgentStates } from '../../../src/agents/agent-states.js';
import { QueueBoard } from '../../../src/agents/queue-board.js';
import type { QueueEffect, QueueRules, WaitRequest } from '../../../src/agents/queue-types.js';
import { anAgent, second } from './an-agent.js';

const RULES: QueueRules = {
  ringAtOnce: 1,
  afterCallSeconds: 0,
  maxLength: null,
  announceSeconds: 30,
  readyWhenRegistered: true,
  skillSeconds: 0,
};

function board(agents: readonly Agent[], rules: Partial<QueueRules> = {}) {
  const all = { ...RULES, ...rules };
  const states = new AgentStates(
    () => all,
    () => undefined,
  );
  const made = new QueueBoard(states, () => all);
  states.setAgents(agents, second(0));
  for (const [index, { id }] of agents.entries()) states.setReachable(id, true, second(index / 100));
  return { states, board: made };
}

function request(call: string, more: Partial<WaitRequest> = {}): WaitRequest {
  return {
    call,
    queue: 'city',
    entry: 1,
    ticket: 1,
    from: null,
    emergency: false,
    skill: null,
    language: null,
    ringSeconds: 15,
    lastHope: true,
    ...more,
  };
}

/** `call>agent+agent`, `call:3` for news (`!` announced), `call over`. */
const brief = (effects: readonly QueueEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.type === 'offer') return `${effect.call}>${effect.agents.join('+')}`;
    if (effect.type === 'over') return `${effect.call} over`;
    return `${effect.call}:${effect.position}${effect.announce ? '!' : ''}`;
  });

describe('a queue', () => {
  it('offers to who has been idle longest, and tells the others their place', () => {
    const { board: queue } = board([anAgent('li'), anAgent('wu')]);
    expect(brief(queue.wait(request('a'), second(1)))).toEqual(['a>li']);
    expect(brief(queue.wait(request('b'), second(2)))).toEqual(['b>wu']);
    expect(brief(queue.wait(request('c'), second(3)))).toEqual(['c:3!']);
    expect(brief(queue.wait(request('d'), second(4)))).toEqual(['d:4!']);
    expect(queue.waiting().map(({ call, position, ringing }) => [call, position, ringing])).toEqual([
      ['a', 1, ['li']],
      ['b', 2, ['wu']],
      ['c', 3, []],
      ['d', 4, []],
    ]);
  });

  it('lets emergencies go first, then who has waited longest', () => {
    const { board: queue, states } = board([anAgent('li')]);
    states.ask('li', { state: 'pause', reason: 'x' }, 'x', second(0));
    queue.wait(request('a'), second(1));
    queue.wait(request('b'), second(2));
    queue.wait(request('c', { emergency: true }), second(3));
    const order: string[] = [];
    for (let at = 10; at < 40; at += 10) {
      states.ask('li', { state: 'ready' }, 'x', second(at));
      const [effect] = queue.look(second(at)).filter(({ type }) => type === 'offer');
      order.push(effect?.call ?? '');
      states.ask('li', { state: 'pause', reason: 'x' }, 'x', second(at + 1));
      queue.leave(effect?.call ?? '', 1, second(at + 2));
    }
    expect(order).toEqual(['c', 'a', 'b']);
  });

  it('chooses the liaison desk of the member that transfers, then the skill, and keeps liaison desks for their member', () => {
    const agents = [
      anAgent('general'),
      anAgent('liaison', { liaisonFor: ['police'] }),
      anAgent('uighur', { languages: ['ug'] }),
    ];
    const first = (more: Partial<WaitRequest>) =>
      brief(board(agents).board.wait(request('a', more), second(1)));
    expect(first({})).toEqual(['a>general']);
    expect(first({ from: 'police' })).toEqual(['a>liaison']);
    expect(first({ from: 'women' })).toEqual(['a>general']);
    expect(first({ skill: 'ug' })).toEqual(['a>uighur']);
    expect(brief(board([agents[1] ?? anAgent('x')]).board.wait(request('a'), second(1)))).toEqual([
      'a>liaison',
    ]);
  });

  it('chooses who speaks the language of the caller, but after the skill', () => {
    const agents = [
      anAgent('local', { languages: ['zh'] }),
      anAgent('english', { languages: ['zh', 'en-GB'] }),
      anAgent('expert', { languages: ['zh'], skills: ['water'] }),
    ];
    const first = (more: Partial<WaitRequest>) =>
      brief(board(agents).board.wait(request('a', more), second(1)));
    expect(first({ language: 'zh' })).toEqual(['a>local']);
    expect(first({ language: 'en' })).toEqual(['a>english']);
    expect(first({ language: 'ug' })).toEqual(['a>local']);
    expect(first({ language: 'en', skill: 'water' })).toEqual(['a>expert']);
  });

  describe('keeps a caller for who speaks the language, as long as the plan says', () => {
    const agents = [anAgent('local'), anAgent('english', { languages: ['en'] })];
    const talking = (more: Partial<WaitRequest> = {}) => {
      const made = board(agents, { skillSeconds: 10 });
      made.states.legBegan('x-1', 'english', 'x', true, second(0));
      return { ...made, first: brief(made.board.wait(request('a', { language: 'en', ...more }), second(1))) };
    };

    it('and gives the caller to anybody then', () => {
      const { board: queue, first } = talking();
      expect(first).toEqual(['a:1!']);
      expect(brief(queue.wait(request('b'), second(2)))).toEqual(['b>local']);
      queue.leave('b', 1, second(3));
      expect(brief(queue.look(second(10.9)))).toEqual([]);
      expect(brief(queue.look(second(11)))).toEqual(['a>local']);
    });

    it('and to who speaks it as soon as that one is free', () => {
      const { board: queue, states } = talking();
      states.legEnded('x-1', second(5));
      expect(brief(queue.look(second(5)))).toEqual(['a>english']);
    });

    it('but not when nobody is there who speaks it, nor in an emergency', () => {
      expect(talking({ language: 'ug' }).first).toEqual(['a>local']);
      expect(talking({ emergency: true }).first).toEqual(['a>local']);
      const { board: queue, states } = talking();
      states.legEnded('x-1', second(2));
      states.ask('english', { state: 'offline' }, 'x', second(2));
      expect(brief(queue.look(second(2)))).toEqual(['a>local']);
    });

    it('and the time goes on when somebody did not answer', () => {
      const { board: queue, states } = talking();
      states.legEnded('x-1', second(5));
      queue.look(second(5));
      states.legBegan('a-2', 'english', 'a', false, second(5));
      states.legFailed('a-2', 'no-answer', second(9));
      expect(brief(queue.wait(request('a', { language: 'en', ticket: 2 }), second(9)))).toEqual([]);
      expect(brief(queue.look(second(11)))).toEqual(['a>local']);
    });
  });

  it('rings several at once where the plan says so', () => {
    const { board: queue } = board([anAgent('li'), anAgent('wu'), anAgent('an')], { ringAtOnce: 2 });
    expect(brief(queue.wait(request('a'), second(1)))).toEqual(['a>li+wu']);
    expect(brief(queue.wait(request('b'), second(2)))).toEqual(['b>an']);
  });

  it('keeps the place of a caller whom nobody answers, and asks the next agent', () => {
    const { board: queue, states } = board([anAgent('li'), anAgent('wu')]);
    queue.wait(request('a'), second(1));
    states.legBegan('a-2', 'li', 'a', false, second(1));
    states.legFailed('a-2', 'no-answer', second(16));
    expect(brief(queue.wait(request('a', { ticket: 2 }), second(16)))).toEqual(['a>wu']);
    expect(states.status('li')).toMatchObject({ state: 'pause', reason: 'no-answer' });
    expect(queue.waiting()[0]?.since).toBe(second(1).utc);
  });

  it('gives an agent who was named in vain to the next caller', () => {
    const { board: queue, states } = board([anAgent('li')]);
    queue.wait(request('a'), second(1));
    queue.wait(request('b'), second(2));
    expect(brief(queue.leave('a', 1, second(3)))).toEqual(['b>li']);
    expect(states.ringingFor('a')).toEqual([]);
    expect(states.ringingFor('b')).toEqual(['li']);
  });

  it('takes an offer back that does not become a call', () => {
    const { board: queue, states } = board([anAgent('li')]);
    queue.wait(request('a'), second(1));
    states.ask('li', { state: 'pause', reason: 'x' }, 'x', second(2));
    expect(brief(queue.look(second(10.9)))).toEqual([]);
    expect(brief(queue.look(second(11)))).toEqual(['a:1!']);
    expect(states.status('li')?.state).toBe('pause');
  });

  it('sends callers on when it is full or nobody is there, but not where nobody else is', () => {
    const { board: queue, states } = board([anAgent('li')], { maxLength: 1 });
    queue.wait(request('a'), second(1));
    states.legBegan('a-2', 'li', 'a', false, second(1));
    expect(brief(queue.wait(request('b', { lastHope: false }), second(2)))).toEqual(['b over']);
    expect(brief(queue.wait(request('c'), second(2)))).toEqual(['c:3!']);
    expect(brief(queue.wait(request('d', { lastHope: false, emergency: true }), second(3)))).toEqual([
      'd:1!',
    ]);
    states.legFailed('a-2', 'unreachable', second(4));
    states.setReachable('li', false, second(4));
    expect(brief(queue.look(second(5)))).toEqual(['d over']);
  });

  it('tells places when they change, not too often, and keeps phones awake', () => {
    const { board: queue } = board([anAgent('li', { member: 'police' })]);
    queue.wait(request('a'), second(1));
    queue.wait(request('b'), second(1));
    queue.leave('a', 1, second(2));
    expect(brief(queue.look(second(10)))).toEqual([]);
    expect(brief(queue.look(second(11)))).toEqual(['b:1!']);
    expect(brief(queue.look(second(40)))).toEqual([]);
    expect(brief(queue.look(second(41)))).toEqual(['b:1!']);
    const { board: silent } = board([], { announceSeconds: 0 });
    expect(brief(silent.wait(request('a'), second(1)))).toEqual(['a:1']);
    expect(brief(silent.look(second(30)))).toEqual([]);
    expect(brief(silent.look(second(31)))).toEqual(['a:1']);
  });

  it('knows nothing of a place that was left, or of another stay', () => {
    const { board: queue } = board([]);
    queue.wait(request('a', { entry: 3, ticket: 3 }), second(1));
    expect(queue.leave('a', 1, second(2))).toEqual([]);
    expect(queue.leave('b', 1, second(2))).toEqual([]);
    expect(queue.waiting()).toHaveLength(1);
    queue.forget('a', second(3));
    expect(queue.busy).toBe(false);
  });
});
