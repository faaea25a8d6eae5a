import { type AddressFamily, type LegProfile, readDescription } from './audio-description.js';
import type { NgFields } from './ng-reply.js';
import {
  answerDirection,
  codecNames,
  directionOf,
  joinSdp,
  type SdpSections,
  withDirection,
} from './sdp-sections.js';

/** One end of an exchange of offer and answer inside the engine. */
export interface End {
  readonly tag: string;
  /** How media reaches it. */
  readonly profile: LegProfile;
  readonly family: AddressFamily;
  /** How its party gets to know our certificate again; see {@link fingerprintOf}. */
  readonly fingerprint: Fingerprint;
  /** What it says; null when it is asked by this very offer. */
  readonly says: SdpSections | null;
}

/** Hashes of a certificate (RFC 8122 §5). */
export type Fingerprint = 'sha-256' | 'sha-384' | 'sha-512';

/**
 * The hash that a leg in its `place`th place, counted from 0, is told. The certificate is the engine's own, the same
 * for all its calls; a browser that is moved from one call to another begins DTLS anew only where it sees another
 * fingerprint (RFC 8842 §4; measured with Chromium 156).
 */
export function fingerprintOf(place: number): Fingerprint {
  const hashes = ['sha-256', 'sha-384', 'sha-512'] as const;
  return hashes[place % hashes.length] ?? 'sha-256';
}

/** What an exchange is for. */
export interface ExchangeWish {
  /**
   * Keys can be sent into it. The engine then takes all audio apart and sends it by its own timer, so that after a
   * stall of the machine old audio comes late (measured: heard after a switch); not for ordinary links.
   */
  readonly injectKeys: boolean;
}

export const ordinary: ExchangeWish = { injectKeys: false };

export interface ExchangeSettings {
  readonly callId: string;
  /** Codecs that are offered to everybody beside those of the other end; rtpengine's names. */
  readonly transcode: readonly string[];
}

/**
 * The fields of an `offer` from one end to the other. Port latching keeps the ports of both as they are, whoever
 * they were linked to before.
 */
export function offerFields(settings: ExchangeSettings, from: End, to: End, wish = ordinary): NgFields {
  const wanted = [...settings.transcode, ...(to.says === null ? [] : codecNames(to.says))];
  return {
    ...common(settings, from, to, wish),
    ...outputTo(to, 'offer'),
    sdp: from.says === null ? '' : joinSdp(from.says),
    codec: { transcode: [...new Set(wanted)] },
  };
}

/** The fields of the `answer` to it. What `to` says is made to fit the direction that was offered. */
export function answerFields(settings: ExchangeSettings, from: End, to: End, wish = ordinary): NgFields {
  const offered = from.says === null ? 'sendrecv' : directionOf(from.says);
  const own = to.says ?? { session: [], media: [] };
  return {
    ...common(settings, from, to, wish),
    ...outputTo(from, 'answer'),
    sdp: joinSdp(withDirection(own, answerDirection(offered, directionOf(own)))),
  };
}

function common(settings: ExchangeSettings, from: End, to: End, wish: ExchangeWish): NgFields {
  const generateMid = from.profile === 'webrtc' || to.profile === 'webrtc' ? ['generate mid'] : [];
  return {
    'call-id': settings.callId,
    'from-tag': from.tag,
    'to-tag': to.tag,
    replace: ['origin', 'session connection'],
    flags: ['port latching', ...(wish.injectKeys ? ['inject DTMF'] : []), ...generateMid],
  };
}

/** Not offered: they encrypt nothing, or badly. */
const weakSuites = [
  'NULL_HMAC_SHA1_80',
  'NULL_HMAC_SHA1_32',
  'F8_128_HMAC_SHA1_80',
  'F8_128_HMAC_SHA1_32',
].map((suite) => `no-${suite}`);

/** What rtpengine shall write to an end of this kind. */
function outputTo({ profile, family, fingerprint }: End, role: 'offer' | 'answer'): NgFields {
  // Without it the engine moves an end to the family of the other.
  const address = { 'address family': family };
  switch (profile) {
    case 'rtp':
      return { ...address, 'transport-protocol': 'RTP/AVP', ICE: 'remove', 'rtcp-mux': ['demux'] };
    case 'srtp':
      return {
        ...address,
        'transport-protocol': 'RTP/SAVP',
        ICE: 'remove',
        'rtcp-mux': ['demux'],
        DTLS: 'off',
        SDES: weakSuites,
      };
    case 'webrtc':
      return {
        ...address,
        'transport-protocol': 'UDP/TLS/RTP/SAVPF',
        ICE: 'force',
        'rtcp-mux': [role === 'offer' ? 'require' : 'accept'],
        SDES: ['off'],
        'DTLS-fingerprint': fingerprint,
      };
  }
}

/** The description in an answer of the engine; null when there is none that can be read. */
export function sdpOf(fields: NgFields): SdpSections | null {
  if (typeof fields.sdp !== 'string') return null;
  const read = readDescription(fields.sdp);
  return read.ok ? read.description.audio : null;
}
