import { beforeEach, describe, expect, it } from 'vitest';
import { NO_AGENTS } from '../../../src/agents/agents.js';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { Engine } from '../../../src/engine/engine.js';
import { unlimited } from '../../../src/engine/overload.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';
import { planOf } from '../dialplan/plan-text.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

/** 12345 takes one call, then 12355 does, whose trunk carries one. */
const PLAN = `
numbering: { country: "86", area: "22" }
members:
  city:
    numbers: ["12345"]
    name: { zh: 市, en: City }
    field: city
    source: example
    targets: [{ together: [{ trunk: pbx-city, number: "8001" }, { trunk: pbx-city, number: "8002" }] }]
    capacity: 1
    fallback: youth
  youth:
    numbers: ["12355"]
    name: { zh: 青, en: Youth }
    field: youth
    source: example
    targets: [{ trunk: pbx-youth, number: "9001" }]
trunks:
  line: { kind: carrier, sources: ["10.9.0.0/16"] }
  pbx-city: { kind: member, member: city, gateways: [10.1.0.1] }
  pbx-youth: { kind: member, member: youth, gateways: [10.2.0.1], capacity: 1 }
`;
const CARRIER = { ip: '10.9.0.1', port: 5060 };
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

describe('capacity', () => {
  let sip: FakeSignalling;

  beforeEach(async () => {
    const clock = new VirtualClock();
    sip = new FakeSignalling();
    let ids = 0;
    const parts = {
      clock,
      signalling: sip,
      media: new DirectAnchor(() => 1),
      ledger: new MemoryLedger({ leftOpen: [], now: () => clock.now().utc }),
      agents: NO_AGENTS,
      dialPlan: new DialPlanHolder(planOf(PLAN)),
      log: silent,
      random: () => 0,
      newCallId: () => `call${++ids}`,
      maxCalls: 10,
      admission: unlimited,
      times: { noResponseMs: 6000, notifyAnswerMs: 8000 },
      screenPopUrl: () => null,
    };
    await new Engine(parts).start();
  });

  /** Calls 12345; returns the caller's leg and the desks that ring then. */
  function call(): { caller: string; desks: string[] } {
    const before = sip.sent.length;
    const caller = sip.call('sip:12345@x', CARRIER);
    if (typeof caller !== 'string') throw new Error(`refused with ${caller}`);
    const invites = sip.sent.slice(before).filter(({ what }) => what === 'invite');
    return { caller, desks: invites.map(({ detail }) => String(Reflect.get(Object(detail), 'uri'))) };
  }

  it('of a member and of a trunk is in use from the moment a desk is called, and free again after it', () => {
    const first = call();
    expect(first.desks).toEqual(['sip:8001@10.1.0.1:5060', 'sip:8002@10.1.0.1:5060']);
    const second = call();
    expect(second.desks).toEqual(['sip:9001@10.2.0.1:5060']);
    const third = call();
    expect(third.desks).toEqual([]);
    expect(sip.on(third.caller)).toContain('reject');

    sip.event({ type: 'hung-up', leg: first.caller, by: 'peer', reason: null });
    for (const leg of ['call1-2', 'call1-3']) {
      expect(call().desks).toEqual([]);
      sip.event({ type: 'failed', leg, status: 487, reason: null, reached: true });
    }
    expect(call().desks).toEqual(first.desks);
    expect(call().desks).toEqual([]);
  });
});
