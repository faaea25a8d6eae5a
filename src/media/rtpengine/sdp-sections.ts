/** A session description cut into its session part and its media sections (RFC 4566 §5). Lines are without ends. */
export interface SdpSections {
  readonly session: readonly string[];
  readonly media: readonly (readonly string[])[];
}

/** What of a description matters before an engine sees it. */
export type SdpFault =
  /** There is no audio in it that is not refused (port 0). */
  { readonly kind: 'no-audio' } | { readonly kind: 'no-description'; readonly what: string };

/** Cut a description at its `m=` lines. Empty lines are dropped, bare LF is accepted. */
export function cutSdp(sdp: string): SdpSections {
  const session: string[] = [];
  const media: string[][] = [];
  for (const text of sdp.split('\n')) {
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (line === '') continue;
    if (line.startsWith('m=')) media.push([line]);
    else (media.at(-1) ?? session).push(line);
  }
  return { session, media };
}

/** With CRLF after every line. */
export function joinSdp(sections: SdpSections): string {
  return `${[...sections.session, ...sections.media.flat()].join('\r\n')}\r\n`;
}

/** A line such as `m=audio 4000 RTP/AVP 8 101`. */
export interface MediaLine {
  readonly kind: string;
  readonly port: number;
  readonly proto: string;
  readonly formats: readonly string[];
}

export function readMediaLine(section: readonly string[]): MediaLine | null {
  const match = /^m=(\S+) (\d{1,5})(?:\/\d+)? (\S+) (.+)$/.exec(section[0] ?? '');
  if (match === null) return null;
  const [, kind = '', port, proto = '', formats = ''] = match;
  return { kind, port: Number(port), proto, formats: formats.trim().split(/ +/) };
}

/** Where the first audio section lies that is not refused; -1 when there is none. */
export function audioIndex({ media }: SdpSections): number {
  return media.findIndex((section) => {
    const line = readMediaLine(section);
    return line !== null && line.kind === 'audio' && line.port !== 0;
  });
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

const directionLine = /^a=(sendrecv|sendonly|recvonly|inactive)$/;

/**
 * The direction of the audio, from the media section before the session part (RFC 4566 §6). A connection address
 * of 0.0.0.0 asks for no media as well (RFC 3264 §8.4).
 */
export function directionOf(sections: SdpSections): Direction {
  const audio = sections.media[audioIndex(sections)] ?? [];
  const line = audio.find(isDirection) ?? sections.session.find(isDirection) ?? 'a=sendrecv';
  const connection = connectionOf(sections);
  const direction = line.slice(2) as Direction;
  if (!/^c=IN IP4 0\.0\.0\.0$/.test(connection)) return direction;
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}

function isDirection(line: string): boolean {
  return directionLine.test(line);
}

/** The `c=` line that holds for the audio; empty when there is none. */
export function connectionOf(sections: SdpSections): string {
  const audio = sections.media[audioIndex(sections)] ?? [];
  return audio.find(isConnection) ?? sections.session.find(isConnection) ?? '';
}

function isConnection(line: string): boolean {
  return line.startsWith('c=');
}

/** The same description with this direction for its audio. */
export function withDirection(sections: SdpSections, direction: Direction): SdpSections {
  const at = audioIndex(sections);
  return {
    session: sections.session.filter((line) => !isDirection(line)),
    media: sections.media.map((section, index) =>
      index === at
        ? [...section.filter((line) => !isDirection(line)), `a=${direction}`]
        : section.filter((line) => !isDirection(line)),
    ),
  };
}

/** What an answer may say to an offer with this direction, of somebody who for himself said `own` (RFC 3264 §6.1). */
export function answerDirection(offered: Direction, own: Direction): Direction {
  const sends = own.startsWith('send') && (offered === 'sendrecv' || offered === 'recvonly');
  const receives = (own === 'sendrecv' || own === 'recvonly') && offered.startsWith('send');
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

/** Names of the audio codecs, in order and upper case: `PCMA`, `OPUS`; without telephone-event and comfort noise. */
export function codecNames(sections: SdpSections): string[] {
  const audio = sections.media[audioIndex(sections)] ?? [];
  const names = (readMediaLine(audio)?.formats ?? []).map((format) => {
    const map = audio.find((line) => line.startsWith(`a=rtpmap:${format} `));
    const name = map === undefined ? staticNames.get(format) : /^a=rtpmap:\d+ ([^/ ]+)/.exec(map)?.[1];
    return name?.toUpperCase();
  });
  return names.filter(
    (name): name is string => name !== undefined && !/^(TELEPHONE-EVENT|CN|RED)$/.test(name),
  );
}

/** Payload numbers that mean a codec without an rtpmap line (RFC 3551 §6). */
const staticNames: ReadonlyMap<string, string> = new Map([
  ['0', 'PCMU'],
  ['8', 'PCMA'],
  ['9', 'G722'],
  ['18', 'G729'],
]);
