import { describe, expect, it } from 'vitest';
import type { CallStory } from '../../../../src/ledger/query.js';
import type { LegRecord } from '../../../../src/ledger/records.js';
import { ladderOf } from '../../../../src/ledger/story/ladder.js';
import { auditRecord, callRecord, legRecord, recordingRecord, START, transferRecord } from '../records.js';

const seq = <T>(record: T) => ({ ...record, seq: 1 });
const names = (member: string) =>
  member === 'police-110' ? { zh: '报警求助', en: 'Police' } : { zh: member, en: member };

const caller = legRecord('leg-1', {
  role: 'caller',
  direction: 'in',
  member: null,
  trunk: 'carrier',
  endedAt: START + 60_000,
  endedBy: 'caller',
});

function storyOf(parts: Partial<CallStory>): CallStory {
  return { call: seq(callRecord('call-1')), legs: [], transfers: [], recordings: [], ...parts };
}

/** What went over the wire at the end of a leg: from, to and what. */
function end(changes: Partial<LegRecord>): readonly (string | null)[] {
  const leg = legRecord('leg-1', changes);
  const { events } = ladderOf('call-1', storyOf({ legs: [seq(leg)] }), [], names);
  const last = events.find(({ kind }) => kind === 'leg-ended');
  return [last?.from ?? null, last?.to ?? null, last?.message ?? null];
}

describe('the ladder of a call', () => {
  const ladder = ladderOf(
    'call-1',
    storyOf({
      legs: [
        seq(caller),
        seq(legRecord('leg-2', { startedAt: START + 10, agent: '8017' })),
        seq(
          legRecord('leg-3', {
            role: 'target',
            member: 'police-110',
            startedAt: START + 20_010,
            ringingAt: null,
            answeredAt: START + 25_000,
            endedAt: START + 60_000,
            transferId: 'transfer-1',
          }),
        ),
      ],
      transfers: [seq(transferRecord('transfer-1', { matter: 'theft-01', note: '门被撬' }))],
      recordings: [seq(recordingRecord('recording-1', { cause: 'no-space', endedBy: 'no-space' }))],
    }),
    [
      seq(
        auditRecord('audit-1', {
          action: 'recording-played',
          subject: 'recording-1',
          doneAt: START + 90_000,
          actor: 'ops',
          detail: null,
        }),
      ),
    ],
    names,
  );

  it('has the program first, then the legs', () => {
    expect(ladder.lanes.map(({ id, role, number, agent }) => [id, role, number, agent])).toEqual([
      ['onekey', 'onekey', null, null],
      ['leg-1', 'caller', '13800001111', null],
      ['leg-2', 'agent', '8001', '8017'],
      ['leg-3', 'target', '8001', null],
    ]);
    expect([ladder.startedAt, ladder.endedAt]).toEqual([START, START + 60_000]);
  });

  it('tells in the order of time who sent what to whom', () => {
    expect(
      ladder.events.map(({ afterMs, from, to, message, about }) => [afterMs, from, to, message, about]),
    ).toEqual([
      [0, 'leg-1', 'onekey', 'INVITE', 'leg-1'],
      [10, 'onekey', 'leg-2', 'INVITE', 'leg-2'],
      [100, 'onekey', 'leg-1', '18x', 'leg-1'],
      [100, 'leg-2', 'onekey', '18x', 'leg-2'],
      [2000, 'onekey', 'leg-1', '200', 'leg-1'],
      [2000, 'leg-2', 'onekey', '200', 'leg-2'],
      [2000, null, null, null, 'recording-1'],
      [20_000, 'leg-2', 'onekey', null, 'transfer-1'],
      [20_010, 'onekey', 'leg-3', 'INVITE', 'leg-3'],
      [25_000, 'leg-3', 'onekey', '200', 'leg-3'],
      [25_010, 'leg-1', 'leg-3', null, 'transfer-1'],
      [30_000, 'onekey', 'leg-2', 'BYE', 'leg-2'],
      [60_000, null, null, null, 'recording-1'],
      [60_000, 'leg-1', 'onekey', 'BYE', 'leg-1'],
      [60_000, 'onekey', 'leg-3', 'BYE', 'leg-3'],
      [90_000, null, null, null, 'audit-1'],
    ]);
  });

  it('tells it in Chinese', () => {
    expect(ladder.events.map(({ text }) => text.zh)).toEqual([
      '来电人 13800001111 拨打 12345，经 carrier',
      '呼叫 city-12345：8001，经 pbx-12345',
      '来电人听到回铃',
      'city-12345振铃',
      '来电人已被接听',
      'city-12345（8017）接听',
      '开始录音，按拨号方案',
      'city-12345 请求转接到 报警求助（话机转接键 *1，直接转接）；事项：theft-01；备注：门被撬',
      '呼叫 报警求助：8001，经 pbx-12345，用于转接',
      '报警求助接听',
      '来电人已接通 报警求助，用时 5.0 秒',
      'city-12345：已接通，结束方：本系统，通话 28.0 秒',
      '录音结束（空间不足）：58.0 秒，存于 2026/03/02/recording-1.wav: no-space',
      '来电人：已接通，结束方：来电人，通话 28.0 秒',
      '报警求助：已接通，结束方：本系统，通话 28.0 秒',
      'ops 收听录音（recording-1）',
    ]);
  });

  it('says of a leg that it is there to listen', () => {
    const listener = legRecord('leg-9', { role: 'monitor', member: 'police-110' });
    const { events } = ladderOf('call-1', storyOf({ legs: [seq(listener)] }), [], names);
    expect(events.find(({ kind }) => kind === 'leg-started')?.text).toEqual({
      zh: '呼叫 报警求助：8001，经 pbx-12345，用于监听',
      en: 'Police is called at 8001 over pbx-12345 to listen',
    });
  });

  it('of a live call begins with what is known first', () => {
    const { startedAt, endedAt, events } = ladderOf(
      'call-1',
      storyOf({ call: null, legs: [seq(caller)] }),
      [],
      names,
    );
    expect([startedAt, endedAt, events[0]?.afterMs]).toEqual([START, null, 0]);
  });
});

