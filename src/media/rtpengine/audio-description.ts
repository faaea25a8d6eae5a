import {
  audioIndex,
  connectionOf,
  cutSdp,
  readMediaLine,
  type SdpFault,
  type SdpSections,
  withDirection,
} from './sdp-sections.js';

/** How media of a leg goes over the wire. */
export type LegProfile = 'rtp' | 'srtp' | 'webrtc';

export type AddressFamily = 'IP4' | 'IP6';

/** What a party said, made ready for the engine. */
export interface AudioDescription {
  /** Session part and the one audio section that calls are made of. */
  readonly audio: SdpSections;
  /** All `m=` lines as they came; an answer must have as many, in this order (RFC 3264 §6). */
  readonly mediaLines: readonly string[];
  /** Which of them is the audio. */
  readonly audioAt: number;
  readonly profile: LegProfile;
  readonly family: AddressFamily;
}

export type ReadDescription =
  | { readonly ok: true; readonly description: AudioDescription }
  | { readonly ok: false; readonly fault: SdpFault };

/** Longest description that is read; bytes. */
const longest = 32_768;

/**
 * Read what a party said. Video, fax (T.38) and further audio are left out: calls have one audio stream, and the
 * answer refuses the rest.
 */
export function readDescription(sdp: string): ReadDescription {
  if (sdp.length > longest) return fault({ kind: 'no-description', what: `${sdp.length} characters` });
  const sections = cutSdp(sdp);
  if (sections.session[0] !== 'v=0')
    return fault({ kind: 'no-description', what: 'it does not begin with v=0' });
  const audioAt = audioIndex(sections);
  const audio = sections.media[audioAt];
  const line = audio === undefined ? null : readMediaLine(audio);
  if (audio === undefined || line === null) return fault({ kind: 'no-audio' });
  const profile = profileOf(line.proto);
  // A bundle of one section is none; the sections that it names are not all here.
  const alone = { session: sections.session.filter((text) => !text.startsWith('a=group:')), media: [audio] };
  return {
    ok: true,
    description: {
      audio: profile === 'webrtc' ? withoutBrowserExtras(alone) : alone,
      mediaLines: sections.media.map((section) => section[0] ?? ''),
      audioAt,
      profile,
      family: connectionOf({ session: sections.session, media: [audio] }).startsWith('c=IN IP6 ')
        ? 'IP6'
        : 'IP4',
    },
  };
}

function fault(found: SdpFault): ReadDescription {
  return { ok: false, fault: found };
}

function profileOf(proto: string): LegProfile {
  if (proto.includes('TLS')) return 'webrtc';
  return proto.includes('SAVP') ? 'srtp' : 'rtp';
}

/** What browsers offer each other, and that must not come with one browser's numbers before another party. */
const browserLine =
  /^a=(extmap|extmap-allow-mixed|msid|msid-semantic|ssrc|rtcp-fb|rtcp-rsize|rtcp-xr|ice-options)\b/;

/**
 * A browser's description as an ordinary phone's: without header extensions and stream names, and without doubled
 * audio (RFC 2198), which would go out to whoever the browser talks with next.
 */
