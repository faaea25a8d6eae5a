/** What our commands do on the wire, and whether they may be done there. */
import type { Command } from '../../../src/call/command.js';
import { applyRecord } from './ledger-rules.js';
import { readKeys } from './plan.js';
import {
  demand,
  endOnWire,
  heardBy,
  legOf,
  newLeg,
  patchCall,
  patchLeg,
  startTimer,
  stopTimer,
  toldBy,
  Violation,
  type Wire,
  type WireLeg,
} from './wire.js';

/** Max-Forwards of callers' INVITEs. */
export const FORWARDS = 70;

type Of<T extends Command['type']> = Extract<Command, { type: T }>;

/** Let a command of call `by` happen on the wire, and complain when it may not. */
export function applyCommand(wire: Wire, by: string, command: Command): void {
  demand(wire.calls[by]?.forgotten !== true, `${command.type} after the call was forgotten`);
  switch (command.type) {
    case 'start-timer':
      return startTimer(wire, `${by} ${command.timer}`);
    case 'stop-timer':
      return stopTimer(wire, `${by} ${command.timer}`);
    case 'write':
      return applyRecord(wire, command.record);
    case 'absorb':
      return absorb(wire, by, command.call);
    case 'unexpected':
      throw new Violation(`unexpected ${command.event}: ${command.why}`);
    case 'forget':
      return patchCall(wire, by, { forgotten: true });
    case 'publish':
      return published(wire, command);
    case 'reply':
      return;
    case 'queue-wait':
      return waitInQueue(wire, by, command);
    case 'queue-leave':
      demand(wire.calls[by]?.queue != null, 'a queue is left once');
      if (wire.calls[by]?.queue?.entry === command.entry) patchCall(wire, by, { queue: null });
      return;
    case 'join':
      return bringTogether(wire, by, [command.a, command.b]);
    case 'confer':
      demand(command.legs.length > 2, 'two hear each other without a mixer');
      return bringTogether(wire, by, command.legs);
    case 'invite':
      return invite(wire, by, command);
    default: {
      const leg = legOf(wire, command.leg);
      // A REFER may come on a leg of one call and be a matter of the other.
      if (command.type !== 'respond')
        demand(leg.call === by, `${command.type} for leg ${command.leg} comes from the call it belongs to`);
      return onLeg(wire, leg, command);
    }
  }
}

function onLeg(
  wire: Wire,
  leg: WireLeg,
  command: Exclude<Extract<Command, { leg: string | null }>, Of<'invite' | 'unexpected'>>,
): void {
  switch (command.type) {
    case 'heard':
      return patchLeg(wire, command.leg, { described: true });
    case 'park':
      demand(leg.described, `leg ${command.leg} has said nothing of its media and cannot be parked`);
      demand(leg.state !== 'over', 'only a leg that is there is parked');
      return part(wire, command.leg);
    case 'announce':
      demand(leg.described, `leg ${command.leg} has said nothing of its media and cannot be told anything`);
      demand(leg.state !== 'over' && !leg.byeSent, 'only a leg that is there is told anything');
      part(wire, command.leg);
      return patchLeg(wire, command.leg, { announced: true });
    case 'provisional':
      return demand(leg.state === 'inviting', 'provisional before the final response only');
    case 'answer':
      return answer(wire, leg, command);
    case 'reject':
      demand(leg.state === 'inviting' && leg.direction === 'in', 'only an open INVITE can be rejected');
      return endOnWire(wire, command.leg);
    case 'cancel':
      demand(leg.state === 'inviting' && leg.direction === 'out', 'CANCEL before the answer');
      demand(!leg.cancelSent, 'CANCEL is sent once');
      return patchLeg(wire, command.leg, { cancelSent: true });
    case 'ack':
      return ack(wire, leg, command);
    case 'bye':
      return bye(wire, leg, command);
    case 'offer':
      return offer(wire, leg, command);
    case 'respond':
      return respond(wire, leg, command);
    case 'probe':
      demand(leg.state === 'up' && !leg.byeSent, 'only a live dialog is asked whether it is there');
      return patchLeg(wire, command.leg, { probed: true });
    case 'forward':
      return forward(wire, leg, command);
    case 'send-keys':
      return sendKeys(wire, leg, command);
    case 'notify':
      return notify(wire, leg, command);
  }
}

function published(wire: Wire, { call, event }: Of<'publish'>): void {
  if (event.type !== 'call-ended') return;
  patchCall(wire, call, { endsTold: (wire.calls[call]?.endsTold ?? 0) + 1 });
}

