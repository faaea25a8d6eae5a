import { systemClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import { findProgram } from '../rtpengine/find-program.js';
import { JanusLink } from './janus-link.js';
import { JanusMixer } from './janus-mixer.js';
import { JanusProcess } from './janus-process.js';
import type { Mixer } from './mixer.js';

/** The settings `media.mixer` of the configuration. */
export interface MixerWishes {
  /** `auto`: Janus where it is installed. */
  readonly kind: 'auto' | 'janus' | 'none';
  readonly spawn: boolean;
  readonly program: string;
  readonly address: string;
  readonly portMin: number;
  readonly portMax: number;
  /** Of the WebSocket interface of one that somebody else runs, and its `api_secret`. */
  readonly url: string;
  readonly secret: string;
}

export interface RunningMixer {
  readonly mixer: Mixer;
  /** Process id of the one that we started; null while there is none. */
  pid(): number | null;
  stop(): Promise<void>;
}

export type MixerStart =
  | { readonly ok: true; readonly running: RunningMixer }
  | { readonly ok: false; readonly message: string; readonly remedy: string };

/**
 * Start a mixer of our own, or find the one that was given. One that does not answer at the start may still come:
 * conferences are refused until then.
 *
 * @param folder of our own, for its configuration
 * @param onLost all rooms are gone
 */
export async function startMixer(
  wishes: MixerWishes,
  folder: string,
  log: MediaLog,
  onLost: () => void,
): Promise<MixerStart> {
  const program = wishes.spawn ? findProgram(wishes.program) : null;
  if (wishes.spawn && program === null) {
    const remedy = 'install the Debian package janus, or set media.mixer.kind to none';
    return { ok: false, message: `the program ${wishes.program} was not found`, remedy };
  }
  const mixer = new JanusMixer(log);
  const link = new JanusLink({
    launch:
      program === null ? null : () => JanusProcess.start(program, { ...wishes, folder }, log, systemClock),
    external: wishes,
    log,
    clock: systemClock,
    onUp: (client) => {
      log.info({ pid: link.pid }, 'the mixer answers');
      mixer.connected(client);
    },
    onDown: () => {
      mixer.lost();
      onLost();
    },
  });
  if (!(await link.start())) log.warn({}, 'the mixer does not answer yet: no conferences until it does');
  return { ok: true, running: { mixer, pid: () => link.pid, stop: () => link.stop() } };
}
