import { describe, expect, it } from 'vitest';
import { memberRows } from '../../../src/web/ops/wall-figures.js';

const members = [
  { id: 'city', emergency: false },
  { id: 'police', emergency: true },
];
const startedAt = '2026-03-02T08:00:00.000Z';
const call = (
  id: string,
  firstMember: string,
  currentMember: string | null,
  callBackOf: string | null = null,
) => ({
  id,
  firstMember,
  currentMember,
  callBackOf,
  startedAt,
});

describe('figures of the wall', () => {
  it('counts callers where they talk, and where they wait without an answer', () => {
    const calls = [call('1', 'city', 'city'), call('2', 'city', 'police'), call('3', 'police', null)];
    expect(memberRows(members, calls, [])).toEqual([
      { id: 'city', emergency: false, talking: 1, waiting: 0, waitingSince: null, agents: null },
      {
        id: 'police',
        emergency: true,
        talking: 1,
        waiting: 1,
        waitingSince: Date.parse(startedAt),
        agents: null,
      },
    ]);
  });

  it('counts who waits in a queue there once, whoever was called first', () => {
    const sinceAt = '2026-03-02T08:01:00.000Z';
    const waiter = {
      callId: '1',
      position: 1,
      sinceAt,
      waitedSeconds: 3,
      emergency: false,
      language: null,
      ringing: [],
    };
    const agent = { agent: 'a', name: 'A', extension: '1', reason: null, sinceAt, next: null };
    const queue = {
      member: 'police',
      waiting: [waiter],
      agents: [
        { ...agent, state: 'talking' as const },
        { ...agent, state: 'ready' as const },
        { ...agent, state: 'ready' as const },
      ],
    };
    const rows = memberRows(members, [call('1', 'city', 'city')], [queue]);
    expect(rows).toMatchObject([
      { id: 'city', talking: 0, waiting: 0, agents: null },
      { id: 'police', talking: 0, waiting: 1, waitingSince: Date.parse(sinceAt) },
    ]);
    expect(rows[1]?.agents).toMatchObject({ ready: 2, talking: 1, offline: 0 });
  });

  it('does not count as waiting whom we call back', () => {
    expect(memberRows(members, [call('1', 'city', null, 'missed')], [])[0]).toMatchObject({
      talking: 0,
      waiting: 0,
    });
  });
});
