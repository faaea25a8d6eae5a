/** What may happen next to a call, seen from the wire: the environment of the model. */
import type { Call } from '../../src/call/call.js';
import type { Candidate } from '../../src/call/candidate.js';
import type { TimerId } from '../../src/call/command.js';
import type { CallEvent } from '../../src/call/event.js';
import type { Routing } from '../../src/call/routing.js';
import type { Wire } from './wire.js';

/** How often each thing may happen in one history: what keeps the space finite. */
export interface Budget {
  readonly refers: number;
  readonly apiTransfers: number;
  readonly offers: number;
  /** INVITEs come without SDP, too: the offer is ours, the answer is in the ACK (RFC 3261 §13.2.1). */
  readonly lateOffers?: boolean;
  readonly glares: number;
  readonly refusedOffers: number;
  readonly rings: number;
}

export interface Spent {
  refers: number;
  apiTransfers: number;
  offers: number;
  glares: number;
  refusedOffers: number;
  rings: number;
  requests: number;
}

export interface World {
  readonly call: Call;
  readonly wire: Wire;
  readonly spent: Spent;
  readonly depth: number;
  readonly trace: Trace | null;
}
export interface Trace {
  readonly event: string;
  readonly before: Trace | null;
}

export function sdpOf(leg: string, version = 0): string {
  return `v=0\r\no=- 1 ${version} IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio ${4000 + Number(leg.split('-')[1]) * 2 + version * 100} RTP/AVP 8\r\n`;
}

function candidate(member: string): Candidate {
  return {
    member,
    trunk: `pbx-${member}`,
    gateway: `gw-${member}`,
    uri: `sip:${member}@127.0.0.1:5090`,
    peer: '127.0.0.1:5090/udp',
    number: member,
    ringSeconds: 20,
    mayTransfer: true,
  };
}

const MEMBERS: Readonly<Record<string, { fallback: string | null }>> = {
  a: { fallback: 'c' },
  b: { fallback: null },
  c: { fallback: null },
};

export const routing: Routing = {
  member: (id) => {
    const found = MEMBERS[id];
    return found && { id, number: id, emergency: false, fallback: found.fallback };
  },
  resolve: (address) => (address in MEMBERS ? routing.member(address) : undefined),
  candidates: (id) => [candidate(id)],
  limits: { maxHops: 2, maxHuntMs: 60_000, maxCallMs: 0, noResponseMs: 4000, notifyAnswerMs: 8000 },
};

export type Untimed = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/** One thing that may happen next: what it does on the wire, and the event the core sees. */
export interface Choice {
  readonly event: Untimed;
  readonly act: (wire: Wire, spent: Spent) => void;
}

