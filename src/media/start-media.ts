import type { MediaAnchor, RtpKey } from './anchor.js';
import { systemClock } from './clock.js';
import { DirectAnchor } from './direct-anchor.js';
import { FallbackAnchor } from './fallback-anchor.js';
import type { MediaLog } from './log.js';
import type { MixerFigures } from './mixer/mixer.js';
import { type MixerStart, type MixerWishes, type RunningMixer, startMixer } from './mixer/start-mixer.js';
import type { ListeningHooks } from './monitoring.js';
import { PromptStore } from './prompts/prompt-store.js';
import type { EngineStatus } from './rtpengine/engine-pool.js';
import { findProgram } from './rtpengine/find-program.js';
import { type EnginesStart, type EngineWishes, startEngines } from './rtpengine/start-engines.js';
import { RtpengineAnchor } from './rtpengine-anchor.js';
import { isSeat } from './seats.js';
import { type Silence, SilenceWatch } from './silence-watch.js';

export interface MediaWishes {
  readonly anchor: 'auto' | 'direct' | 'rtpengine';
  readonly rtpengine: EngineWishes;
  readonly mixer: MixerWishes;
  /** A folder of our own for the configuration of the mixer. */
  readonly mixerFolder: string;
  /** Addresses that SIP is taken on. */
  readonly sipHosts: readonly string[];
  /** Folder of the prompts, and one of our own for copies of them. */
  readonly prompts: string;
  readonly promptCopies: string;
  readonly language: string;
  /** A leg of which nothing comes for so long is told of; seconds, 0 for never. */
  readonly silenceSeconds: number;
}

export interface MediaHooks extends ListeningHooks {
  /** Where calls are recorded to at this moment; null for nowhere. */
  readonly captures?: () => string | null;
  readonly log: MediaLog;
  readonly newSessionId: () => number;
  /** A party pressed a key, told when it was let go; in the order in which the engine saw them. */
  readonly onKey: (callId: string, leg: string, key: RtpKey) => void;
  /** Nothing comes from a party any more, or something again. */
  readonly onSilence: (silence: Silence) => void;
  /** A leg is answered and not yet over. */
  readonly isUp: (callId: string, leg: string) => boolean;
  /** Media of a call was made anew: these legs must be told where to send. */
  readonly onRemade: (callId: string, legs: readonly string[]) => void;
  /** Legs of this call that heard each other through the mixer hear nobody any more. */
  readonly onMixingLost: (callId: string) => void;
}

/** Media that works. */
export interface Media {
  readonly anchor: MediaAnchor;
  /** What cannot be done, for people; null when everything can. */
  readonly note: string | null;
  /** The media servers; none where media is direct. */
  engines(): readonly EngineStatus[];
  /** Null where there is no mixer, and so no conversation of more than two. */
  mixer(): MixerFigures | null;
  stop(): Promise<void>;
}

export type MediaStart =
  | ({ readonly ok: true } & Media)
  | { readonly ok: false; readonly message: string; readonly remedy: string };

const WITHOUT = 'no hold prompts, no key codes from RTP, no recording, no WebRTC, no conference';

function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || host.startsWith('127.');
}

/** Why `auto` does not take rtpengine; null when it does. */
function whyDirect({ rtpengine, sipHosts }: MediaWishes): string | null {
  if (rtpengine.spawn && findProgram(rtpengine.program) === null)
    return `${rtpengine.program} is not installed (Debian package rtpengine-daemon)`;
  const own = rtpengine.interfaces.every((address) => isLoopback(address.split('!')[0] ?? ''));
  if (rtpengine.spawn && own && !sipHosts.every(isLoopback))
    return 'media.rtpengine.interfaces has only addresses that other machines cannot reach';
  return null;
}