describe('the end of a leg', () => {
  it.each<[string, Partial<LegRecord>, readonly (string | null)[]]>([
    ['hung up by its party', { endedBy: 'agent' }, ['leg-1', 'onekey', 'BYE']],
    ['hung up by us', { endedBy: 'us' }, ['onekey', 'leg-1', 'BYE']],
    ['lost with the network', { endedBy: 'network' }, [null, null, null]],
    ['refused by a desk', { outcome: 'rejected', sipStatus: 486 }, ['leg-1', 'onekey', '486']],
    [
      'refused to a caller',
      { direction: 'in', outcome: 'rejected', sipStatus: 403 },
      ['onekey', 'leg-1', '403'],
    ],
    ['refused, nobody knows how', { outcome: 'rejected', sipStatus: null }, [null, null, null]],
    ['called in vain', { outcome: 'unanswered', sipStatus: 487 }, ['onekey', 'leg-1', 'CANCEL']],
    [
      'never answered to a caller',
      { direction: 'in', outcome: 'unanswered', sipStatus: 480 },
      ['onekey', 'leg-1', '480'],
    ],
    ['given up by a caller', { direction: 'in', outcome: 'cancelled' }, ['leg-1', 'onekey', 'CANCEL']],
    ['given up by us', { outcome: 'cancelled' }, ['onekey', 'leg-1', 'CANCEL']],
    [
      'refused while we gave it up',
      { outcome: 'cancelled', endedBy: 'agent', sipStatus: 486 },
      ['leg-1', 'onekey', '486'],
    ],
    [
      'refused as it had rung too long',
      { outcome: 'unanswered', endedBy: 'agent', sipStatus: 486 },
      ['leg-1', 'onekey', '486'],
    ],
    ['unreachable', { outcome: 'unreachable', sipStatus: 408 }, [null, null, null]],
    ['interrupted', { outcome: 'interrupted' }, [null, null, null]],
  ])('%s', (_, changes, expected) => {
    expect(end(changes)).toEqual(expected);
  });
});
