import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../src/media/log.js';
import { EngineProcess } from '../../../src/media/rtpengine/engine-process.js';
import { type KeyEvent, KeyEvents } from '../../../src/media/rtpengine/key-events.js';
import { MediaSession } from '../../../src/media/rtpengine/media-session.js';
import { NgClient } from '../../../src/media/rtpengine/ng-client.js';
import type { SessionSettings } from '../../../src/media/rtpengine/session-legs.js';
import { describeSessionFailure, type Outcome } from '../../../src/media/rtpengine/session-outcome.js';
import { type HearingReport, reportHearing } from './hearing-log.js';
import { ToneParty, type TonePartySettings } from './tone-party.js';

/** A running rtpengine of our own, and one client to it. */
export interface TestEngine {
  readonly process: EngineProcess;
  readonly client: NgClient;
  readonly keys: KeyEvent[];
  /** How often it was started anew. */
  restarts: number;
  close(): Promise<void>;
}

let engines = 0;

/** Start rtpengine on loopback, with media ports below those that Linux gives to everybody. */
export async function startEngine(interfaces: readonly string[] = ['127.0.0.1']): Promise<TestEngine> {
  const keys: KeyEvent[] = [];
  const listener = await KeyEvents.open((event) => keys.push(event), silentLog);
  const min = 12_000 + (process.pid % 40) * 200 + engines * 8000;
  engines += 1;
  const state = { restarts: 0 };
  const started = await EngineProcess.start({
    program: 'rtpengine',
    interfaces,
    ports: { min, max: min + 399 },
    threads: 1,
    keysPort: listener.port,
    log: silentLog,
    onRestarted: () => {
      state.restarts += 1;
    },
  });
  if (!started.ok) throw new Error(`${started.fault.message}; ${started.fault.remedy}`);
  const client = new NgClient({ host: started.engine.host, port: started.engine.port });
  return {
    process: started.engine,
    client,
    keys,
    get restarts() {
      return state.restarts;
    },
    async close() {
      client.close();
      listener.close();
      await started.engine.stop();
    },
  };
}

/** The value of a step that has to work. */
export async function must<T>(step: Promise<Outcome<T>>): Promise<T> {
  const outcome = await step;
  if (!outcome.ok) throw new Error(describeSessionFailure(outcome.failure));
  return outcome.value;
}

let calls = 0;

/** One call with parties that send and hear tones. Legs have the names of their parties. */
export class Stage {
  readonly #parties = new Map<string, ToneParty>();
  readonly settings: SessionSettings;
  session: MediaSession;

  constructor(
    readonly engine: TestEngine,
    options: {
      readonly transcode?: readonly string[];

      readonly parkingAddress?: string;
    } = {},
  ) {
    calls += 1;
    this.settings = {
      callId: `stage-${process.pid}-${calls}`,
      transcode: options.transcode ?? ['PCMA', 'PCMU'],
      parkingAddress: options.parkingAddress ?? '127.0.0.1',
      newSessionId: () => calls,
    };
    this.session = new MediaSession(engine.client, this.settings);
  }

  party(name: string): ToneParty {
    const party = this.#parties.get(name);
    if (party === undefined) throw new Error(`nobody is called ${name}`);
    return party;
  }

  /** A new party, not in the call yet. */
  async add(settings: TonePartySettings): Promise<ToneParty> {
    const party = await ToneParty.open(settings);
    this.#parties.set(settings.name, party);
    return party;
  }

  /** Call a party as somebody that `like` will talk with; it answers, and sends from then on. */
  async invite(name: string, like: string): Promise<string> {
    const offer = await must(
      this.session.prepare(name, {
        like,
        family: this.party(name).settings.host?.includes(':') ? 'IP6' : 'IP4',
      }),
    );
    await must(this.session.answered(name, this.party(name).sdp()));
    this.party(name).talkTo(offer);
    return offer;
  }

  /** The caller calls, the agent answers, both talk. */
  async talk(caller: string, agent: string): Promise<void> {
    await must(this.session.offered(caller, this.party(caller).sdp()));
    await this.invite(agent, caller);
    const changes = await must(this.session.join(caller, agent));
    this.party(caller).talkTo(changes.get(caller) ?? '');
    await sleep(150);
  }

  /** What each party hears in the next `ms`, once `settleMs` have passed. */
  async listen(ms = 300, settleMs = 60): Promise<Record<string, HearingReport>> {
    await sleep(settleMs);
    const from = performance.now();
    await sleep(ms);
    return this.between(from, performance.now());
  }

  /** What each party heard between two moments of `performance.now()`. */
  between(from: number, to: number): Record<string, HearingReport> {
    const voices = [...this.#parties.values()].map((party) => party.settings);
    const reports = [...this.#parties.values()].map(
      (party) => [party.name, reportHearing(party.heard, voices, from, to)] as const,
    );
    return Object.fromEntries(reports);
  }

  async close(): Promise<void> {
    await this.session.end();
    for (const party of this.#parties.values()) party.close();
  }
}
