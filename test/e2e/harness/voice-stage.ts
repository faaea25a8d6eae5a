import { setTimeout as sleep } from 'node:timers/promises';
import { reportHearing } from '../../media/harness/hearing-log.js';
import type { Heard } from '../../media/harness/stage.js';
import { ToneParty } from '../../media/harness/tone-party.js';
import type { LiveCallRow } from './api.js';
import { type DialPlanFile, type Ports, testPlan } from './plan.js';
import { TonePhone, type TonePhoneSettings } from './tone-phone.js';
import { openPairs, type Pair, pairPorts, withPairs } from './voice-pairs.js';
import { until } from './wait.js';
import { type WebSide, webListeners, withWeb } from './web-side.js';
import { type Trace, World } from './world.js';

/**
 * Who plays, with tones in which hardly any speech has most of its energy: prompts and music are nobody's voice. The
 * numbers are multiples of 50, so that one packet is enough to tell them.
 */
export const voices = {
  caller: 2100,
  desk: 2300,
  agent: 2500,
  duty: 2700,
  target: 2900,
  third: 3300,
} as const;
export type Player = keyof typeof voices;
const players = Object.keys(voices) as readonly Player[];

/**
 * UDP ports of media: apart from those that tests of the media server use, and below those of SIP parties. Chromium sends
 * nothing to 10080.
 */
const mediaPorts = { portMin: 10_100, portMax: 11_999 };

/** Settings of a server with a mixer; Janus takes UDP ports beside those of rtpengine. */
export const mixing = { mixer: { kind: 'janus', portMin: 12_000, portMax: 12_199 } } as const;

export interface VoiceStageOptions {
  /** Codec of a phone; PCMA for those that are left out. */
  readonly codecs?: Partial<Record<Player, TonePhoneSettings['codec']>>;
  /** Settings of the server, in place of those for an engine that it starts itself. */
  readonly media?: Readonly<Record<string, unknown>>;
  /** Policies of the dial plan beside those of the stage. */
  readonly policies?: Readonly<Record<string, unknown>>;
  /** Phones in browsers may call as well. */
  readonly web?: WebSide;
  /** Callers with a desk each, beside the phones of the stage; none when left out. */
  readonly pairs?: number;
  /** Changes to the dial plan. */
  readonly plan?: (plan: DialPlanFile) => DialPlanFile;
  /** Port of its SIP over UDP and TCP, where the settings name listeners of their own. */
  readonly sipPort?: number;
  /** Settings beside media. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A server on anchored media, and phones around it that know each other by their tones. */
export class VoiceStage {
  #calls = 0;

  private constructor(
    readonly world: World,
    readonly pairs: readonly Pair[],
    private readonly phones: Readonly<Record<Player, TonePhone>>,
    /** Two parties that nobody serves: a gap that they have as well was made by the machine. */
    private readonly reference: readonly [ToneParty, ToneParty],
  ) {}

  static async open({
    codecs = {},
    media = {},
    pairs = 0,
    web,
    ...more
  }: VoiceStageOptions = {}): Promise<VoiceStage> {
    const pairsAt = await pairPorts(pairs);
    const policies = { maxHops: 5, maxHuntSeconds: 30, maxCallSeconds: 0, ...more.policies };
    const change = more.plan ?? ((plan: DialPlanFile) => plan);
    const plan = (ports: Ports): DialPlanFile => change(withPairs({ ...testPlan(ports), policies }, pairsAt));
    const world = await World.open({
      settings: {
        ...(web === undefined ? {} : { sip: { listeners: webListeners(web) } }),
        media: { anchor: 'rtpengine', rtpengine: mediaPorts, mixer: { kind: 'none' }, ...media },
        log: { level: 'debug' },
        ...more.settings,
      },
      plan: web === undefined ? plan : (ports) => withWeb(plan(ports), web),
      ...(web === undefined ? {} : { sipPort: web.sip }),
      ...(more.sipPort === undefined ? {} : { sipPort: more.sipPort }),
    });
    const { caller, desk, pbx } = world.ports;
    const ports: Readonly<Record<Player, number>> = {
      caller,
      desk,
      agent: pbx['pbx-12345'],
      target: pbx['pbx-110'],
      third: pbx['pbx-96456'],
      duty: pbx['pbx-12333'],
    };
    const open = async (name: Player): Promise<readonly [Player, TonePhone]> => {
      const codec = codecs[name] ?? 'PCMA';
      return [name, await TonePhone.open({ name, frequency: voices[name], codec, sipPort: ports[name] })];
    };
    const phones = Object.fromEntries(await Promise.all(players.map(open))) as Record<Player, TonePhone>;
    const one = await ToneParty.open({ name: 'one', frequency: 400 });
    const other = await ToneParty.open({ name: 'other', frequency: 700 });
    one.talkTo(other.sdp());
    other.talkTo(one.sdp());
    return new VoiceStage(world, await openPairs(pairsAt), phones, [one, other]);
  }

