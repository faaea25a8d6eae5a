import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../src/media/log.js';
import { EngineProcess } from '../../../src/media/rtpengine/engine-process.js';
import { type KeyEvent, KeyEvents } from '../../../src/media/rtpengine/key-events.js';
import { MediaSession } from '../../../src/media/rtpengine/media-session.js';
import { NgClient } from '../../../src/media/rtpengine/ng-client.js';
import type { SessionSettings } from '../../../src/media/rtpengine/session-legs.js';
import { describeSessionFailure, type Outcome } from '../../../src/media/rtpengine/session-outcome.js';
import { type HeardPacket, type HearingReport, reportHearing } from './hearing-log.js';
import { ToneParty, type TonePartySettings } from './tone-party.js';

/** A running rtpengine of our own, and one client to it. */
export interface TestEngine {
  readonly process: EngineProcess;
  readonly client: NgClient;
  readonly keys: KeyEvent[];
  /** What a party hears in a call that nobody touches. */
  readonly reference: readonly HeardPacket[];
  /** How often it was started anew. */
  readonly restarts: number;
  close(): Promise<void>;
}

/** What the parties of a call heard in a span of time. */
export interface Heard {
  readonly reports: Readonly<Record<string, HearingReport>>;
  /** Largest gap in a call of the same engine that nobody touches: what the machine does to all; milliseconds. */
  readonly referenceGapMs: number;
}

/** Start rtpengine on loopback, with media ports below those that Linux gives to everybody. */
export async function startEngine(interfaces: readonly string[] = ['127.0.0.1']): Promise<TestEngine> {
  const keys: KeyEvent[] = [];
  const listener = await KeyEvents.open((event) => keys.push(event), silentLog);
  const min = 12_000 + (process.pid % 9) * 800;
  let restarts = 0;
  const started = await EngineProcess.start({
    program: 'rtpengine',
    interfaces,
    ports: { min, max: min + 799 },
    threads: 1,
    keysPort: listener.port,
    log: silentLog,
    onRestarted: () => {
      restarts += 1;
    },
  });
  if (!started.ok) throw new Error(`${started.fault.message}; ${started.fault.remedy}`);
  const client = new NgClient({ host: started.engine.host, port: started.engine.port });
  const reference = await startReference(client);
  return {
    process: started.engine,
    client,
    keys,
    reference: reference.heard,
    get restarts() {
      return restarts;
    },
    async close() {
      reference.close();
      client.close();
      listener.close();
      await started.engine.stop();
    },
  };
}

/** A call of two parties that is made and then left alone. */
async function startReference(
  client: NgClient,
): Promise<{ readonly heard: readonly HeardPacket[]; close(): void }> {
  const one = await ToneParty.open({ name: 'one', frequency: 400 });
  const other = await ToneParty.open({ name: 'other', frequency: 700 });
  const session = new MediaSession(client, settingsOf('reference'));
  await must(session.offered('one', one.sdp()));
  other.talkTo(await must(session.prepare('other', { like: 'one' })));
  await must(session.answered('other', other.sdp()));
  const changes = await must(session.join('one', 'other'));
  one.talkTo(changes.get('one') ?? '');
  return {
    heard: one.heard,
    close() {
      one.close();
      other.close();
    },
  };
}

let calls = 0;

function settingsOf(callId: string): SessionSettings {
  calls += 1;
  const number = calls;
  return { callId, transcode: ['PCMA', 'PCMU'], parkingAddress: '127.0.0.1', newSessionId: () => number };
}

/** The value of a step that has to work. */
export async function must<T>(step: Promise<Outcome<T>>): Promise<T> {
  const outcome = await step;
  if (!outcome.ok) throw new Error(describeSessionFailure(outcome.failure));
  return outcome.value;
}

/** One call with parties that send and hear tones. Legs have the names of their parties. */
export class Stage {
  readonly #parties = new Map<string, ToneParty>();
  readonly settings: SessionSettings;
  session: MediaSession;

  constructor(readonly engine: TestEngine) {
    this.settings = settingsOf(`stage-${process.pid}-${calls}`);
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
  async listen(ms = 300, settleMs = 60): Promise<Heard> {
    await sleep(settleMs);
    const from = performance.now();
    await sleep(ms);
    return this.between(from, performance.now());
  }

  /** What each party heard between two moments of `performance.now()`. */
  between(from: number, to: number): Heard {
    const voices = [...this.#parties.values()].map((party) => party.settings);
    const reports = [...this.#parties.values()].map(
      (party) => [party.name, reportHearing(party.heard, voices, from, to)] as const,
    );
    const reference = reportHearing(this.engine.reference, [], from, to);
    return { reports: Object.fromEntries(reports), referenceGapMs: reference.largestGapMs };
  }

  async close(): Promise<void> {
    await this.session.end();
    for (const party of this.#parties.values()) party.close();
  }
}
