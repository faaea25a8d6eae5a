import { NO_AGENTS } from '../../../src/agents/agents.js';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import type { DialPlan } from '../../../src/dialplan/plan.js';
import { Engine, type EngineParts } from '../../../src/engine/engine.js';
import { unlimited } from '../../../src/engine/overload.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';
import { silentLog } from '../../../src/media/log.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

const engineLog = { ...silentLog, child: () => engineLog };

export interface PlanWishes {
  /** How often a call may be moved on, 1. */
  readonly maxHops?: number;
  /** Gateways of the city's PBX, one. */
  readonly cityGateways?: readonly string[];
  /** The city's gateways are asked by OPTIONS every so often; seconds. */
  readonly healthCheckSeconds?: number;
}

/** 12345 (city, extension 8001) and 110 (police, an emergency member, 9001), keys *1 and *2, and a carrier. */
export function twoMembers(wishes: PlanWishes = {}): DialPlan {
  const gateways = JSON.stringify(wishes.cityGateways ?? ['10.1.0.1:5060/udp']);
  const health =
    wishes.healthCheckSeconds === undefined
      ? ''
      : `, healthCheck: { intervalSeconds: ${wishes.healthCheckSeconds} }`;
  const parsed = parseDialPlan(
    `
numbering: { country: "86", area: "22" }
policies: { maxHops: ${wishes.maxHops ?? 1}, maxHuntSeconds: 60, maxCallSeconds: 0 }
members:
  city:
    numbers: ["12345"]
    name: { zh: 市, en: City }
    field: city
    source: published
    targets: [{ trunk: pbx-city, number: "8001", ringSeconds: 20 }]
    fallback: null
  police:
    numbers: ["110"]
    name: { zh: 警, en: Police }
    field: police
    emergency: true
    source: published
    targets: [{ trunk: pbx-police, number: "9001", ringSeconds: 20 }]
    fallback: null
trunks:
  line: { kind: carrier, sources: ["10.9.0.0/16"], gateways: [] }
  pbx-city: { kind: member, member: city, sources: ["10.1.0.1"], gateways: ${gateways}${health} }
  pbx-police: { kind: member, member: police, sources: ["10.2.0.1"], gateways: ["10.2.0.1:5060/udp"] }
keys: { "*1": city, "*2": police }
`,
    'plan.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.plan;
}

/** An engine whose every part is in memory, but for the parts that are given. Calls are call1, call2, ... */
export function anEngine(parts: Partial<EngineParts> = {}): Engine {
  let ids = 0;
  return new Engine({
    clock: new VirtualClock(),
    signalling: new FakeSignalling(),
    media: new DirectAnchor(() => 1),
    ledger: new MemoryLedger(),
    dialPlan: new DialPlanHolder(twoMembers()),
    agents: NO_AGENTS,
    log: engineLog,
    random: () => 0,
    newCallId: () => `call${++ids}`,
    maxCalls: 10,
    admission: unlimited,
    times: { noResponseMs: 6000, notifyAnswerMs: 8000 },
    screenPopUrl: () => null,
    ...parts,
  });
}