/** A queue is asked for somebody: for a new place, or again for the one that the party has. */
function waitInQueue(wire: Wire, by: string, { queue, entry, ticket, again }: Of<'queue-wait'>): void {
  const place = wire.calls[by]?.queue ?? null;
  if (again) demand(place?.entry === entry, 'a place in the queue that is kept is one that there was');
  demand(place === null || ticket > place.ticket, 'a new request has a new ticket');
  demand(place === null || !place.asked || !again, 'a queue is asked again once it has named somebody');
  patchCall(wire, by, { queue: { queue, entry, ticket, asked: true } });
}

/** The media server lets these hear each other; whom they heard before hears nobody of them. */
function bringTogether(wire: Wire, by: string, ids: readonly string[]): void {
  for (const id of ids) {
    const leg = legOf(wire, id);
    demand(leg.call === by, `join for leg ${id} comes from the call it belongs to`);
    demand(leg.described, `leg ${id} has said nothing of its media and cannot be joined`);
    demand(leg.state !== 'over', 'only a leg that is there is joined');
    part(wire, id);
  }
  for (const id of ids) patchLeg(wire, id, { hears: heardBy(ids.filter((other) => other !== id)) });
}

function part(wire: Wire, id: string): void {
  for (const [other, leg] of Object.entries(wire.legs)) {
    const heard = leg.hears?.split(' ') ?? [];
    if (other === id) patchLeg(wire, other, { hears: null });
    else if (heard.includes(id)) patchLeg(wire, other, { hears: heardBy(heard.filter((one) => one !== id)) });
  }
}

function invite(wire: Wire, by: string, command: Of<'invite'>): void {
  demand(wire.legs[command.leg] === undefined, 'a leg is invited once');
  const { maxForwards } = command.context;
  demand(
    maxForwards < FORWARDS,
    'an INVITE that goes on has fewer hops left than the one that came (RFC 7332)',
  );
  demand(
    wire.calls[by]?.looped !== true || maxForwards <= 3,
    'a call that goes in a circle is sent round again',
  );
  const { mayTransfer, member } = command.to;
  if (member === null) checkCalledBack(wire, by);
  const { from, sdp } = command.offer;
  const leg = newLeg({ call: by, direction: 'out', member, mayTransfer });
  wire.legs = { ...wire.legs, [command.leg]: { ...leg, told: sdp === null ? null : toldBy(from, sdp) } };
}

/** Nobody is called without somebody who wants to speak with them, nor twice at once. */
function checkCalledBack(wire: Wire, by: string): void {
  const legs = Object.values(wire.legs).filter((leg) => leg.call === by && leg.state !== 'over');
  demand(
    legs.some((leg) => leg.mayTransfer && leg.state === 'up' && !leg.byeSent),
    'the citizen is called before an agent is there',
  );
  demand(!legs.some((leg) => leg.member === null && !leg.cancelSent), 'the citizen is called twice at once');
}

function answer(wire: Wire, leg: WireLeg, command: Of<'answer'>): void {
  demand(leg.state === 'inviting' && leg.direction === 'in', 'an INVITE is answered once');
  const told = command.sdp === null ? null : toldBy(command.from, command.sdp);
  patchLeg(wire, command.leg, { state: 'up', told, stale: false });
  const call = wire.calls[leg.call];
  if (command.leg === `${leg.call}-1` && call?.answered === false)
    patchCall(wire, leg.call, { answered: true });
}

function ack(wire: Wire, leg: WireLeg, command: Of<'ack'>): void {
  demand(leg.acksOwed > 0, 'ACK only for a 2xx');
  demand(command.sdp === null || leg.ackAnswers, 'an ACK brings SDP only as an answer');
  demand(
    command.sdp !== null || !leg.ackAnswers,
    'an offer in a 2xx is answered in its ACK (RFC 3261 §13.2.2.4)',
  );
  const told = command.sdp === null ? leg.told : toldBy(command.from, command.sdp);
  patchLeg(wire, command.leg, { acksOwed: leg.acksOwed - 1, ackAnswers: false, told });
}

function bye(wire: Wire, leg: WireLeg, command: Of<'bye'>): void {
  demand(leg.state === 'up', 'BYE only on an established dialog');
  demand(!leg.byeSent, 'BYE is sent once');
  demand(leg.acked, 'no BYE before the ACK of our 2xx (RFC 3261 §15)');
  demand(leg.acksOwed === 0, 'ACK before BYE');
  // A desk that wants to be out of the call waits for nothing.
  if (!leg.lost && command.cause !== 'put-down') {
    demand(leg.deaf || !leg.notifies.some((n) => n.final), 'no BYE before the final NOTIFY was answered');
    demand(
      !Object.values(leg.subscriptions).includes('open'),
      'no BYE to a transferor who was not told the outcome',
    );
  }
  patchLeg(wire, command.leg, { byeSent: true });
}

