import { beforeEach, describe, expect, it } from 'vitest';
import type { Agents } from '../../../src/agents/agents.js';
import { NO_AGENTS } from '../../../src/agents/agents.js';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import { NOTHING_CARRIED } from '../../../src/engine/carried.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { LiveEvent } from '../../../src/engine/operations.js';
import type { JournalledCall } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { anAgent } from '../agents/an-agent.js';
import { anEngine } from './an-engine.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

const PLAN = `
numbering: { country: "86", area: "22" }
policies: { maxHops: 2, maxHuntSeconds: 30 }
members:
  city:
    numbers: ["12345", "12346"]
    languages: { "12346": en }
    name: { zh: 市, en: City }
    field: city
    source: example
    targets: [{ queue: city, ringSeconds: 12, maxWaitSeconds: 60 }, { trunk: pbx, number: "9" }]
    queue: { afterCallSeconds: 5 }
    fallback: null
  youth:
    numbers: ["12355"]
    name: { zh: 青, en: Youth }
    field: youth
    source: example
    targets: [{ queue: city, ringSeconds: 12, maxWaitSeconds: 60 }]
trunks:
  line: { kind: carrier, sources: ["10.9.0.0/16"], gateways: [] }
  pbx: { kind: member, member: city, sources: ["10.1.0.1"], gateways: ["10.1.0.1:5060/udp"] }
`;

/** Agents whose phones are registered as the test says. */
class FakeAgents implements Agents {
  readonly #all = [anAgent('li'), anAgent('wu', { languages: ['en'] })];
  readonly #gone = new Set<string>();
  #listener: (agent: string, reachable: boolean) => void = () => undefined;

