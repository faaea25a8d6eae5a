/** What an observer on the wire knows of one call, built only from commands and events: the judge of the core. */
import type { Command } from '../../src/call/command.js';
import type { LedgerRecord } from '../../src/ledger/records.js';

export interface WireLeg {
  readonly direction: 'in' | 'out';
  /** `inviting` until a final response passed, `up` until BYE, then `over`. */
  state: 'inviting' | 'up' | 'over';
  mayTransfer: boolean;
  rang: boolean;
  cancelSent: boolean;
  byeSent: boolean;
  /** Inbound: the peer has acknowledged our 2xx. */
  acked: boolean;
  /** 2xx responses of the peer that we have not acknowledged yet. */
  acksOwed: number;
  reinviteOut: boolean;
  /** Our 2xx to a re-INVITE brought the offer: the peer's ACK brings the answer. */
  answerDue: boolean;
  /** The peer has said 481: it knows no such dialog any more. */
  lost: boolean;
  /** NOTIFYs that wait for their answer, one a subscription. */
  notifies: { transferId: string; final: boolean }[];
  /** Requests of the peer that wait for our response. */
  open: string[];
  records: number;
}

export interface Wire {
  readonly legs: Record<string, WireLeg>;
  readonly timers: string[];
  readonly transfers: Record<string, number>;
  callRecords: number;
  forgotten: boolean;
}

export function newWire(): Wire {
  return { legs: {}, timers: [], transfers: {}, callRecords: 0, forgotten: false };
}

export function newLeg(direction: 'in' | 'out', mayTransfer: boolean): WireLeg {
  return {
    direction,
    state: 'inviting',
    mayTransfer,
    rang: false,
    cancelSent: false,
    byeSent: false,
    acked: direction === 'out',
    acksOwed: 0,
    reinviteOut: false,
    answerDue: false,
    lost: false,
    notifies: [],
    open: [],
    records: 0,
  };
}

/** Broken rule of SIP or of a promise; its text names the rule. */
export class Violation extends Error {}

function demand(holds: boolean, rule: string): void {
  if (!holds) throw new Violation(rule);
}

function legOf(wire: Wire, id: string): WireLeg {
  const leg = wire.legs[id];
  if (leg === undefined) throw new Violation(`command for unknown leg ${id}`);
  return leg;
}

/** Let a command of the core happen on the wire, and complain when it may not. */
export function applyCommand(wire: Wire, command: Command): void {
  demand(!wire.forgotten, `${command.type} after the call was forgotten`);
  switch (command.type) {
    case 'invite':
      demand(wire.legs[command.leg] === undefined, 'a leg is invited once');
      wire.legs[command.leg] = newLeg('out', command.to.mayTransfer);
      return;
    case 'provisional':
      return demand(
        legOf(wire, command.leg).state === 'inviting',
        'provisional before the final response only',
      );
    case 'answer': {
      const leg = legOf(wire, command.leg);
      demand(leg.state === 'inviting', 'an INVITE is answered once');
      leg.state = 'up';
      return;
    }
    case 'reject': {
      const leg = legOf(wire, command.leg);
      demand(leg.state === 'inviting' && leg.direction === 'in', 'only an open INVITE can be rejected');
      leg.state = 'over';
      return;
    }
    case 'cancel': {
      const leg = legOf(wire, command.leg);
      demand(
        leg.state === 'inviting' && leg.direction === 'out' && !leg.cancelSent,
        'CANCEL once, before the answer',
      );
      leg.cancelSent = true;
      return;
    }
    case 'ack': {
      const leg = legOf(wire, command.leg);
      demand(leg.acksOwed > 0, 'ACK only for a 2xx');
      leg.acksOwed--;
      return;
    }
    case 'bye': {
      const leg = legOf(wire, command.leg);
      demand(leg.state === 'up', 'BYE only on an established dialog');
      demand(!leg.byeSent, 'BYE is sent once');
      demand(leg.acked, 'no BYE before the ACK of our 2xx (RFC 3261 §15)');
      demand(leg.acksOwed === 0, 'ACK before BYE');
      demand(leg.lost || !leg.notifies.some((n) => n.final), 'no BYE before the final NOTIFY was answered');
      leg.byeSent = true;
      return;
    }
    case 'offer': {
      const leg = legOf(wire, command.leg);
      demand(leg.state === 'up' && !leg.byeSent, 'offer only on a live dialog');
      demand(!leg.reinviteOut, 'one re-INVITE at a time (RFC 3261 §14.1)');
      demand(!leg.open.some((r) => r.startsWith('offer')), 'no re-INVITE while one of the peer is open');
      demand(leg.acked, 'no re-INVITE before the ACK');
      leg.reinviteOut = true;
      return;
    }
    case 'respond': {
      const leg = legOf(wire, command.leg);
      const at = leg.open.indexOf(command.request);
      demand(at !== -1, `a request is answered once (${command.request})`);
      leg.open.splice(at, 1);
      if (command.request.startsWith('offer-late') && command.status === 200) leg.answerDue = true;
      return;
    }
    case 'forward': {
      const leg = legOf(wire, command.leg);
      const at = leg.open.indexOf(command.request);
      demand(at !== -1, 'a request is forwarded once');
      leg.open.splice(at, 1);
      return;
    }
    case 'notify': {
      const leg = legOf(wire, command.leg);
      demand(leg.state === 'up' && !leg.byeSent, 'NOTIFY only on a live dialog');
      const { transferId, final } = command;
      demand(!leg.notifies.some((n) => n.transferId === transferId), 'one NOTIFY at a time');
      leg.notifies.push({ transferId, final });
      return;
    }
    case 'start-timer':
      if (!wire.timers.includes(command.timer)) wire.timers.push(command.timer);
      return;
    case 'stop-timer': {
      const at = wire.timers.indexOf(command.timer);
      if (at !== -1) wire.timers.splice(at, 1);
      return;
    }
    case 'write':
      return applyRecord(wire, command.record);
    case 'unexpected':
      throw new Violation(`unexpected ${command.event}: ${command.why}`);
    case 'forget':
      wire.forgotten = true;
      return;
    default:
      return;
  }
}

function applyRecord(wire: Wire, record: LedgerRecord): void {
  if (record.kind === 'call') wire.callRecords++;
  else if (record.kind === 'transfer') wire.transfers[record.id] = (wire.transfers[record.id] ?? 0) + 1;
  else {
    const leg = legOf(wire, record.id);
    leg.records++;
    demand(leg.state === 'over', `the record of leg ${record.id} is written when the leg is over`);
  }
}

/** What must hold when the call is over. Promise 3: no orphans; promise 4: one record each. */
export function checkEnd(wire: Wire, transfersAsked: number): void {
  for (const [id, leg] of Object.entries(wire.legs)) {
    demand(leg.state === 'over', `leg ${id} is still ${leg.state} after the call`);
    demand(leg.records === 1, `leg ${id} has ${leg.records} records`);
    demand(leg.acksOwed === 0, `a 2xx of leg ${id} was never acknowledged`);
  }
  demand(wire.callRecords === 1, `the call has ${wire.callRecords} records`);
  demand(Object.keys(wire.transfers).length === transfersAsked, 'each transfer asked for has a record');
  demand(
    Object.values(wire.transfers).every((n) => n === 1),
    'a transfer has one record',
  );
  demand(wire.forgotten, 'the call is forgotten at its end');
  const left = wire.timers.filter((timer) => !timer.startsWith('guard:'));
  demand(left.length === 0, `timers left: ${left.join(', ')}`);
}