function offer(wire: Wire, leg: WireLeg, command: Of<'offer'>): void {
  demand(leg.state === 'up' && !leg.byeSent, 'offer only on a live dialog');
  demand(leg.offered === null, 'one re-INVITE at a time (RFC 3261 §14.1)');
  demand(!leg.open.some((r) => r.startsWith('offer')), 'no re-INVITE while one of the peer is open');
  demand(leg.acked, 'no re-INVITE before the ACK');
  demand(leg.acksOwed === 0, 'no re-INVITE before our own ACK');
  const told = command.sdp === null ? null : toldBy(command.from, command.sdp);
  patchLeg(wire, command.leg, { offered: { told, method: command.method, stale: false } });
}

function respond(wire: Wire, leg: WireLeg, command: Of<'respond'>): void {
  const at = leg.open.indexOf(command.request);
  demand(at !== -1, `a request is answered once (${command.request})`);
  const open = leg.open.toSpliced(at, 1);
  const success = command.status >= 200 && command.status < 300;
  const kind = command.request.slice(0, command.request.indexOf(':'));
  if (kind === 'key') {
    const key = command.request.slice(4, 5);
    return patchLeg(wire, command.leg, { open, held: success ? leg.held + key : leg.held });
  }
  if (kind === 'refer')
    return patchLeg(wire, command.leg, { open, accepted: leg.accepted + (success ? 1 : 0) });
  if (kind !== 'offer' && kind !== 'offer-late') return patchLeg(wire, command.leg, { open });
  if (!success) return patchLeg(wire, command.leg, { open, asked: null });
  demand(command.sdp !== null, 'a 2xx to an INVITE brings a description');
  const told = command.sdp === null ? leg.told : toldBy(command.from, command.sdp);
  patchLeg(wire, command.leg, {
    open,
    told,
    stale: false,
    own: leg.asked ?? leg.own,
    asked: null,
    answerDue: kind === 'offer-late',
  });
}

function forward(wire: Wire, leg: WireLeg, command: Of<'forward'>): void {
  const at = leg.open.indexOf(command.request);
  demand(at !== -1, 'a request is forwarded once');
  const to = legOf(wire, command.to);
  demand(to.state === 'up' && !to.byeSent && to.acked, 'a request is passed to a live dialog');
  if (command.request.startsWith('key:')) {
    demand(leg.held === '', `keys reach the other party in order: ${leg.held} is held back`);
    checkRest(leg, to, command.request.slice(4, 5));
  }
  patchLeg(wire, command.leg, { open: leg.open.toSpliced(at, 1) });
}

/** The rest of a code that was too slow is nothing for a citizen. */
function checkRest(from: WireLeg, to: WireLeg, key: string): void {
  if (from.half === '' || to.member !== null) return;
  const { action, mayGrow } = readKeys(from.half + key);
  demand(action === null && !mayGrow, `${key}, the rest of the code ${from.half}${key}, reaches the citizen`);
}

function sendKeys(wire: Wire, leg: WireLeg, command: Of<'send-keys'>): void {
  demand(leg.state === 'up' && !leg.byeSent && leg.acked, 'keys are passed to a live dialog');
  const keys = command.presses.map(({ key }) => key).join('');
  const source = Object.entries(wire.legs).find(
    ([id, other]) => id !== command.leg && other.call === leg.call && other.held === keys,
  );
  if (source === undefined)
    throw new Violation(`the keys ${keys} were pressed by nobody, or not in this order`);
  demand(readKeys(keys).action === null, `the code ${keys} reaches the other party`);
  const citizen = leg.member === null;
  demand(!citizen || !readKeys(keys).mayGrow, `half a code, ${keys}, reaches the citizen`);
  patchLeg(wire, source[0], { held: '' });
}

function notify(wire: Wire, leg: WireLeg, { leg: id, transferId, final }: Of<'notify'>): void {
  demand(leg.state === 'up' && !leg.byeSent, 'NOTIFY only on a live dialog');
  demand(!leg.notifies.some((n) => n.transferId === transferId), 'one NOTIFY at a time');
  const known = leg.subscriptions[transferId];
  demand(known === undefined || known === 'open', 'no NOTIFY after the final one');
  patchLeg(wire, id, {
    notifies: [...leg.notifies, { transferId, final }],
    subscriptions: { ...leg.subscriptions, [transferId]: final ? 'final' : 'open' },
  });
}

function absorb(wire: Wire, by: string, other: string): void {
  const legs: Record<string, WireLeg> = {};
  for (const [id, leg] of Object.entries(wire.legs)) {
    legs[id] = leg.call === other && leg.state !== 'over' ? { ...leg, call: by } : leg;
  }
  wire.legs = legs;
  wire.timers = Object.fromEntries(
    Object.entries(wire.timers).filter(([name]) => !name.startsWith(`${other} `)),
  );
  patchCall(wire, other, { absorbed: true, forgotten: true, queue: null });
}
