import { Bridge } from './parties/bridge.js';
import { CallLoad, type LoadFigures, type LoadPlan } from './parties/call-load.js';
import type { PartyParts } from './parties/party.js';
import type { NetworkFigures, Weather } from './world/network.js';
import { CONTROL, SERVER_HOST, SERVER_PORT, World } from './world/world.js';

export interface LossyRun {
  readonly calls: number;
  readonly seed: number;
  readonly weather: Weather;
  readonly plan?: Partial<LoadPlan>;
  /** Does something to the world once the calls have begun. */
  readonly disturb?: (world: World) => void;
  /** Called as calls end. */
  readonly progress?: (figures: LoadFigures) => void;
}

export interface LossyResult {
  readonly figures: LoadFigures;
  readonly network: NetworkFigures;
  /** Messages that the server said again. */
  readonly retransmissions: number;
  /** How much virtual time went by until nothing was left, ms. */
  readonly elapsedMs: number;
  /** What was left when nothing more could happen: must be nothing. */
  readonly left: { readonly timers: number; readonly legs: number; readonly server: Record<string, number> };
  readonly fingerprint: string;
}

export const CALLER = '10.0.0.2';
export const CALLEE = '10.0.0.3';
const TIMERS = { t1: 500, t2: 4000 };

/** Plain calls through the embedded server and a back-to-back user agent, in one world. */
export async function runLossyWorld(run: LossyRun): Promise<LossyResult> {
  const { calls, seed, weather, plan = {}, progress, disturb } = run;
  const world = new World(seed, weather);
  try {
    await world.startServer();
    const bridge = new Bridge(`${CALLEE}:5060`);
    const connected = bridge.connect(CONTROL);
    await world.time.run();
    await connected;
    const full = { calls, everyMs: 10, ringMs: 400, talkMs: 2000, ...plan };
    const load = new CallLoad(party(world, CALLER), party(world, CALLEE), full, progress);
    await load.open();
    const begun = world.time.now();
    load.begin();
    disturb?.(world);
    await world.time.run();
    const elapsedMs = world.time.now() - begun;
    const left = { timers: world.time.pending, legs: bridge.legs, server: { ...world.server.stats().live } };
    const { fingerprint, figures: network } = world.network;
    const { retransmissions } = world.server.stats();
    bridge.close();
    return { figures: load.figures, network, retransmissions, elapsedMs, left, fingerprint };
  } finally {
    await world.close();
  }
}

function party(world: World, host: string): PartyParts {
  const self = { host, port: 5060 };
  return {
    clock: world.time,
    timers: TIMERS,
    open: async (received) => world.network.plug(host, 5060, { received, failed: () => undefined }),
    self,
    server: { host: SERVER_HOST, port: SERVER_PORT },
    token: () => Math.floor(world.random.next() * 2 ** 48).toString(16),
  };
}
