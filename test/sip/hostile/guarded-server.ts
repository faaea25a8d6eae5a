import { randomBytes } from 'node:crypto';
import { NO_AGENTS } from '../../../src/agents/agents.js';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import { newCallId } from '../../../src/engine/call-id.js';
import { systemClock } from '../../../src/engine/clock.js';
import { Engine } from '../../../src/engine/engine.js';
import type { EngineLog } from '../../../src/engine/log.js';
import { unlimited } from '../../../src/engine/overload.js';
import { SrfSignalling } from '../../../src/engine/srf-signalling.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';
import type { SipLog } from '../../../src/sip/log.js';
import { createSipServer, type SipServerStats } from '../../../src/sip/server.js';
import { freePort } from '../support/rig.js';
import { SourceBook } from './source-book.js';

/** Where everybody is: all of it loopback, but only the two trunks are in the dial plan. */
export const SERVER = '127.0.0.10';
export const CALLER = '127.0.0.5';
export const CALLEE = '127.0.0.6';

export interface GuardedServer {
  readonly port: number;
  /** Where the called side listens. */
  readonly calleePort: number;
  readonly book: SourceBook;
  stats(): SipServerStats;
  stop(): Promise<void>;
}

const planText = (calleePort: number): string => `
numbering: { country: "86", area: "22" }
policies: { maxHops: 1, maxHuntSeconds: 30, maxCallSeconds: 0 }
members:
  city:
    numbers: ["12345"]
    name: { zh: 市, en: City }
    field: city
    source: example
    targets: [{ trunk: pbx, number: "8001", ringSeconds: 10 }]
trunks:
  line: { kind: carrier, sources: ["${CALLER}"], gateways: [] }
  pbx: { kind: member, member: city, sources: ["${CALLEE}"], gateways: ["${CALLEE}:${calleePort}/udp"] }
keys: {}
`;

const nothing = (): void => undefined;
const silent: EngineLog = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silent,
};

/** Server and engine as the program runs them, but that loopback is not trusted, only the trunks are. */
export async function startGuardedServer(blockMs: number): Promise<GuardedServer> {
  const calleePort = await freePort(CALLEE);
  const parsed = parseDialPlan(planText(calleePort), 'plan.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { plan } = parsed;
  const book = new SourceBook();
  const log: SipLog = { debug: nothing, warn: nothing, info: (fields, text) => book.note(fields, text) };
  const secret = randomBytes(16).toString('hex');
  const server = createSipServer({
    listeners: [{ transport: 'udp', host: SERVER, port: 0 }],
    control: { host: '127.0.0.1', port: 0, secret },
    guard: { blockMs },
    trusted: (address) => plan.isTrunkHost(address),
    datagrams: book.open,
    log,
  });
  const bound = await server.start();
  const signalling = new SrfSignalling({ ...bound.control, secret }, silent, () =>
    randomBytes(16).toString('hex'),
  );
  const engine = new Engine({
    clock: systemClock,
    signalling,
    media: new DirectAnchor(() => 1),
    ledger: new MemoryLedger(),
    agents: NO_AGENTS,
    dialPlan: new DialPlanHolder(plan),
    log: silent,
    random: Math.random,
    newCallId: () => newCallId(Date.now(), randomBytes),
    maxCalls: 1000,
    admission: unlimited,
    screenPopUrl: () => null,
    times: { noResponseMs: 4000, notifyAnswerMs: 8000 },
  });
  await engine.start();
  return {
    port: bound.listeners[0]?.port ?? 0,
    calleePort,
    book,
    stats: () => server.stats(),
    stop: async () => {
      await engine.drain(0);
      signalling.close();
      await server.stop();
    },
  };
}
