/** Transfers that are asked for otherwise than by a REFER: by desktops, by INVITE with Replaces, by two calls of one agent. */
import type { CallEventOf } from '../../../src/call/event.js';
import { nameOf } from './choices-requests.js';
import { sdpOf } from './plan.js';
import { newLeg, patchLeg, type Wire } from './wire.js';
import { type Budget, type Choice, may, type World } from './world.js';

const ACTIONS = ['complete', 'cancel', 'toggle'] as const;

/** What an agent's desktop or an operator may ask. */
export function desktopChoices(found: Choice[], world: World, budget: Budget): void {
  for (const [to, call] of Object.entries(world.calls)) {
    if (may(world, 'api')) {
      const asked = { type: 'transfer-requested', trigger: 'api', matter: null, note: null } as const;
      for (const mode of budget.modes ?? ['blind'])
        found.push({ to, event: { ...asked, mode, to: 'b', transferor: null }, costs: ['api'], act: null });
      for (const transferor of [call.callerLeg, 'x'])
        found.push({
          to,
          event: { ...asked, mode: 'blind', to: 'b', transferor },
          costs: ['api'],
          act: null,
        });
    }
    if (may(world, 'control'))
      for (const action of budget.layout?.mixes === true ? [...ACTIONS, 'conference' as const] : ACTIONS)
        found.push({ to, event: { type: 'control-requested', action }, costs: ['control'], act: null });
    if (may(world, 'hangUp'))
      found.push({ to, event: { type: 'hang-up-requested' }, costs: ['hangUp'], act: null });
    if (may(world, 'putDown'))
      for (const desk of Object.keys(call.legs))
        found.push({ to, event: { type: 'put-down-requested', desk }, costs: ['putDown'], act: null });
  }
}

/** Who may want to take a leg's place, and with what. */
const TAKERS = [
  { member: 'a', offer: true, earlyOnly: false },
  { member: 'a', offer: false, earlyOnly: false },
  { member: 'b', offer: true, earlyOnly: false },
  { member: 'b', offer: true, earlyOnly: true },
  { member: null, offer: true, earlyOnly: false },
] as const;

export function replacingChoices(found: Choice[], world: World, budget: Budget): void {
  if (!may(world, 'replace')) return;
  for (const [replaces, { call: to }] of Object.entries(world.wire.legs)) {
    const leg = `${to}-r${1 + Object.keys(world.wire.legs).filter((id) => id.includes('-r')).length}`;
    if (world.calls[to] === undefined) continue;
    for (const taker of TAKERS) {
      found.push({
        to,
        event: replacing(leg, replaces, taker, budget.updates === true),
        costs: ['replace'],
        act: (wire) => joins(wire, leg, { call: to, member: taker.member, offer: taker.offer }),
      });
    }
  }
}

function replacing(
  leg: string,
  replaces: string,
  taker: (typeof TAKERS)[number],
  allowsUpdate: boolean,
): Omit<CallEventOf<'replacing'>, 'at'> {
  return {
    type: 'replacing',
    leg,
    replaces,
    earlyOnly: taker.earlyOnly,
    trunk: 'pbx',
    member: taker.member,
    peer: '127.0.0.1:5090/udp',
    agent: null,
    numberDialled: 'b',
    sipCallId: 'z',
    offer: taker.offer ? sdpOf(leg, 0, false) : null,
    allowsUpdate,
  };
}

function joins(
  wire: Wire,
  id: string,
  { call, member, offer }: { call: string; member: string | null; offer: boolean },
): void {
  const leg = newLeg({ call, direction: 'in', member, mayTransfer: member !== null });
  wire.legs = { ...wire.legs, [id]: { ...leg, answerDue: !offer } };
}

/**
 * REFERs with Replaces between the agent's leg with the citizen and the agent's own call. The call of a citizen gets
 * them, else that of the leg that asks, with the other call as it is in that moment.
 */
export function attendedChoices(found: Choice[], world: World, budget: Budget): void {
  if (!may(world, 'attended') || may(world, 'second')) return;
  const { legs } = world.wire;
  const add = (asker: string, named: string, subscribes = true) => {
    const leg = legs[asker];
    if (leg === undefined || leg.state !== 'up' || !leg.acked || leg.acksOwed > 0) return;
    if (leg.byeSent && !may(world, 'crossing')) return;
    const request = nameOf(leg, subscribes ? 'refer' : 'refer-quiet', asker);
    const main = world.calls.c === undefined || budget.agentCalls === true ? leg.call : 'c';
    const other = world.calls[main === 'c' ? 'd' : 'c'] ?? null;
    found.push({
      to: main,
      event: { type: 'attended', asker, named, request, cseq: 3, referredBy: null, subscribes, other },
      costs: leg.byeSent ? ['attended', 'crossing'] : ['attended'],
      act: (wire) => patchLeg(wire, asker, { open: [...leg.open, request] }),
    });
  };
  const agents = Object.entries(legs).filter(([id, leg]) => id.startsWith('c-') && leg.member === 'a');
  for (const [id] of agents) {
    add(id, 'd-1');
    add(id, 'd-1', false);
    add(id, 'd-2');
    add('d-1', id);
  }
  if (agents.length === 0) add('d-1', 'c-2');
  add('c-1', 'd-1');
  if (legs['d-1']?.call === 'c') add('d-1', 'd-2');
}
