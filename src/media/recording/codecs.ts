import { fromALaw, fromMuLaw } from '../g711.js';
import { cutSdp } from '../rtpengine/sdp-sections.js';

/** Payload types that need no `a=rtpmap` (RFC 3551 §6). */
const fixedTypes: Readonly<Record<number, string>> = {
  0: 'pcmu/8000',
  8: 'pcma/8000',
  9: 'g722/8000',
  13: 'cn/8000',
};

/** Codecs of the first audio stream of a description, by payload type: name and clock in lower case, `opus/48000`. */
export function codecsOf(sdp: string): Record<number, string> {
  const audio = cutSdp(sdp).media.find((lines) => lines[0]?.startsWith('m=audio'));
  const codecs: Record<number, string> = {};
  for (const type of audio?.[0]?.split(' ').slice(3) ?? []) {
    const fixed = fixedTypes[Number(type)];
    if (fixed !== undefined) codecs[Number(type)] = fixed;
  }
  for (const line of audio ?? []) {
    const [, type, name, rate] = /^a=rtpmap:(\d{1,3}) ([A-Za-z0-9._-]+)\/(\d{1,6})/.exec(line) ?? [];
    if (type !== undefined && name !== undefined)
      codecs[Number(type)] = `${name.toLowerCase()}/${rate ?? ''}`;
  }
  return codecs;
}

/** The port of the first audio stream of a description, and the family of its address; null when it has none. */
export function placeOf(sdp: string): { readonly family: 4 | 6; readonly port: number } | null {
  const port = Number(/^m=audio (\d{1,5})/m.exec(sdp)?.[1] ?? 0);
  if (port === 0) return null;
  return { port, family: /^c=IN IP6/m.test(sdp) ? 6 : 4 };
}

/** How a codec is brought to samples. */
export type Decoding =
  | { readonly by: 'us'; readonly clock: number; decode(payload: Buffer): Int16Array }
  | { readonly by: 'program'; readonly clock: number; readonly codec: 'g722' | 'opus' }
  /** Keys and comfort noise: no speech. */
  | { readonly by: 'nobody' }
  | { readonly by: 'unknown' };

const aLaw = Int16Array.from({ length: 256 }, (_, byte) => fromALaw(byte));
const muLaw = Int16Array.from({ length: 256 }, (_, byte) => fromMuLaw(byte));

function looked(payload: Buffer, table: Int16Array): Int16Array {
  const samples = new Int16Array(payload.length);
  for (let at = 0; at < payload.length; at += 1) samples[at] = table[payload[at] ?? 0] ?? 0;
  return samples;
}

export function decodingOf(codec: string | undefined): Decoding {
  switch (codec) {
    case 'pcma/8000':
      return {
        by: 'us',
        clock: 8000,
        decode: (payload) => looked(payload, aLaw),
      };
    case 'pcmu/8000':
      return {
        by: 'us',
        clock: 8000,
        decode: (payload) => looked(payload, muLaw),
      };
    // Its clock says 8000 though it has 16,000 samples a second (RFC 3551 §4.5.2).
    case 'g722/8000':
      return { by: 'program', clock: 8000, codec: 'g722' };
    case 'opus/48000':
      return { by: 'program', clock: 48_000, codec: 'opus' };
    case 'cn/8000':
      return { by: 'nobody' };
    default:
      return codec?.startsWith('telephone-event/') ? { by: 'nobody' } : { by: 'unknown' };
  }
}
