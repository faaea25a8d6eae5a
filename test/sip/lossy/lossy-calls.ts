import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../src/sip/clock.js';
import { createSipServer, type SipServerStats } from '../../../src/sip/server.js';
import { openUdpSocket } from '../../../src/sip/transport/udp-socket.js';
import { Bridge } from '../../sim/parties/bridge.js';
import { CallLoad, type LoadFigures, type LoadPlan } from '../../sim/parties/call-load.js';
import type { PartyParts } from '../../sim/parties/party.js';
import type { PartyTimers } from '../../sim/parties/retransmission.js';
import type { NetworkFigures, Weather } from '../../sim/world/network.js';
import { Seeded } from '../../sim/world/seeded.js';
import { freePort } from '../support/rig.js';
import { LossyRelay } from './lossy-relay.js';

export interface LossyCalls {
  readonly plan: LoadPlan;
  readonly seed: number;
  readonly weather: Weather;
  /** Of server and parties. */
  readonly timers: PartyTimers & { readonly t4: number };
  readonly progress?: (figures: LoadFigures) => void;
}

export interface LossyCallsResult {
  readonly figures: LoadFigures;
  readonly network: NetworkFigures;
  readonly retransmissions: number;
  /** What still lived in the server after all its timers: must be nothing. */
  readonly left: SipServerStats['live'];
  readonly legs: number;
}

const HOST = '127.0.0.1';

/** Plain calls through the embedded server over real sockets, all of them through a lossy relay on loopback. */
export async function runLossyCalls(run: LossyCalls): Promise<LossyCallsResult> {
  const { plan, seed, weather, timers, progress } = run;
  const relay = new LossyRelay(new Seeded(seed), weather);
  const front = await relay.start();
  const secret = randomBytes(16).toString('hex');
  const server = createSipServer({
    listeners: [{ transport: 'udp', host: HOST, port: 0, externalHost: HOST, externalPort: front }],
    control: { host: HOST, port: 0, secret },
    timers,
  });
  const bound = await server.start();
  relay.serve({ host: HOST, port: bound.listeners[0]?.port ?? 0 });
  const party = async (): Promise<PartyParts> => {
    const own = await freePort();
    const known = await relay.join(own);
    return {
      clock: systemClock,
      timers,
      open: (received) =>
        openUdpSocket(
          { family: 4, host: HOST, port: own },
          { clock: systemClock, watchedPeers: 0 },
          { received, failed: () => undefined },
        ),
      self: { host: HOST, port: known },
      server: { host: HOST, port: front },
      token: () => randomBytes(8).toString('hex'),
    };
  };
  const caller = await party();
  const callee = await party();
  const bridge = new Bridge(`${HOST}:${callee.self.port}`);
  await bridge.connect({ host: HOST, port: bound.control.port, secret });
  const load = new CallLoad(caller, callee, plan, progress);
  await load.open();
  load.begin();
  // A call ends within three timeouts of RFC 3261, and the last transaction one later.
  const longest = plan.calls * plan.everyMs + plan.ringMs + plan.talkMs + 4 * 64 * timers.t1;
  const deadline = Date.now() + longest + 10_000;
  const live = (): number => Object.values(server.stats().live).reduce((sum, count) => sum + count, 0);
  while (Date.now() < deadline && !(load.ended && live() === 0)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { live: left, retransmissions } = server.stats();
  const result = { figures: load.figures, network: relay.figures, retransmissions, left, legs: bridge.legs };
  bridge.close();
  await load.close();
  relay.close();
  await server.stop();
  return result;
}
