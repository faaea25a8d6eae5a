/**
 * The little that the core must understand of SDP (RFC 4566, RFC 3264): whether what one party knows of the
 * other still serves, and putting a held session back to two-way.
 */

type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

interface MediaLine {
  readonly kind: string;
  readonly port: string;
  readonly protocol: string;
  readonly address: string;
  readonly direction: Direction;
  /** Payload number to `NAME/rate`. */
  readonly codecs: ReadonlyMap<string, string>;
  /** ICE, DTLS and SDES lines: a change of keys needs a new exchange. */
  readonly keys: string;
}

/** RFC 3551 §6: payload numbers that need no rtpmap. */
const STATIC_CODECS: ReadonlyMap<string, string> = new Map([
  ['0', 'PCMU/8000'],
  ['3', 'GSM/8000'],
  ['4', 'G723/8000'],
  ['8', 'PCMA/8000'],
  ['9', 'G722/8000'],
  ['18', 'G729/8000'],
]);

const DIRECTIONS: ReadonlySet<string> = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive']);
const KEY_LINES = ['a=ice-ufrag:', 'a=ice-pwd:', 'a=fingerprint:', 'a=crypto:', 'a=setup:'];

/** Lines without their line ends; empty lines dropped. */
function linesOf(sdp: string): string[] {
  return sdp.split(/\r\n|\n|\r/).filter((line) => line !== '');
}

function mediaLines(sdp: string): MediaLine[] {
  const media: MediaLine[] = [];
  let sessionAddress = '';
  let sessionDirection: Direction = 'sendrecv';
  let sessionKeys = '';
  let current: {
    kind: string;
    port: string;
    protocol: string;
    address: string;
    direction: Direction;
    codecs: Map<string, string>;
    keys: string;
  } | null = null;

  for (const line of linesOf(sdp)) {
    if (line.startsWith('m=')) {
      const [kind = '', port = '', protocol = '', ...payloads] = line.slice(2).split(' ');
      const codecs = new Map(payloads.map((p) => [p, STATIC_CODECS.get(p) ?? p]));
      current = {
        kind,
        port,
        protocol,
        address: sessionAddress,
        direction: sessionDirection,
        codecs,
        keys: sessionKeys,
      };
      media.push(current);
    } else if (line.startsWith('c=')) {
      if (current === null) sessionAddress = line.slice(2);
      else current.address = line.slice(2);
    } else if (line.startsWith('a=rtpmap:') && current !== null) {
      const space = line.indexOf(' ');
      const payload = line.slice(9, space);
      if (current.codecs.has(payload))
        current.codecs.set(
          payload,
          line
            .slice(space + 1)
            .toUpperCase()
            .replace(/\/1$/, ''),
        );
    } else if (line.startsWith('a=') && DIRECTIONS.has(line.slice(2))) {
      if (current === null) sessionDirection = line.slice(2) as Direction;
      else current.direction = line.slice(2) as Direction;
    } else if (KEY_LINES.some((prefix) => line.startsWith(prefix))) {
      if (current === null) sessionKeys += line;
      else current.keys += line;
    }
  }
  return media;
}

function isSpeech(codec: string): boolean {
  return !codec.startsWith('TELEPHONE-EVENT') && !codec.startsWith('CN/') && codec !== '13';
}

/**
 * Does the description `known` that a party holds of its peer still serve, now that the peer says `now` and
 * the party itself says `own`? True when address, port, transport, direction and keys are as known and the
 * peer can receive every codec that the party may send. Then no new offer is needed.
 */
export function stillServes(known: string, now: string, own: string | null): boolean {
  if (known === now) return true;
  const before = mediaLines(known);
  const after = mediaLines(now);
  const mine = own === null ? [] : mediaLines(own);
  if (before.length !== after.length) return false;
  return after.every((line, index) => {
    const old = before[index];
    if (old === undefined) return false;
    if (
      old.kind !== line.kind ||
      old.port !== line.port ||
      old.protocol !== line.protocol ||
      old.address !== line.address ||
      old.direction !== line.direction ||
      old.keys !== line.keys
    )
      return false;
    const sent = mine[index];
    if (sent === undefined || sent.port === '0') return true;
    for (const [payload, codec] of sent.codecs) {
      if (isSpeech(codec) && line.codecs.get(payload) !== codec) return false;
    }
    return true;
  });
}

/** The same description with all its media two-way: what a party can do once a hold is over. */
export function twoWay(sdp: string): string {
  return `${linesOf(sdp)
    .map((line) => (line.startsWith('a=') && DIRECTIONS.has(line.slice(2)) ? 'a=sendrecv' : line))
    .join('\r\n')}\r\n`;
}

/** The same description with no media flowing either way: for a party that is put on hold (RFC 3264 §8.4). */
export function onHold(sdp: string): string {
  const lines: string[] = [];
  let inMedia = false;
  for (const line of linesOf(sdp)) {
    if (line.startsWith('a=') && DIRECTIONS.has(line.slice(2))) continue;
    if (line.startsWith('m=')) {
      if (inMedia) lines.push('a=inactive');
      inMedia = true;
    }
    lines.push(line);
  }
  if (inMedia) lines.push('a=inactive');
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * An answer to `offer` that keeps the session but lets no media flow: for a party whose peer has just left.
 * Address and ports are those of `known`, what the party was last told (RFC 3264 §6.1, §8.4).
 */
export function answerOnHold(offer: string, known: string): string {
  const before = mediaLines(known);
  const head = linesOf(known).filter((line) => /^[vost]=/.test(line));
  const body: string[] = [];
  let index = -1;
  for (const line of linesOf(offer)) {
    if (line.startsWith('m=')) {
      index++;
      const parts = line.split(' ');
      const port = parts[1] === '0' ? '0' : (before[index]?.port ?? '0');
      body.push([parts[0], port, ...parts.slice(2)].join(' '));
      body.push(`c=${before[index]?.address || before[0]?.address || 'IN IP4 0.0.0.0'}`, 'a=inactive');
    } else if (index >= 0 && (line.startsWith('a=rtpmap:') || line.startsWith('a=fmtp:'))) {
      body.push(line);
    }
  }
  return `${[...head, ...body].join('\r\n')}\r\n`;
}
