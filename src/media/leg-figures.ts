import type { LegFigures } from './anchor.js';
import type { LegFigures as Counted } from './rtpengine/query-figures.js';

/** rtpengine 10.5 counts what comes in alone; loss and jitter are known where somebody sends RTCP reports. */
export function legFigures(counted: Counted | undefined): LegFigures | null {
  if (counted === undefined) return null;
  const { packets, reported } = counted;
  const lost = reported === null ? null : Math.min(99, reported.lossPercent);
  return {
    packetsReceived: packets,
    packetsSent: null,
    packetsLost: lost === null ? null : Math.round((packets * lost) / (100 - lost)),
    jitterMs: reported?.jitterMs ?? null,
  };
}
