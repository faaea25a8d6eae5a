import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { MediaLog } from '../log.js';

/** A key that a party pressed (RFC 4733 event), told once it was let go. */
export interface KeyEvent {
  readonly callId: string;
  /** The leg that pressed it. */
  readonly leg: string;
  /** 0 to 9, *, # or A to D; `flash` for a hook flash. */
  readonly key: string;
  /** How long it was pressed; milliseconds. */
  readonly durationMs: number;
}

const keys = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D', 'flash'];

/** Read what rtpengine writes with `--dtmf-log-dest`; null when it is none of that. */
export function readKeyEvent(datagram: Buffer): KeyEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(datagram.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { type, callid, source_tag, event, duration } = value as Readonly<Record<string, unknown>>;
  if (type !== 'DTMF' || typeof callid !== 'string' || typeof source_tag !== 'string') return null;
  const key = typeof event === 'number' ? keys[event] : undefined;
  if (key === undefined) return null;
  return { callId: callid, leg: source_tag, key, durationMs: typeof duration === 'number' ? duration : 0 };
}

/** The UDP port of this machine that engines report keys to. */
export class KeyEvents {
  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {}

  /**
   * Listen. Rejects when the address cannot be taken.
   *
   * @param onKey told of every key, in the order in which the engine saw them end
   * @param at `address:port`, an IPv6 address in brackets; port 0 for any that is free
   */
  static open(onKey: (event: KeyEvent) => void, log: MediaLog, at = '127.0.0.1:0'): Promise<KeyEvents> {
    const colon = at.lastIndexOf(':');
    const host = at.slice(0, colon).replace(/^\[|\]$/g, '');
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(Number(at.slice(colon + 1)), host, () => {
        socket.off('error', reject);
        socket.on('error', (error) => log.warn({ error: error.message }, 'key events'));
        socket.on('message', (datagram) => {
          const event = readKeyEvent(datagram);
          if (event === null) log.debug({ bytes: datagram.length }, 'no key event of rtpengine');
          else onKey(event);
        });
        resolve(new KeyEvents(socket, socket.address().port));
      });
    });
  }

  close(): void {
    this.socket.close();
  }
}
