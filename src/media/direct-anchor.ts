import type { MediaAnchor, Passage } from './anchor.js';

/** What a leg has been told so far, to keep its `o=` line one session (RFC 3264 §8). */
interface Origin {
  readonly sessionId: number;
  version: number;
  /** The body without `o=` and `s=`, as sent last. */
  body: string;
}

/** Leg, session id, version. */
type KeptOrigins = readonly (readonly [string, number, number])[];

/**
 * No media server: parties send RTP to each other, the descriptions pass through. Only the origin is made
 * ours, because a party that is switched to another peer must see one session with a growing version.
 */
export class DirectAnchor implements MediaAnchor {
  readonly kind = 'direct';
  readonly moves = null;
  readonly recording = null;
  readonly monitoring = null;
  readonly can = {
    holdPrompts: false,
    keysFromRtp: false,
    recording: false,
    webrtc: false,
    conference: false,
  };
  readonly #calls = new Map<string, Map<string, Origin>>();

  /** @param newSessionId a number for each new session, 1 to 2^53-1 */
  constructor(private readonly newSessionId: () => number) {}

  takesCalls(): boolean {
    return true;
  }

  begin(): 'direct' {
    return 'direct';
  }

  describe({ callId, to, sdp }: Passage): string {
    const { body, address } = split(sdp);
    const origin = this.#origin(callId, to, body);
    if (origin.body !== body) {
      origin.version++;
      origin.body = body;
    }
    return `v=0\r\no=onekey ${origin.sessionId} ${origin.version} ${address}\r\ns=-\r\n${body}`;
  }

  wayOf(): 'direct' {
    return 'direct';
  }

  kept(callId: string): unknown {
    const legs = this.#calls.get(callId);
    if (legs === undefined) return null;
    const kept: KeptOrigins = [...legs].map(([leg, { sessionId, version }]) => [leg, sessionId, version]);
    return kept;
  }

  async resume(callId: string, kept: unknown): Promise<boolean> {
    if (!Array.isArray(kept)) return false;
    // What was sent last is not kept: the next description counts as a new version, which is always right.
    const legs = (kept as KeptOrigins).map(
      ([leg, sessionId, version]) => [leg, { sessionId, version, body: '' }] as const,
    );
    this.#calls.set(callId, new Map(legs));
    return true;
  }

  callsJoined(from: string, to: string): void {
    const moved = this.#calls.get(from);
    this.#calls.delete(from);
    if (moved !== undefined) this.#calls.set(to, new Map([...(this.#calls.get(to) ?? []), ...moved]));
  }

  legEnded(callId: string, leg: string): void {
    this.#calls.get(callId)?.delete(leg);
  }

  callEnded(callId: string): void {
    this.#calls.delete(callId);
  }

  #origin(callId: string, leg: string, body: string): Origin {
    let legs = this.#calls.get(callId);
    if (legs === undefined) {
      legs = new Map();
      this.#calls.set(callId, legs);
    }
    let origin = legs.get(leg);
    if (origin === undefined) {
      origin = { sessionId: this.newSessionId(), version: 1, body };
      legs.set(leg, origin);
    }
    return origin;
  }
}

/** All lines but `v=`, `o=` and `s=`, with CRLF ends, and the first connection address for our own `o=`. */
function split(sdp: string): { body: string; address: string } {
  let body = '';
  let address = '';
  for (const line of sdp.split('\n')) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text === '' || text.startsWith('v=') || text.startsWith('o=') || text.startsWith('s=')) continue;
    if (address === '' && text.startsWith('c=')) address = withoutTtl(text.slice(2));
    body += `${text}\r\n`;
  }
  return { body, address: address === '' ? 'IN IP4 0.0.0.0' : address };
}

/** `IN IP4 224.2.1.1/127/3` has no place in an `o=` line. */
function withoutTtl(connection: string): string {
  const slash = connection.indexOf('/');
  return slash === -1 ? connection : connection.slice(0, slash);
}
