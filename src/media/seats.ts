/** Seats in a room of the mixer: each is a leg of a media session whose party is the mixer. */
import { isIP } from 'node:net';
import { MixerFailure, type MixerRoom, type RtpAddress } from './mixer/mixer.js';
import type { MediaSession } from './rtpengine/media-session.js';
import { connectionOf, cutSdp, readMediaLine } from './rtpengine/sdp-sections.js';
import { describeSessionFailure, type Outcome } from './rtpengine/session-outcome.js';

/** Begins the names of seats among the legs of a session; no name of a party does. */
const seatMark = ':mixer-';

/** The name of a seat. @param number none comes twice in a session */
export function seatName(number: number | string): string {
  return `${seatMark}${number}`;
}

export function isSeat(leg: string): boolean {
  return leg.startsWith(seatMark);
}

/**
 * A place in the room, and its leg in the engine, which hears nobody yet. Rejects with {@link MixerFailure}, and then
 * the leg may be there: {@link leaveSeat}.
 */
export async function takeSeat(
  room: MixerRoom,
  session: MediaSession,
  seat: string,
  options: { readonly muted: boolean } = { muted: false },
): Promise<void> {
  const told = must(await session.prepare(seat));
  const there = await room.add(seat, takenAt(told), options);
  must(await session.answered(seat, seatDescription(there)));
}

/** Give a seat up; whoever is joined with it is parked. Resolves when the mixer has done so, and rejects as it does. */
export function leaveSeat(room: MixerRoom, session: MediaSession | undefined, seat: string): Promise<void> {
  const removed = room.remove(seat);
  void session?.leave(seat);
  return removed;
}

/** The value of a step of a session that has to work. */
export function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new MixerFailure(describeSessionFailure(outcome.failure));
  return outcome.value;
}

/** Where a description says that audio is taken. */
export function takenAt(sdp: string): RtpAddress {
  const sections = cutSdp(sdp);
  const address = connectionOf(sections).split(' ')[2] ?? '';
  const port = readMediaLine(sections.media[0] ?? [])?.port ?? 0;
  if (isIP(address) === 0 || port === 0) throw new MixerFailure('the engine gave no place for a seat');
  return { address, port };
}

/** What the mixer says of the place of a seat: G.711 A-law, as all its participants. */
export function seatDescription(
  { address, port }: RtpAddress,
  direction: 'sendrecv' | 'recvonly' = 'sendrecv',
): string {
  const family = isIP(address) === 6 ? 'IP6' : 'IP4';
  const lines = [
    'v=0',
    `o=- 1 1 IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
    'a=ptime:20',
    `a=${direction}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}
