/** What the peer of a leg may do with what we sent it: answer, refuse, acknowledge, leave. */
import { sdpOf } from './plan.js';
import type { Untimed } from './stepped.js';
import {
  answerNotify,
  endOnWire,
  legOf,
  type Own,
  patchCall,
  patchLeg,
  type Wire,
  type WireLeg,
} from './wire.js';
import { type Budget, type Choice, type Kind, may, type World } from './world.js';

type Add = (event: Untimed, act: ((wire: Wire) => void) | null, ...costs: readonly Kind[]) => void;

export function choicesOfLeg(found: Choice[], world: World, budget: Budget, id: string, leg: WireLeg): void {
  const add: Add = (event, act, ...costs) => {
    if (costs.length === 0 || may(world, ...costs)) found.push({ to: leg.call, event, act, costs });
  };
  const over = (wire: Wire) => endOnWire(wire, id);
  if (leg.announced) {
    const begun = { type: 'announcement-begun', leg: id } as const;
    const told = (w: Wire) => patchLeg(w, id, { announced: false });
    add({ ...begun, ms: 4000 }, told);
    add({ ...begun, ms: null }, told, 'mute');
  }
  if (leg.state === 'inviting') {
    if (leg.direction === 'in') add({ type: 'hung-up', leg: id, by: 'peer', reason: null }, over);
    else beingCalled(add, id, leg, budget);
    return;
  }
  if (!leg.acked) {
    const sdp = leg.answerDue ? descriptionOf(id, leg.own) : null;
    add({ type: 'acked', leg: id, sdp }, (w) => patchLeg(w, id, { acked: true, answerDue: false }));
    add({ type: 'hung-up', leg: id, by: 'stack', reason: null }, over, 'unacked');
    add({ type: 'answer-failed', leg: id }, (w) => neverAnswered(w, id), 'unacked');
    return;
  }
  add({ type: 'hung-up', leg: id, by: 'peer', reason: null }, over);
  if (leg.byeSent) add({ type: 'bye-answered', leg: id }, over);
  if (leg.probed) {
    const answered = { type: 'probe-answered', leg: id } as const;
    add({ ...answered, status: 200 }, (w) => patchLeg(w, id, { probed: false }));
    add({ ...answered, status: 481 }, (w) => patchLeg(w, id, { probed: false, lost: true }), 'lost');
  }
  if (leg.offered !== null) offeredTo(add, id, leg);
  for (const { transferId } of leg.notifies) {
    const answered = { type: 'notify-answered', leg: id, transferId } as const;
    add({ ...answered, status: 200 }, (w) => answerNotify(w, transferId, false));
    add({ ...answered, status: 481 }, (w) => answerNotify(w, transferId, true), 'deaf');
  }
  if (leg.answerDue) {
    add({ type: 'acked', leg: id, sdp: descriptionOf(id, leg.own) }, (w) =>
      patchLeg(w, id, { answerDue: false }),
    );
  }
}

function descriptionOf(id: string, own: Own): string {
  return sdpOf(id, own.version, own.holding);
}

/** Our 2xx crossed a CANCEL: the dialog never was. */
function neverAnswered(wire: Wire, id: string): void {
  const call = wire.legs[id]?.call;
  endOnWire(wire, id);
  const known = call === undefined ? undefined : wire.calls[call];
  if (call === undefined || known === undefined || id !== `${call}-1`) return;
  wire.calls = { ...wire.calls, [call]: { ...known, answered: false } };
}

function beingCalled(add: Add, id: string, leg: WireLeg, budget: Budget): void {
  const over = (wire: Wire) => endOnWire(wire, id);
  // They may cross our CANCEL.
  if (!leg.rang) {
    const rings = (w: Wire) => patchLeg(w, id, { rang: true });
    add({ type: 'provisional', leg: id, status: 180, sdp: null }, rings, 'ring');
    const plays = (w: Wire) => patchLeg(w, id, { rang: true, plays: true });
    add({ type: 'provisional', leg: id, status: 183, sdp: sdpOf(id, 0, false) }, plays, 'tone');
    add({ type: 'sent', leg: id, sipCallId: 'y' }, null, 'sent');
  }
  const answered = { type: 'answered', leg: id, allowsUpdate: budget.updates === true, agent: null } as const;
  const up = (w: Wire) =>
    patchLeg(w, id, { state: 'up', rang: false, acksOwed: 1, ackAnswers: leg.told === null });
  const there = (w: Wire) => {
    up(w);
    // A citizen who is called back has got somebody to speak with.
    if (leg.member === null && !leg.cancelSent) patchCall(w, leg.call, { answered: true });
  };
  add({ ...answered, sdp: sdpOf(id, 0, false) }, there);
  // What it said while it rang holds.
  if (leg.told !== null && !leg.cancelSent) add({ ...answered, sdp: null }, leg.plays ? there : up, 'mute');
  const failed = { type: 'failed', leg: id, reason: null, reached: true } as const;
  add({ ...failed, status: leg.cancelSent ? 487 : 486 }, over);
  if (!leg.cancelSent) add({ ...failed, status: 503, reached: false }, over, 'unreachable');
  if (!leg.cancelSent) add({ ...failed, status: 483 }, (w) => wentInCircle(w, id), 'looped');
}

function wentInCircle(wire: Wire, id: string): void {
  const { call } = legOf(wire, id);
  endOnWire(wire, id);
  patchCall(wire, call, { looped: true });
}

/** The peer has a re-INVITE or UPDATE of ours before it. */
function offeredTo(add: Add, id: string, leg: WireLeg): void {
  const { offered } = leg;
  if (offered === null) return;
  const { told, method } = offered;
  const answered = { type: 'offer-answered', leg: id, reason: null, sdp: null, retry: false } as const;
  const sdp = told === null || told.live ? descriptionOf(id, leg.own) : sdpOf(id, leg.own.version, true);
  add({ ...answered, status: 200, sdp }, (w) =>
    patchLeg(w, id, {
      offered: null,
      told: told ?? leg.told,
      stale: offered.stale,
      acksOwed: leg.acksOwed + (method === 'INVITE' ? 1 : 0),
      ackAnswers: told === null,
    }),
  );
  if (told?.live) {
    const own = { ...leg.own, version: 1 - leg.own.version };
    add(
      { ...answered, status: 200, sdp: descriptionOf(id, own) },
      (w) =>
        patchLeg(w, id, {
          offered: null,
          told,
          own,
          stale: offered.stale,
          acksOwed: leg.acksOwed + (method === 'INVITE' ? 1 : 0),
        }),
      'fickle',
    );
  }
  const over = (w: Wire) => patchLeg(w, id, { offered: null });
  add({ ...answered, status: 491, retry: true }, over, 'glare');
  // Who will not hear of it keeps to what it has.
  add(
    { ...answered, status: 488 },
    (w) => patchLeg(w, id, { offered: null, stale: offered.stale }),
    'refusal',
  );
  add({ ...answered, status: 481 }, (w) => patchLeg(w, id, { offered: null, lost: true }), 'lost');
}
