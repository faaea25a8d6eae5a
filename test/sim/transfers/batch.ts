import { FAIR, ROUGH, type Weather } from '../world/network.js';
import { World } from '../world/world.js';
import { BACKUP_2, CARRIER, CARRIER_2, desksOf, PBX } from './alliance.js';
import { Dice } from './cast/dice.js';
import { planFaults } from './cast/faults.js';
import { type Stage, Story, storyIn, storyOf } from './cast/story.js';
import { ladderOf } from './observer/ladder.js';
import { Observer } from './observer/observer.js';
import { type Complaint, judge, type Tally, type Violation } from './observer/verdict.js';
import type { ServerTransaction } from './phones/transactions.js';
import { UserAgent } from './phones/user-agent.js';
import { Site } from './site.js';

/** What the world does to calls; `none` leaves the people alone with each other. */
export const FAULTS = {
  none: { weather: FAIR, counts: { partitions: 0, restarts: 0, crashes: 0 } },
  network: { weather: ROUGH, counts: { partitions: 2, restarts: 0, crashes: 0 } },
  all: { weather: ROUGH, counts: { partitions: 2, restarts: 2, crashes: 1 } },
} as const;

export interface BatchOptions {
  readonly seed: number;
  readonly calls: number;
  /** Callers begin one after the other within this time, virtual ms. */
  readonly withinMs: number;
  readonly faults: keyof typeof FAULTS;
  readonly weather?: Partial<Weather>;
  /** The server's timers sit in its timing wheel. */
  readonly wheel?: boolean;
  /** Keep what is needed to print ladders. */
  readonly ladders?: boolean;
}

export interface BatchResult {
  readonly seed: number;
  readonly fingerprint: string;
  readonly violations: readonly Violation[];
  readonly tally: Tally;
  readonly datagrams: number;
  readonly virtualMs: number;
  /** What was said in a story, as lines; empty without `ladders`. */
  readonly ladder: (story: number) => readonly string[];
}

/** Many stories at once in one world; what came of them, judged by the wire. */
export async function runBatch(options: BatchOptions): Promise<BatchResult> {
  const { seed, calls, withinMs, faults, wheel = false, ladders = false } = options;
  const { weather, counts } = FAULTS[faults];
  const world = new World(seed, { ...weather, ...options.weather });
  try {
    const complaints: Complaint[] = [];
    const observer = new Observer(world.time.now, ladders);
    const site = new Site(world, wheel);
    await site.start();
    world.network.watcher = observer;
    const agents = new Map<string, UserAgent>();
    let addresses = 0;
    const stage: Stage = {
      world,
      engine: site.engine,
      agent: (host) => {
        const agent = agents.get(host);
        if (agent === undefined) throw new RangeError(`nobody at ${host}`);
        return agent;
      },
      newAddress: () => {
        addresses += 1;
        return `172.${16 + (addresses >> 16)}.${(addresses >> 8) & 255}.${addresses & 255}`;
      },
      complain: (story, what) => complaints.push({ story, what, at: world.time.now(), callId: null }),
      desksOf: (member) => desksOf(site.plan, member),
      callBack: (wish) => site.callBack(wish),
      suspect: (story, { what, callId }) => complaints.push({ story, what, at: world.time.now(), callId }),
    };
    const stories = Array.from({ length: calls }, (_, index) => new Story(index, seed, stage));
    const invited = (transaction: ServerTransaction, agent: UserAgent) => {
      const { request } = transaction;
      const story = stories[storyIn(request) ?? -1];
      if (story === undefined) throw new RangeError(`an INVITE of nobody at ${agent.host}: ${request.uri}`);
      return story.invited(transaction, agent);
    };
    site.ledger.onRecord = (record) => {
      if (record.kind === 'call' && record.callBackOf === null)
        stories[storyOf(record.callerNumber ?? '') ?? -1]?.callingBack.callOver(record);
      if (record.kind === 'audit' && record.action.startsWith('call')) {
        const missed = site.ledger.call(record.subject);
        stories[storyOf(missed?.callerNumber ?? '') ?? -1]?.callingBack.attempted(record);
      }
    };
    for (const host of [CARRIER, CARRIER_2, ...Object.values(PBX), BACKUP_2])
      agents.set(host, new UserAgent(world, host, invited));
    const began = world.time.now();
    for (const story of stories) story.later((withinMs * story.index) / calls, () => story.begin());
    planFaults(world, new Dice(seed ^ 0x5bd1e995), agents, counts, withinMs);
    await world.time.run();
    const virtualMs = world.time.now() - began;
    observer.finish();
    const { tally, violations } = judge({ stories, observer, site, world, complaints });
    site.close();
    const { fingerprint, figures } = world.network;
    const ladder = (story: number): string[] => ladderOf(observer, story, began);
    return { seed, fingerprint, violations, tally, datagrams: figures.sent, virtualMs, ladder };
  } finally {
    await world.close();
  }
}
