import { MillisecondCounts } from './millisecond-counts.js';
import { callOf, type HeardFigures, type Role, roleOf, type Stream, streamOf } from './voices-order.js';

/** The call whose parties send to each other directly: what it loses, the machine has lost. */
export const DIRECT_CALL = 1_000_000;
/** Who has heard nothing for so long hears nothing. */
const SILENT_MS = 1000;

interface Heard {
  first: number;
  last: number;
  count: number;
}

interface Ear {
  readonly call: number;
  readonly voices: Map<Stream, Heard>;
  voice: Stream;
  lastAt: number;
}

/** What every party of the calls hears: whose voice, with which numbers, how evenly. */
export class Listening {
  readonly #ears = new Map<Stream, Ear>();
  readonly #apart = new MillisecondCounts();
  readonly #directApart = new MillisecondCounts();
  readonly #switchGapsMs: number[] = [];
  #silent = 0;
  #longestHole = 0;

  /** A packet came to a socket of this role. */
  heard(role: string, voice: Stream, number: number, at: number): void {
    const call = callOf(voice);
    const id = streamOf(call, role as Role);
    let ear = this.#ears.get(id);
    if (ear === undefined) {
      ear = { call, voices: new Map(), voice, lastAt: at };
      this.#ears.set(id, ear);
    }
    const known = ear.voices.get(voice);
    if (known === undefined) {
      ear.voices.set(voice, { first: number, last: number, count: 1 });
      if (ear.voice !== voice) this.#switchGapsMs.push(at - ear.lastAt);
    } else {
      if (ear.voice === voice) (call === DIRECT_CALL ? this.#directApart : this.#apart).add(at - ear.lastAt);
      if (call !== DIRECT_CALL) this.#longestHole = Math.max(this.#longestHole, number - known.last - 1);
      known.count += 1;
      known.first = Math.min(known.first, number);
      known.last = Math.max(known.last, number);
    }
    ear.voice = voice;
    ear.lastAt = at;
  }

  /** The call of this party ends in good order: it must have heard somebody until now. */
  checkStillHears(party: Stream, at: number): void {
    const ear = this.#ears.get(party);
    if (ear === undefined || at - ear.lastAt > SILENT_MS) this.#silent += 1;
  }

  figures(): HeardFigures {
    let [heard, lost, directHeard, directLost] = [0, 0, 0, 0];
    for (const { call, voices } of this.#ears.values()) {
      for (const { first, last, count } of voices.values()) {
        const missing = Math.max(0, last - first + 1 - count);
        if (call === DIRECT_CALL) {
          directHeard += count;
          directLost += missing;
        } else {
          heard += count;
          lost += missing;
        }
      }
    }
    return {
      heard,
      lost,
      longestHole: this.#longestHole,
      directHeard,
      directLost,
      apart: this.#apart.toJSON(),
      directApart: this.#directApart.toJSON(),
      switchGapsMs: this.#switchGapsMs,
      switchLost: this.#switchLost(),
      silent: this.#silent,
    };
  }

  /** The caller's voice, from the agent's ear to the target's. */
  #switchLost(): number[] {
    const lost: number[] = [];
    for (const [id, ear] of this.#ears) {
      if (roleOf(id) !== 'target') continue;
      const caller = streamOf(ear.call, 'caller');
      const after = ear.voices.get(caller);
      const before = this.#ears.get(streamOf(ear.call, 'agent'))?.voices.get(caller);
      if (after !== undefined && before !== undefined) lost.push(Math.max(0, after.first - before.last - 1));
    }
    return lost;
  }
}
