import { describe, expect, it } from 'vitest';
import { planOf, planText } from './plan-text.js';

const blind = (address: string) => ({ kind: 'transfer', mode: 'blind', address });
const consult = (address: string) => ({ kind: 'transfer', mode: 'consult', address });

describe('keys of a plan with *1, *2, *11 and *17', () => {
  const plan = planOf(planText(['"*2": city', '"*2": city\n  "*11": city\n  "*17": police']));

  it.each([
    ['*', null, true],
    ['*1', blind('*1'), true],
    ['*1#', blind('*1'), false],
    ['*2', blind('*2'), false],
    ['*2#', blind('*2'), false],
    ['*11', blind('*11'), false],
    ['*17', blind('*17'), false],
    ['*17#', blind('*17'), false],
    ['**', null, true],
    ['**1', consult('*1'), true],
    ['**1#', consult('*1'), false],
    ['**2', consult('*2'), false],
    ['**17', consult('*17'), false],
    ['**17#', consult('*17'), false],
    ['*0', { kind: 'cancel' }, false],
    ['*0#', { kind: 'cancel' }, false],
    ['*#', { kind: 'complete' }, false],
    ['**#', { kind: 'toggle' }, false],
    ['*##', { kind: 'complete' }, false],
    ['', null, false],
    ['#', null, false],
    ['1', null, false],
    ['17', null, false],
    ['*3', null, false],
    ['*18', null, false],
    ['*171', null, false],
    ['*1##', null, false],
    ['***', { kind: 'conference' }, false],
    ['****', null, false],
    ['*00', null, false],
    ['*A', null, false],
    ['5*1', null, false],
    ['*'.repeat(10_000), null, false],
  ])('%s', (keys, action, mayGrow) => {
    expect(plan.readKeys(keys)).toEqual({ action, mayGrow });
  });

  it('name the member when they are resolved', () => {
    for (const key of ['*1', '*17', '**17#']) {
      const { action } = plan.readKeys(key);
      expect(action?.kind === 'transfer' && plan.destination(action.address)?.member.id).toBe('police');
    }
  });
});

describe('codes of the policies', () => {
  it('replace the usual ones', () => {
    const codes = '{ cancel: "#0", complete: "*9", toggle: "#*A", consultPrefix: "#" }';
    const plan = planOf(
      planText(['members:\n', `policies: { keyCodes: ${codes}, betweenKeysSeconds: 0.5 }\nmembers:\n`]),
    );
    expect(plan.policies.betweenKeysSeconds).toBe(0.5);
    expect(plan.readKeys('#0').action).toEqual({ kind: 'cancel' });
    expect(plan.readKeys('*9').action).toEqual({ kind: 'complete' });
    expect(plan.readKeys('#*A').action).toEqual({ kind: 'toggle' });
    expect(plan.readKeys('#*')).toEqual({ action: null, mayGrow: true });
    expect(plan.readKeys('#*1').action).toEqual(consult('*1'));
    for (const keys of ['*0', '*#', '**#', '**1']) expect(plan.readKeys(keys).action).toBeNull();
  });

  it('wait for a member key that goes on after one of them', () => {
    const plan = planOf(planText(['"*2": city', '"*01": city']));
    expect(plan.readKeys('*0')).toEqual({ action: { kind: 'cancel' }, mayGrow: true });
    expect(plan.readKeys('*01')).toEqual({ action: blind('*01'), mayGrow: false });
  });
});