function choicesOfLeg(id: string, world: World, budget: Budget): Choice[] {
  const leg = world.wire.legs[id];
  if (leg === undefined || leg.state === 'over') return [];
  const choices: Choice[] = [];
  const on = (wire: Wire) => wire.legs[id] as typeof leg;
  const { spent } = world;
  if (leg.state === 'inviting' && leg.direction === 'in') {
    return [
      {
        event: { type: 'hung-up', leg: id, by: 'peer', reason: null },
        act: (w) => {
          on(w).state = 'over';
        },
      },
    ];
  }
  if (leg.state === 'inviting') {
    if (!leg.rang && !leg.cancelSent && spent.rings < budget.rings) {
      choices.push({
        event: { type: 'provisional', leg: id, status: 180, sdp: null },
        act: (w, s) => {
          on(w).rang = true;
          s.rings++;
        },
      });
    }
    choices.push({
      event: { type: 'answered', leg: id, sdp: sdpOf(id), allowsUpdate: false },
      act: (w) => {
        on(w).state = 'up';
        on(w).acksOwed++;
      },
    });
    choices.push({
      event: { type: 'failed', leg: id, status: leg.cancelSent ? 487 : 486, reason: null, reached: true },
      act: (w) => {
        on(w).state = 'over';
      },
    });
    return choices;
  }
  // The dialog is up.
  if (!leg.acked) {
    choices.push({
      event: { type: 'acked', leg: id, sdp: budget.lateOffers ? sdpOf(id) : null },
      act: (w) => {
        on(w).acked = true;
      },
    });
    choices.push({
      event: { type: 'hung-up', leg: id, by: 'stack', reason: null },
      act: (w) => {
        on(w).state = 'over';
      },
    });
    return choices;
  }
  const end = (w: Wire) => {
    on(w).state = 'over';
    on(w).open = [];
    on(w).acksOwed = 0;
  };
  choices.push({ event: { type: 'hung-up', leg: id, by: 'peer', reason: null }, act: end });
  if (leg.byeSent) choices.push({ event: { type: 'bye-answered', leg: id }, act: end });
  if (leg.reinviteOut) {
    const over = (w: Wire) => {
      on(w).reinviteOut = false;
    };
    choices.push({
      event: { type: 'offer-answered', leg: id, status: 200, reason: null, sdp: sdpOf(id), retry: false },
      act: (w) => {
        over(w);
        on(w).acksOwed++;
      },
    });
    if (spent.glares < budget.glares) {
      choices.push({
        event: { type: 'offer-answered', leg: id, status: 491, reason: null, sdp: null, retry: true },
        act: (w, s) => {
          over(w);
          s.glares++;
        },
      });
    }
    if (spent.refusedOffers < budget.refusedOffers) {
      for (const status of [488, 481]) {
        choices.push({
          event: { type: 'offer-answered', leg: id, status, reason: null, sdp: null, retry: false },
          act: (w, s) => {
            over(w);
            on(w).lost = status === 481;
            s.refusedOffers++;
          },
        });
      }
    }
  }
  for (const { transferId } of leg.notifies) {
    for (const status of [200, 481]) {
      choices.push({
        event: { type: 'notify-answered', leg: id, transferId, status },
        act: (w) => answerNotify(w, transferId),
      });
    }
  }
  if (leg.answerDue) {
    choices.push({
      event: { type: 'acked', leg: id, sdp: sdpOf(id, 2) },
      act: (w) => {
        on(w).answerDue = false;
      },
    });
  }
  const request = `${spent.requests}`;
  if (!leg.byeSent && leg.acksOwed === 0) {
    if (spent.offers < budget.offers) {
      choices.push({
        event: { type: 'offered', leg: id, request: `offer${request}`, method: 'INVITE', sdp: sdpOf(id, 1) },
        act: (w, s) => {
          on(w).open.push(`offer${request}`);
          s.offers++;
          s.requests++;
        },
      });
    }
    if (budget.lateOffers && spent.offers < budget.offers) {
      choices.push({
        event: { type: 'offered', leg: id, request: `offer-late${request}`, method: 'INVITE', sdp: null },
        act: (w, s) => {
          on(w).open.push(`offer-late${request}`);
          s.offers++;
          s.requests++;
        },
      });
    }
    if (leg.mayTransfer && spent.refers < budget.refers) {
      choices.push({
        event: {
          type: 'referred',
          leg: id,
          request: `refer${request}`,
          cseq: 2,
          referTo: { ok: true, address: 'b' },
          referredBy: null,
        },
        act: (w, s) => {
          on(w).open.push(`refer${request}`);
          s.refers++;
          s.requests++;
        },
      });
    }
  }
  return choices;
}

function answerNotify(wire: Wire, transferId: string): void {
  for (const leg of Object.values(wire.legs)) {
    leg.notifies = leg.notifies.filter((n) => n.transferId !== transferId);
  }
}

export function choices(world: World, budget: Budget): Choice[] {
  const found = Object.keys(world.wire.legs).flatMap((id) => choicesOfLeg(id, world, budget));
  for (const timer of world.wire.timers) {
    if (timer.startsWith('guard:')) continue;
    found.push({
      event: { type: 'timer', timer: timer as TimerId },
      act: (w) => {
        w.timers.splice(w.timers.indexOf(timer), 1);
        // The final NOTIFY is given up: BYE may follow without its answer.
        if (timer.startsWith('notify:')) answerNotify(w, timer.slice(7));
      },
    });
  }
  if (world.spent.apiTransfers < budget.apiTransfers && world.call.phase.name === 'talking') {
    found.push({
      event: { type: 'transfer-requested', trigger: 'api', to: 'b', transferor: null },
      act: (_, s) => void s.apiTransfers++,
    });
  }
  return found;
}
