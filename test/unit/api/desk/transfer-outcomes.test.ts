import { describe, expect, it } from 'vitest';
import { TransferOutcomes } from '../../../../src/api/desk/transfer-outcomes.js';
import type { LiveEvent } from '../../../../src/engine/operations.js';
import { LittleEngine } from '../little-engine.js';

describe('TransferOutcomes', () => {
  function told(
    ...events: (Pick<LiveEvent, 'type' | 'transferId' | 'detail'> & { readonly legId?: string })[]
  ) {
    const engine = new LittleEngine();
    engine.start('c', 'li-na');
    const outcomes = new TransferOutcomes((id) => engine.liveCall(id));
    for (const [seq, event] of events.entries())
      outcomes.hear({ seq, at: 100 + seq, callId: 'c', legId: 'c-agent', ...event });
    return outcomes;
  }
  const requested = {
    type: 'transfer-requested',
    transferId: 't1',
    callId: 'c',
    detail: { toMember: 'police-110', mode: 'consult' },
  } as const;

  it('tells the agent who transferred how it came out', () => {
    const outcomes = told(requested, {
      type: 'transfer-failed',
      transferId: 't1',
      legId: '',
      detail: { cause: 'busy' },
    });
    expect(outcomes.of('li-na')).toEqual({
      transferId: 't1',
      callId: 'c',
      outcome: 'failed',
      cause: 'busy',
      mode: 'consult',
      to: 'police-110',
      at: 101,
    });
    expect(outcomes.of('wang')).toBeNull();
  });

  it('forgets the last one when the next begins', () => {
    const failed = { type: 'transfer-failed', transferId: 't1', detail: { cause: 'busy' } } as const;
    expect(told(requested, failed, { ...requested, transferId: 't2' }).of('li-na')).toBeNull();
  });

  it('says nothing of an agent who goes on with another phone', () => {
    const failed = { type: 'transfer-failed', transferId: 't1', detail: { cause: 'busy' } } as const;
    const detail = { trigger: 'replaces', mode: 'consult', fromMember: 'city', toMember: 'city' };
    const replaced = { ...requested, transferId: 't2', detail };
    const completed = { type: 'transfer-completed', transferId: 't2', detail: { toMember: 'city' } } as const;
    expect(told(requested, failed, replaced, completed).of('li-na')).toMatchObject({ transferId: 't1' });
  });

  it('tells of an alert at once', () => {
    const raised = { type: 'alert-raised', transferId: 't3', detail: { toMember: 'police-110' } } as const;
    expect(told(raised).of('li-na')).toMatchObject({ outcome: 'alerted', to: 'police-110', mode: 'alert' });
  });
});