  agent = (id: string) => this.#all.find((agent) => agent.id === id);
  atExtension = () => undefined;
  agents = () => this.#all;
  onAgents = NO_AGENTS.onAgents;
  lost = NO_AGENTS.lost;
  register = NO_AGENTS.register;
  admit = NO_AGENTS.admit;
  isPhone = NO_AGENTS.isPhone;
  registrations = NO_AGENTS.registrations;
  lockouts = NO_AGENTS.lockouts;
  figures = NO_AGENTS.figures;
  onNews = NO_AGENTS.onNews;
  onHeard = NO_AGENTS.onHeard;
  contactsOf = (id: string) =>
    this.#gone.has(id)
      ? []
      : [
          {
            id: `phone of ${id}`,
            agent: id,
            device: null,
            uri: `sip:${id}@10.5.0.1`,
            route: null,
            ways: [{ nextHop: null, peer: '10.5.0.1:5060/udp' }] as const,
          },
        ];
  onReachable(listener: (agent: string, reachable: boolean) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  loses(id: string): void {
    this.#gone.add(id);
    this.#listener(id, false);
  }
}

let clock: VirtualClock;
let signalling: FakeSignalling;
let agents: FakeAgents;
let ledger: MemoryLedger;
let engine: Engine;
let events: LiveEvent[];

beforeEach(() => start());

async function start(leftOpen: readonly JournalledCall[] = []): Promise<void> {
  const parsed = parseDialPlan(PLAN, 'plan.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  clock = new VirtualClock();
  signalling = new FakeSignalling();
  agents = new FakeAgents();
  ledger = new MemoryLedger({ leftOpen, now: () => clock.now().utc });
  events = [];
  engine = anEngine({ clock, signalling, agents, ledger, dialPlan: new DialPlanHolder(parsed.plan) });
  engine.subscribe((event) => events.push(event));
  await engine.start();
}

const CARRIER = { ip: '10.9.0.1', port: 5060 };
const SDP = 'v=0\r\n';

/** Calls 12345 when nothing else is said; returns the caller's leg. */
function call(number = '12345', carried = NOTHING_CARRIED): string {
  const leg = signalling.call(`sip:${number}@x`, CARRIER, SDP, { carried });
  if (typeof leg !== 'string') throw new Error(`refused with ${leg}`);
  return leg;
}

/** Who is called, in order. */
const called = (): string[] =>
  signalling.sent
    .filter(({ what }) => what === 'invite')
    .map(({ detail }) => /sip:([^@]+)@/.exec(String(Reflect.get(Object(detail), 'uri')))?.[1] ?? '');

const states = (): string[] => engine.agentStatuses().map(({ agent, state }) => `${agent.id} ${state}`);
const changes = (agent: string): string[] =>
  events.flatMap(({ type, detail }) =>
    type === 'agent-state' && detail.agent === agent ? [`${detail.to} ${detail.reason}`] : [],
  );

function answers(leg: string): void {
  signalling.event({ type: 'answered', leg, sdp: SDP, allowsUpdate: false, agent: null });
}

function hangsUp(leg: string): void {
  signalling.event({ type: 'hung-up', leg, by: 'peer', reason: null });
}

describe('a caller of a member with a queue', () => {
  it('gets the agent who has been idle longest; a second caller the other', () => {
    const caller = call();
    call();
    expect(called()).toEqual(['li', 'wu']);
    expect(states()).toEqual(['li ringing', 'wu ringing']);
    answers('call1-2');
    expect(signalling.on(caller)).toEqual(['provisional', 'answer']);
    expect(states()).toEqual(['li talking', 'wu ringing']);
  });

  it('gets who speaks the language that the INVITE prefers', () => {
    call('12345', { headers: { 'Accept-Language': 'en-US,zh;q=0.5' }, bodies: [] });
    call('12345', { headers: { 'Accept-Language': 'en' }, bodies: [] });
    expect(called()).toEqual(['wu', 'li']);
    expect(engine.waitingCallers().map(({ language }) => language)).toEqual(['en', 'en']);
  });

  it('gets who speaks the language of the number that they dialled', () => {
    call('12346');
    call('12345');
    expect(called()).toEqual(['wu', 'li']);
  });

  it('gets who speaks the language that an agent names when transferring', async () => {
    call();
    answers('call1-2');
    const waits = call();
    answers('call2-2');
    expect(called()).toEqual(['li', 'wu']);
    hangsUp('call2-2');
    hangsUp(waits);
    await clock.pass(6000);
    const answer = await engine.transfer('call1', { to: 'youth', mode: 'blind', language: 'en' });
    expect(answer).toMatchObject({ ok: true });
    expect(called().at(-1)).toBe('wu');
  });

  it('gets who speaks it after a restart, too', async () => {
    call();
    answers('call1-2');
    signalling.event({ type: 'acked', leg: 'call1-1', sdp: null });
    await engine.transfer('call1', { to: 'youth', mode: 'blind', language: 'en' });
    await start([...ledger.journalled]);
    await clock.pass(0);
    expect(engine.liveCalls()).toMatchObject([{ id: 'call1', phase: 'talking' }]);
    await start([...ledger.journalled]);
    await clock.pass(0);
    expect(await engine.transfer('call1', { to: 'youth', mode: 'blind' })).toMatchObject({ ok: true });
    expect(engine.waitingCallers()).toMatchObject([{ call: 'call1', language: 'en' }]);
  });

  it('waits while all talk, with 180, and is served when one has written up the last call', async () => {
    call();
    call();
    answers('call1-2');
    answers('call2-2');
    const third = call();
    expect(signalling.on(third)).toContain('provisional');
    expect(engine.waitingCallers()).toMatchObject([{ call: 'call3', position: 1, ringing: [] }]);
    signalling.event({ type: 'acked', leg: 'call1-1', sdp: null });
    hangsUp('call1-1');
    signalling.event({ type: 'bye-answered', leg: 'call1-2' });
    expect(states()[0]).toBe('li after-call');
    await clock.pass(6000);
    expect(called()).toEqual(['li', 'wu', 'li']);
    expect(changes('li')).toEqual([
      'ringing offered',
      'talking answered',
      'after-call hung-up',
      'ready after-call-over',
      'ringing offered',
    ]);
  });

  it('keeps the place when an agent does not answer, and hears nothing of it', async () => {
    const caller = call();
    signalling.event({ type: 'provisional', leg: 'call1-2', status: 180, sdp: null });
    await clock.pass(12_500);
    expect(called()).toEqual(['li', 'wu']);
    expect(states()).toEqual(['li pause', 'wu ringing']);
    expect(engine.agentStatuses()[0]).toMatchObject({ reason: 'no-answer' });
    expect(engine.liveCall('call1')?.phase).toBe('seeking');
    expect(signalling.on(caller)).not.toContain('reject');
    expect(ledger.records).toContainEqual(
      expect.objectContaining({
        kind: 'audit',
        action: 'agent-state',
        subject: 'li',
        actor: 'onekey',
        callId: 'call1',
        detail: 'ringing > pause: no-answer',
      }),
    );
  });

  it('goes to the next agent when one declines, and on to the next target when nobody is left there', async () => {
    call();
    signalling.event({ type: 'failed', leg: 'call1-2', status: 486, reason: null, reached: true });
    agents.loses('wu');
    signalling.event({ type: 'failed', leg: 'call1-3', status: 503, reason: null, reached: false });
    expect(called()).toEqual(['li', 'wu']);
    expect(states()).toEqual(['li pause', 'wu offline']);
    // Somebody is there, who pauses: the caller waits for the time of the plan.
    await clock.pass(59_000);
    expect(called()).toEqual(['li', 'wu']);
    await clock.pass(2000);
    expect(called()).toEqual(['li', 'wu', '9']);
  });

  it('goes on at once when everybody signs off', async () => {
    engine.askAgentState('li', { state: 'pause', reason: 'lunch' }, 'desk');
    engine.askAgentState('wu', { state: 'pause', reason: 'lunch' }, 'desk');
    call();
    expect(called()).toEqual([]);
    engine.askAgentState('li', { state: 'offline' }, 'desk');
    engine.askAgentState('wu', { state: 'offline' }, 'desk');
    expect(called()).toEqual(['9']);
    expect(engine.waitingCallers()).toEqual([]);
  });

  it('who leaves frees the agent, whose turn is not lost', () => {
    const caller = call();
    hangsUp(caller);
    expect(signalling.on('call1-2')).toContain('cancel');
    call();
    expect(called()).toEqual(['li', 'wu']);
    signalling.event({ type: 'failed', leg: 'call1-2', status: 487, reason: null, reached: true });
    expect(states()).toEqual(['li ready', 'wu ringing']);
    expect(events.map(({ type }) => type).filter((type) => type.startsWith('queue'))).toEqual([
      'queue-entered',
      'queue-left',
      'queue-entered',
    ]);
  });

  it('leaves no timer behind', async () => {
    const caller = call();
    hangsUp(caller);
    signalling.event({ type: 'failed', leg: 'call1-2', status: 487, reason: null, reached: true });
    await clock.pass(120_000);
    expect(clock.waiting).toBe(0);
    expect(engine.liveCalls()).toEqual([]);
  });
});
