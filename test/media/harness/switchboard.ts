import { setTimeout as sleep } from 'node:timers/promises';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { systemClock } from '../../../src/engine/clock.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { LiveEvent } from '../../../src/engine/operations.js';
import { unlimited } from '../../../src/engine/overload.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import type { MediaAnchor } from '../../../src/media/anchor.js';
import { silentLog } from '../../../src/media/log.js';
import { startMedia } from '../../../src/media/start-media.js';
import { anEngine, twoMembers } from '../../unit/engine/an-engine.js';
import { FakeSignalling } from '../../unit/engine/fake-signalling.js';
import { ToneParty, type TonePartySettings } from './tone-party.js';

export interface SwitchboardWishes {
  /** First of the UDP ports for media; 800 are used. */
  readonly portMin: number;
  /** A leg that sends nothing for so long is told of; seconds, 0 for never. */
  readonly silenceSeconds?: number;
}

/** A call in which both parties talk. */
export interface LiveConversation {
  readonly id: string;
  readonly caller: ToneParty;
  readonly agent: ToneParty;
  /** Names of the legs: caller, agent, and the one that a transfer would call. */
  readonly legs: readonly [caller: string, agent: string, target: string];
  /** The caller hangs up; resolves when the call is over. */
  end(): Promise<void>;
}

/**
 * The engine on a real rtpengine, with real RTP parties. Signalling is written down alone: the test plays it, so
 * that what is measured is ours and not a phone's.
 */
export class Switchboard {
  readonly signalling = new FakeSignalling();
  readonly ledger = new MemoryLedger();
  readonly events: (LiveEvent & { readonly heardAt: number })[] = [];
  #media: { readonly anchor: MediaAnchor; stop(): Promise<void> } | null = null;
  #engine: Engine | null = null;
  #calls = 0;

  static async open(wishes: SwitchboardWishes): Promise<Switchboard> {
    const board = new Switchboard();
    const reports = (): Engine['mediaReports'] => board.engine.mediaReports;
    const media = await startMedia(
      {
        anchor: 'rtpengine',
        rtpengine: {
          spawn: true,
          program: 'rtpengine',
          interfaces: ['127.0.0.1'],
          portMin: wishes.portMin,
          portMax: wishes.portMin + 799,
          threads: 1,
          hosts: [],
          transcode: ['PCMA', 'PCMU'],
          whenDown: 'direct',
          keysAt: '',
        },
        mixer: {
          kind: 'none',
          spawn: true,
          program: 'janus',
          address: '127.0.0.1',
          portMin: 33_000,
          portMax: 33_099,
          url: '',
          secret: '',
        },
        mixerFolder: '/nonexistent',
        sipHosts: ['127.0.0.1'],
        prompts: '/nonexistent',
        promptCopies: '/nonexistent',
        language: 'en',
        silenceSeconds: wishes.silenceSeconds ?? 0,
      },
      {
        log: silentLog,
        newSessionId: () => 1,
        onMixingLost: (call) => reports().mixingLost(call),
        onRemade: (call, legs) => reports().remade(call, legs),
        onListeningReset: (call) => board.engine.monitors.modeReset(call),
        onListeningLost: (call) => board.engine.monitors.mediaLost(call),
        onKey: (call, leg, key) => reports().keyPressed(call, leg, key),
        onSilence: ({ callId, leg, silent, forMs }) => reports().silent(callId, leg, silent, forMs),
        isUp: (call, leg) => reports().isUp(call, leg),
      },
    );
    if (!media.ok) throw new Error(`${media.message}; ${media.remedy}`);
    board.#media = media;
    board.#engine = board.#engineOn(media.anchor);
    board.engine.subscribe((event) => board.events.push({ ...event, heardAt: performance.now() }));
    await board.engine.start();
    return board;
  }

  get engine(): Engine {
    if (this.#engine === null) throw new Error('not open');
    return this.#engine;
  }

  #engineOn(media: MediaAnchor): Engine {
    return anEngine({
      clock: systemClock,
      signalling: this.signalling,
      media,
      ledger: this.ledger,
      dialPlan: new DialPlanHolder(twoMembers({ maxHops: 2 })),
      newCallId: () => `board${process.pid}x${++this.#calls}`,
      maxCalls: 100,
      admission: unlimited,
    });
  }

  /** What a leg was sent, once it was. */
  async sent(leg: string, what: string): Promise<unknown> {
    const end = performance.now() + 5000;
    while (!this.signalling.on(leg).includes(what)) {
      if (performance.now() > end)
        throw new Error(`leg ${leg} got ${this.signalling.on(leg)} and no ${what}`);
      await sleep(2);
    }
    return this.signalling.detail(leg, what);
  }

  /** A citizen calls 12345 and an agent answers; they hear each other when this resolves. */
  async talk(more: Partial<TonePartySettings> = {}): Promise<LiveConversation> {
    const caller = await ToneParty.open({ name: 'caller', frequency: 400, ...more });
    const agent = await ToneParty.open({ name: 'agent', frequency: 500 });
    const { signalling } = this;
    const leg = String(signalling.call('sip:12345@x', { ip: '10.9.0.1', port: 5060 }, caller.sdp()));
    const id = leg.slice(0, leg.lastIndexOf('-'));
    const legs = [`${id}-1`, `${id}-2`, `${id}-3`] as const;
    agent.talkTo(((await this.sent(legs[1], 'invite')) as { sdp: string }).sdp);
    const answer = { allowsUpdate: false, agent: null };
    signalling.event({ type: 'answered', leg: legs[1], sdp: agent.sdp(), ...answer });
    caller.talkTo(String(await this.sent(legs[0], 'answer')));
    signalling.event({ type: 'acked', leg: legs[0], sdp: null });
    await sleep(200);
    return { id, caller, agent, legs, end: () => this.#end(id, caller, agent) };
  }

  async #end(id: string, caller: ToneParty, agent: ToneParty): Promise<void> {
    const { signalling } = this;
    signalling.event({ type: 'hung-up', leg: `${id}-1`, by: 'peer', reason: null });
    const end = performance.now() + 5000;
    const answered = new Set<string>();
    while (this.engine.liveCall(id) !== undefined) {
      if (performance.now() > end) throw new Error(`call ${id} does not end`);
      for (const { leg, what } of signalling.sent) {
        if (!leg.startsWith(`${id}-`) || answered.has(leg)) continue;
        if (what === 'bye') signalling.event({ type: 'bye-answered', leg });
        else if (what === 'cancel')
          signalling.event({ type: 'failed', leg, status: 487, reason: null, reached: true });
        else continue;
        answered.add(leg);
      }
      await sleep(2);
    }
    caller.close();
    agent.close();
  }

  async close(): Promise<void> {
    await this.#media?.stop();
  }
}