/** Media as the settings want it. The note says what cannot be done, for people. */
export async function startMedia(wishes: MediaWishes, hooks: MediaHooks): Promise<MediaStart> {
  const direct = wishes.anchor === 'direct' ? 'media.anchor says so' : null;
  const reason = wishes.anchor === 'auto' ? whyDirect(wishes) : direct;
  if (reason !== null) {
    const anchor = new DirectAnchor(hooks.newSessionId);
    const note = `media is direct, because ${reason}: ${WITHOUT}`;
    return { ok: true, anchor, note, engines: () => [], mixer: () => null, stop: async () => {} };
  }
  const anchored: { anchor: RtpengineAnchor | null } = { anchor: null };
  const [mixing, started] = await Promise.all([
    mixerOf(wishes, hooks.log, () => anchored.anchor?.mixerLost()),
    enginesOf(wishes, hooks, anchored),
  ]);
  if (!started.ok) {
    if (mixing.ok) await mixing.running?.stop();
    return { ok: false, message: started.fault.message, remedy: started.fault.remedy };
  }
  if (!mixing.ok) {
    await started.engines.stop();
    return mixing;
  }
  const { engines } = started;
  const prompts = PromptStore.load(wishes.prompts, wishes.promptCopies);
  for (const fault of prompts.faults) hooks.log.warn({ ...fault }, 'prompt');
  const anchor = new RtpengineAnchor({
    pool: engines.pool,
    prompts,
    language: wishes.language,
    // External engines know only of a port that the settings name, as theirs do.
    keysAreTold: wishes.rtpengine.spawn || wishes.rtpengine.keysAt !== '',
    records: (hooks.captures?.() ?? null) !== null,
    mixer: mixing.running?.mixer ?? null,
    onMixingLost: hooks.onMixingLost,
    onListeningReset: hooks.onListeningReset,
    onListeningLost: hooks.onListeningLost,
    log: hooks.log,
  });
  anchored.anchor = anchor;
  const watch = watchSilence(anchor, wishes.silenceSeconds, hooks);
  const stop = async (): Promise<void> => {
    watch?.stop();
    await Promise.all([engines.stop(), mixing.running?.stop()]);
  };
  const mixer = (): MixerFigures | null => mixing.running?.mixer.figures() ?? null;
  const whole =
    wishes.rtpengine.whenDown === 'direct'
      ? new FallbackAnchor(anchor, new DirectAnchor(hooks.newSessionId), hooks.log)
      : anchor;
  return { ok: true, anchor: whole, note: mixing.note, engines: () => engines.pool.status(), mixer, stop };
}

function enginesOf(
  { anchor, rtpengine }: MediaWishes,
  hooks: MediaHooks,
  late: { readonly anchor: RtpengineAnchor | null },
): Promise<EnginesStart> {
  // Who leaves the choice to us, and has calls go on without, has calls taken whatever is wrong with the engine.
  const persistent = anchor === 'auto' && rtpengine.whenDown === 'direct';
  const wishes = { ...rtpengine, persistent };
  return startEngines(wishes, {
    ...hooks,
    onKey: ({ callId, leg, key, durationMs }) => {
      // A hook flash is no key of a code.
      if (key !== 'flash' && late.anchor?.isPressed(callId, leg, key))
        hooks.onKey(callId, leg, { key, durationMs });
    },
    onRemade: (session, changes) => {
      const legs = [...changes.keys()];
      late.anchor?.remade(session.id, legs);
      hooks.onRemade(
        session.id,
        legs.filter((leg) => !isSeat(leg)),
      );
    },
    onHealth: () => late.anchor?.moveStranded(),
  });
}

type Mixing =
  | { readonly ok: true; readonly running: RunningMixer | null; readonly note: string | null }
  | Extract<MixerStart, { readonly ok: false }>;

async function mixerOf(
  { mixer, mixerFolder }: MediaWishes,
  log: MediaLog,
  onLost: () => void,
): Promise<Mixing> {
  const without = (why: string): Mixing => {
    const note = `media is anchored in rtpengine; no conference, because ${why}`;
    return { ok: true, running: null, note };
  };
  if (mixer.kind === 'none') return without('media.mixer.kind says so');
  if (mixer.kind === 'auto' && mixer.spawn && findProgram(mixer.program) === null)
    return without(`${mixer.program} is not installed (Debian package janus)`);
  const started = await startMixer(mixer, mixerFolder, log, onLost);
  return started.ok ? { ...started, note: null } : started;
}

function watchSilence(anchor: RtpengineAnchor, seconds: number, hooks: MediaHooks): SilenceWatch | null {
  if (seconds === 0) return null;
  const { isUp, onSilence } = hooks;
  const sessions = () => anchor.sessions();
  const watch = new SilenceWatch({
    clock: systemClock,
    silenceMs: seconds * 1000,
    sessions,
    isUp,
    onSilence,
  });
  watch.start();
  return watch;
}