  phone(name: Player): TonePhone {
    return this.phones[name];
  }

  get sip(): string {
    return this.world.server.sip;
  }

  /** The caller calls 12345, the agent answers, both talk. Resolves to the caller's number. */
  async talk(options: { readonly late?: boolean } = {}): Promise<string> {
    this.#calls += 1;
    const number = `1390000${String(this.#calls).padStart(4, '0')}`;
    const status = await this.phone('caller').call('12345', this.sip, { as: number, ...options });
    if (status !== 200) throw new Error(`the call was refused with ${status}\n${this.log()}`);
    await this.phone('agent').untilTalking();
    await sleep(150);
    return number;
  }

  /** The only live call, once it is in this phase. */
  async live(phase: string): Promise<LiveCallRow> {
    return until(`a call to be ${phase}`, async () => {
      const calls = await this.world.server.api.liveCalls();
      return calls.find((call) => call.phase === phase);
    });
  }

  /** Ask the API; 202 is the answer to everything that is possible. */
  async post(path: string, body: unknown = {}): Promise<void> {
    const answer = await this.world.server.api.ask('POST', path, body);
    if (answer.status !== 202)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** What everybody heard while the steps were taken, from 100 ms before them to 300 ms after. */
  async during(steps: () => Promise<unknown>, after = 300): Promise<Heard> {
    const from = performance.now();
    await sleep(100);
    await steps();
    await sleep(after);
    return this.between(from, performance.now());
  }

  /** What everybody hears now. */
  async listen(settleMs = 80): Promise<Heard> {
    await sleep(settleMs);
    const from = performance.now();
    await sleep(300);
    return this.between(from, performance.now());
  }

  between(from: number, to: number): Heard {
    const all = players.map((name) => this.phone(name).voice);
    const settings = all.map((voice) => voice.settings);
    const reports = all.map((voice) => [voice.name, reportHearing(voice.heard, settings, from, to)] as const);
    const reference = this.reference.map(({ heard }) => reportHearing(heard, [], from, to).largestGapMs);
    return { reports: Object.fromEntries(reports), referenceGapMs: Math.max(...reference) };
  }

  /** Whoever is in a call hangs up; resolves to what the ledger holds of the caller's call. */
  async end(number: string, by: Player = 'caller'): Promise<Trace> {
    await this.phone(by).hangUp();
    for (const name of players) await this.phone(name).untilTalking(false);
    await until('the server to be without live calls', async () =>
      (await this.world.server.api.liveCalls()).length === 0 ? true : undefined,
    );
    return this.world.traceOf(number);
  }

  /** After a story that failed: everybody hangs up, so that the next one begins with nobody in a call. */
  async clear(): Promise<void> {
    for (const name of players) {
      const phone = this.phone(name);
      phone.manner = { answer: 'yes', afterMs: 0 };
      await phone.hangUp();
      phone.voice.heard.length = 0;
      phone.voice.sources.clear();
      phone.messages = [];
    }
    await until('the server to be without live calls', async () =>
      (await this.world.server.api.liveCalls()).length === 0 ? true : undefined,
    );
  }

  log(): string {
    return this.world.server.logged().slice(-6000);
  }

  async close(): Promise<void> {
    for (const name of players) await this.phone(name).close();
    for (const { caller, desk } of this.pairs) await Promise.all([caller.close(), desk.close()]);
    for (const party of this.reference) party.close();
    await this.world.close();
  }
}

/** What everybody hears: nobody, but for those who are named. */
export function hears(named: Partial<Record<Player, string>>): Readonly<Record<Player, string>> {
  return { caller: '', desk: '', agent: '', duty: '', target: '', third: '', ...named };
}
