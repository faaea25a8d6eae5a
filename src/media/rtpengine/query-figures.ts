import type { NgFields } from './ng-reply.js';

/** What the engine counted for one leg. */
export interface LegFigures {
  /** RTP packets that arrived from the party, and their bytes with headers. */
  readonly packets: number;
  readonly bytes: number;
  /** Packets that could not be used. */
  readonly errors: number;
  /** When the last one came, whole seconds since the epoch; null before the first. */
  readonly lastPacketAt: number | null;
  /** From RTCP reports about this party's stream; null when nobody sent any. */
  readonly reported: ReportedQuality | null;
}

export interface ReportedQuality {
  /** Mean opinion score, 1 to 5. */
  readonly mos: number;
  /** Share of packets lost, percent. */
  readonly lossPercent: number;
  /** Milliseconds. */
  readonly jitterMs: number;
  readonly roundTripMs: number;
  readonly samples: number;
}

/** The figures of these legs in the answer to `query`. Legs that the engine does not know are left out. */
export function readFigures(fields: NgFields, legs: readonly string[]): Map<string, LegFigures> {
  const figures = new Map<string, LegFigures>();
  const tags = dictionary(fields.tags);
  const sources = dictionary(fields.SSRC);
  for (const leg of legs) {
    const media = Object.hasOwn(tags, leg) ? list(dictionary(tags[leg]).medias)[0] : undefined;
    const stream = dictionary(list(dictionary(media).streams)[0]);
    const stats = dictionary(stream.stats);
    if (typeof stats.packets !== 'number') continue;
    const ssrc = String(stream.SSRC);
    const packets = stats.packets;
    figures.set(leg, {
      packets,
      bytes: number(stats.bytes),
      errors: number(stats.errors),
      lastPacketAt: packets > 0 ? number(stream['last packet']) : null,
      reported: Object.hasOwn(sources, ssrc) ? reported(dictionary(sources[ssrc])) : null,
    });
  }
  return figures;
}

/** rtpengine gives the score times ten. */
function reported(source: NgFields): ReportedQuality | null {
  const average = dictionary(source['average MOS']);
  if (typeof average.MOS !== 'number') return null;
  return {
    mos: average.MOS / 10,
    lossPercent: number(average['packet loss']),
    jitterMs: number(average.jitter),
    roundTripMs: number(average['round-trip time']) / 1000,
    samples: number(average.samples),
  };
}

function dictionary(value: unknown): NgFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as NgFields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
