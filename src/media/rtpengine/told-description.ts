import {
  audioIndex,
  connectionOf,
  cutSdp,
  joinSdp,
  readMediaLine,
  type SdpSections,
} from './sdp-sections.js';

/** What a leg has been told: one session of ours, whose version grows when it changes (RFC 3264 §8). */
export interface Told {
  /** Number of the session in the `o=` line. */
  readonly sessionId: number;
  readonly version: number;
  /** The whole description as the leg got it. */
  readonly sdp: string;
}

/**
 * The description with our own `o=` and `s=` lines. One that says the same as before, but for the origin, is the
 * very same text: a party that sees no new version has nothing to do.
 *
 * @param newSessionId a number from 1 to 2^53-1, asked for the first one of a leg only
 */
export function tell(before: Told | null, sections: SdpSections, newSessionId: () => number): Told {
  const sessionId = before?.sessionId ?? newSessionId();
  const version = before?.version ?? 1;
  const same = joinSdp(owned(sections, sessionId, version));
  if (before === null || before.sdp === same) return { sessionId, version, sdp: same };
  return { sessionId, version: version + 1, sdp: joinSdp(owned(sections, sessionId, version + 1)) };
}

/** True when the audio goes to the same place as the leg was told, so that it need not be told anything. */
export function samePlace(told: string, sections: SdpSections): boolean {
  return place(cutSdp(told)) === place(sections);
}

/** Connection, port and keys of the audio: all that a switch could break. */
function place(sections: SdpSections): string {
  const audio = sections.media[audioIndex(sections)] ?? [];
  const connection = connectionOf(sections);
  const keys = [...sections.session, ...audio].filter((line) =>
    /^a=(crypto|fingerprint|ice-ufrag)/.test(line),
  );
  return [connection, String(readMediaLine(audio)?.port), ...keys].join(' ');
}

function owned(sections: SdpSections, sessionId: number, version: number): SdpSections {
  const origin = sections.session.find((line) => line.startsWith('o='))?.split(' ') ?? [];
  const address = origin.length === 6 ? origin.slice(3).join(' ') : 'IN IP4 0.0.0.0';
  const rest = sections.session.filter((line) => !/^[vos]=/.test(line));
  return {
    session: ['v=0', `o=onekey ${sessionId} ${version} ${address}`, 's=-', ...rest],
    media: sections.media,
  };
}
