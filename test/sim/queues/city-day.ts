/** Queues of a whole city in virtual time: engine, core and queues as they are, phones and callers by chance. */
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import { unlimited } from '../../../src/engine/overload.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { randomFrom } from '../../unit/dialplan/plan-text.js';
import { anEngine } from '../../unit/engine/an-engine.js';
import { VirtualClock } from '../../unit/engine/virtual-clock.js';
import { judge, type Verdict } from './judge.js';
import { Phones, staffOf } from './staff.js';

export interface CityDay {
  readonly queues: number;
  readonly agents: number;
  readonly callsPerSecond: number;
  /** How long callers come in. */
  readonly seconds: number;
  readonly seed: number;
}

const SDP = 'v=0\r\n';
const CARRIER = { ip: '10.9.0.1', port: 5060 };
/** Until the last caller has left. */
const AFTERWARDS_MS = 20 * 60_000;
/** A supervisor looks after agents who pause because they did not answer. */
const ROUND_MS = 30_000;

/** Play it, and judge it by what ledger and wire say. */
export async function playCityDay(day: CityDay): Promise<Verdict> {
  const { queues, agents: count, callsPerSecond, seconds, seed } = day;
  const whole = randomFrom(seed);
  const random = (): number => whole(1_000_000) / 1_000_000;
  const members = Array.from({ length: queues }, (_, n) => `m${n + 1}`);
  const parsed = parseDialPlan(planOf(members), 'plan.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const clock = new VirtualClock();
  const phones = new Phones(clock, random);
  const ledger = new MemoryLedger({ now: () => clock.now().utc });
  const engine = anEngine({
    clock,
    signalling: phones,
    ledger,
    agents: staffOf(members, count),
    dialPlan: new DialPlanHolder(parsed.plan),
    maxCalls: 100_000,
    admission: unlimited,
  });
  await engine.start();

  const callers = Math.round(callsPerSecond * seconds);
  const arrive = (n: number): void => {
    const called = phones.call(`sip:${10_000 + whole(queues)}@x`, CARRIER, SDP);
    if (typeof called !== 'string') throw new Error(`a caller was refused with ${called}`);
    // Whoever was not answered by then gives up; who was, talks on for a while.
    clock.after(15_000 + random() * 75_000, () => hangUp(called));
    if (n + 1 < callers) clock.after((1000 / callsPerSecond) * 2 * random(), () => arrive(n + 1));
  };
  const hangUp = (leg: string): void => phones.event({ type: 'hung-up', leg, by: 'peer', reason: null });
  const round = (): void => {
    for (const { agent, state } of engine.agentStatuses())
      if (state === 'pause') engine.askAgentState(agent.id, { state: 'ready' }, 'supervisor');
    clock.after(ROUND_MS, round);
  };
  arrive(0);
  round();
  await clock.pass(seconds * 1000 + AFTERWARDS_MS);
  return judge({ records: ledger.records, trace: phones.trace, callers, left: engine.liveCalls().length });
}

/** Every member has a queue alone, so that nobody goes elsewhere. */
function planOf(members: readonly string[]): string {
  const entries = members.map(
    (id, n) => `  ${id}:
    numbers: ["${10_000 + n}"]
    name: { zh: 成员, en: Member }
    field: field
    source: example
    targets: [{ queue: ${id}, ringSeconds: 12, maxWaitSeconds: 600 }]
    queue: { afterCallSeconds: 5 }`,
  );
  return `numbering: { country: "86", area: "22" }
members:
${entries.join('\n')}
trunks:
  line: { kind: carrier, sources: ["10.9.0.0/16"], gateways: [] }
`;
}
