import { loudness, toneShare } from '../../../src/cli/demo/rtp/goertzel.js';

/** An audio packet as it arrived. */
export interface HeardPacket {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly samples: Int16Array;
}

/** Who may be heard, by the tone. */
export interface Voice {
  readonly name: string;
  /** Hz, a multiple of 50. */
  readonly frequency: number;
}

/** Below this a packet is silence: 50 dB under full scale. */
const audible = 1e-5;
/** Share of a packet's energy that must lie at a voice's frequency for the voice to be in it. */
const clear = 0.3;

/** Names of the voices in one packet; `other` when it is loud and nobody's tone; none when it is silent. */
export function voicesIn(samples: Int16Array, voices: readonly Voice[]): readonly string[] {
  if (loudness(samples) < audible) return [];
  const found = voices.filter((voice) => toneShare(samples, voice.frequency) > clear);
  return found.length === 0 ? ['other'] : found.map((voice) => voice.name);
}

/** What one party heard between two moments. Times are milliseconds. */
export interface HearingReport {
  /** Who was heard, one after the other, such as `agent`, `other`, `target`; a voice that comes back stands twice. */
  readonly order: readonly string[];
  /** Who was heard in each 20 ms: names joined by `+`, empty for nobody. Slot 0 begins at `from`. */
  readonly slots: readonly string[];
  /** Longest time between two packets, the edges of the span included. */
  readonly largestGapMs: number;
  /** Longest time without a voice or music, beyond what a packet lasts; edges included. */
  readonly longestSilenceMs: number;
  /** Packets that two voices are in, or that broke into somebody else's: A A B A has one. */
  readonly mixed: number;
  readonly packets: number;
}

interface Run {
  readonly voice: string;
  packets: number;
}

/** A voice that is heard for fewer packets than this between two times of another broke in. */
const shortestTurn = 5;

/** Look through what arrived from `from` (included) to `to` (excluded). */
export function reportHearing(
  packets: readonly HeardPacket[],
  voices: readonly Voice[],
  from: number,
  to: number,
): HearingReport {
  const within = packets.filter((packet) => packet.at >= from && packet.at < to);
  const slots: Set<string>[] = Array.from({ length: Math.ceil((to - from) / 20) }, () => new Set());
  const runs: Run[] = [];
  let largestGapMs = 0;
  let longestSilenceMs = 0;
  let doubled = 0;
  let lastPacket = from;
  let lastVoice = from;
  for (const { at, samples } of within) {
    largestGapMs = Math.max(largestGapMs, at - lastPacket);
    lastPacket = at;
    const names = voicesIn(samples, voices);
    if (names.length === 0) continue;
    longestSilenceMs = Math.max(longestSilenceMs, at - lastVoice - 20);
    lastVoice = at;
    if (names.length > 1) doubled += 1;
    const voice = names.join('+');
    const run = runs.at(-1);
    if (run?.voice === voice) run.packets += 1;
    else runs.push({ voice, packets: 1 });
    for (const name of names) slots[Math.floor((at - from) / 20)]?.add(name);
  }
  return {
    order: runs.map((run) => run.voice),
    slots: slots.map((names) => [...names].join('+')),
    largestGapMs: Math.max(largestGapMs, to - lastPacket),
    longestSilenceMs: Math.max(longestSilenceMs, to - lastVoice - 20, 0),
    mixed: doubled + intrusions(runs),
    packets: within.length,
  };
}

/** Packets of short runs that lie between two runs of another voice. */
function intrusions(runs: readonly Run[]): number {
  let packets = 0;
  for (const [index, run] of runs.entries()) {
    const before = runs[index - 1];
    const after = runs[index + 1];
    if (
      before !== undefined &&
      after !== undefined &&
      before.voice === after.voice &&
      run.packets < shortestTurn
    )
      packets += run.packets;
  }
  return packets;
}