function withoutBrowserExtras(sections: SdpSections): SdpSections {
  const plain = (lines: readonly string[]): string[] => lines.filter((text) => !browserLine.test(text));
  const media = sections.media.map(plain);
  const doubled = media.flat().flatMap((text) => /^a=rtpmap:(\d+) red\//i.exec(text)?.[1] ?? []);
  return {
    session: plain(sections.session),
    media: media.map((section) => withoutFormats(section, doubled)),
  };
}

/** Lines that bind a description to one transport, and say nothing of the audio in it. */
const transportLine =
  /^a=(candidate|end-of-candidates|ice-|fingerprint|setup|crypto|rtcp|mid|msid|ssrc|extmap|group|tls-id|sctp|remote-candidates|label|key-mgmt|zone)/;

/**
 * The description that a parking place gives: the codecs, numbers and other lines of `model`, plain RTP, sent to
 * the discard port of the engine's own machine. Nothing is ever sent from there.
 */
export function parkingDescription(model: SdpSections, address: string): SdpSections {
  const family = address.includes(':') ? 'IP6' : 'IP4';
  const keep = (line: string): boolean => !transportLine.test(line) && !/^[cb]=/.test(line);
  const audio = model.media[0] ?? [];
  const formats = readMediaLine(audio)?.formats ?? [];
  const session = model.session.filter((line) => line.startsWith('a=') && keep(line));
  const parked: SdpSections = {
    session: [
      'v=0',
      `o=- 1 1 IN ${family} ${address}`,
      's=-',
      `c=IN ${family} ${address}`,
      't=0 0',
      ...session,
    ],
    media: [[`m=audio 9 RTP/AVP ${formats.join(' ')}`, ...audio.slice(1).filter(keep)]],
  };
  return withDirection(parked, 'sendrecv');
}

/**
 * Only the formats that are also in `agreed`, in the order of `agreed`: what is left of an offer once it was
 * answered. The offer as it is when the two have nothing in common.
 */
export function agreedFormats(offer: SdpSections, agreed: SdpSections): SdpSections {
  const audio = offer.media[0] ?? [];
  const line = readMediaLine(audio);
  const answered = readMediaLine(agreed.media[0] ?? [])?.formats ?? [];
  if (line === null) return offer;
  const both = answered.filter((format) => line.formats.includes(format));
  if (both.length === 0 || both.length === line.formats.length) return offer;
  const gone = line.formats.filter((format) => !both.includes(format));
  return { session: offer.session, media: [withFormats(audio, both, gone)] };
}

/** Keys and comfort noise, which go beside any codec. */
const besideCodecs = /^(telephone-event|CN)\//i;

/** The description with the first of its codecs alone, and what goes beside it. */
export function firstCodec(sections: SdpSections): SdpSections {
  const audio = sections.media[0] ?? [];
  const formats = readMediaLine(audio)?.formats ?? [];
  const beside = formats.filter((format) => {
    const map = audio.find((text) => text.startsWith(`a=rtpmap:${format} `))?.split(' ')[1];
    return map === undefined ? format === '13' : besideCodecs.test(map);
  });
  const codecs = formats.filter((format) => !beside.includes(format));
  return {
    session: sections.session,
    media: [withoutFormats(audio, codecs.slice(1)), ...sections.media.slice(1)],
  };
}

/** The section with these formats only, and without what it says of those that are gone. */
function withFormats(
  audio: readonly string[],
  formats: readonly string[],
  gone: readonly string[],
): string[] {
  const ofGone = new RegExp(`^a=(rtpmap|fmtp|rtcp-fb):(${gone.map(escaped).join('|')}) `);
  const head = (audio[0] ?? '').split(' ').slice(0, 3).join(' ');
  return [`${head} ${formats.join(' ')}`, ...audio.slice(1).filter((text) => !ofGone.test(text))];
}

function withoutFormats(audio: readonly string[], gone: readonly string[]): readonly string[] {
  const left = (readMediaLine(audio)?.formats ?? []).filter((format) => !gone.includes(format));
  return gone.length === 0 || left.length === 0 ? audio : withFormats(audio, left, gone);
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '\\$&');
}

/**
 * What a browser is told, so that it can be moved later. The engine begins DTLS itself instead of leaving that to the
 * party, from the first offer on: who begins cannot change later, and a browser that moves to another address of the
 * engine holds on to the one before until that is silent for seconds, unless something comes from the new one
 * (Chromium 156: 6.5 s, and 2 s with it). The section keeps the name that the browser knows it by (RFC 8829 §5.2.2).
 *
 * @param mid that name; null when it has none yet
 */
export function forBrowser(sections: SdpSections, mid: string | null): SdpSections {
  const adapted = (lines: readonly string[]): string[] =>
    lines.map((line) => {
      if (line === 'a=setup:actpass') return 'a=setup:active';
      return mid !== null && line.startsWith('a=mid:') ? `a=mid:${mid}` : line;
    });
  return { session: adapted(sections.session), media: sections.media.map(adapted) };
}

/** The engine's audio put back among the media that were offered; those others are refused with port 0. */
export function withRefusedMedia(audio: SdpSections, offer: AudioDescription): SdpSections {
  const media = offer.mediaLines.map((text, index) => {
    if (index === offer.audioAt) return audio.media[0] ?? [];
    const line = readMediaLine([text]);
    return line === null
      ? [text.replace(/^(m=\S+ )\d+/, '$10')]
      : [`m=${line.kind} 0 ${line.proto} ${line.formats.join(' ')}`];
  });
  return { session: audio.session, media };
}
