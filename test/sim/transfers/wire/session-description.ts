/** As much of SDP as the phones of a simulation speak: one audio stream at an address that is theirs alone. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface Description {
  /** Whose media address it is. */
  readonly address: string;
  readonly direction: Direction;
}

const REVERSED: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** Null when there is no session description in the body. */
export function describedIn(body: string): Description | null {
  const address = /^c=IN IP4 (\S+)/m.exec(body)?.[1];
  if (address === undefined) return null;
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(body)?.[1] as Direction | undefined;
  return { address, direction: direction ?? 'sendrecv' };
}

export function describe(address: string, version: number, direction: Direction): string {
  return (
    `v=0\r\no=- 1 ${version} IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n` +
    `m=audio 4000 RTP/AVP 8\r\na=${direction}\r\n`
  );
}

/** Direction of an answer (RFC 3264 §6.1) of somebody who holds, or does not. */
export function answering(offered: Direction, holding: boolean): Direction {
  const answer = REVERSED[offered];
  if (!holding) return answer;
  return answer === 'sendrecv' || answer === 'sendonly' ? 'sendonly' : 'inactive';
}
