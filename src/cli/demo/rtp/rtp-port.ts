import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { decodeBlock, encodeBlock } from './alaw.js';
import { buildRtp, parseRtp, payloadTypeALaw } from './packet.js';
import type { AudioAddress } from './session-description.js';
import { samplesPerPacket, type ToneGenerator } from './tone.js';

const packetMs = 20;

/** A phone's UDP port for audio: sends a tone every 20 ms and hands on what the other side sends. */
export class RtpPort {
  #timer: NodeJS.Timeout | undefined;
  #remote: AudioAddress | undefined;
  #sequence = randomInt(0x10000);
  #timestamp = randomInt(0x7fffffff);
  readonly #ssrc = randomInt(0x7fffffff);

  private constructor(
    private readonly socket: Socket,
    readonly address: AudioAddress,
    private readonly now: () => number,
  ) {}

  /**
   * Bind a free port.
   *
   * @param onAudio gets the samples of each packet that comes from the side we send to, with the time it came.
   */
  static async open(
    host: string,
    onAudio: (samples: Int16Array, atMs: number) => void,
    now: () => number = () => performance.now(),
  ): Promise<RtpPort> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, host, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    const port = new RtpPort(socket, { host, port: socket.address().port }, now);
    // What arrives from a party we were moved away from is not for our ears: only the present one counts.
    socket.on('message', (datagram, source) => {
      if (source.port !== port.#remote?.port || source.address !== port.#remote.host) return;
      const packet = parseRtp(datagram);
      if (packet?.payloadType === payloadTypeALaw) onAudio(decodeBlock(packet.payload), port.now());
    });
    // A party that is gone answers with "port unreachable": expected at the end of a call.
    socket.on('error', () => undefined);
    return port;
  }

  /** Talk with this address from now on. */
  connect(remote: AudioAddress): void {
    this.#remote = remote;
  }

  /** Send a tone until {@link stop}, wherever {@link connect} points. */
  start(tone: ToneGenerator): void {
    if (this.#timer !== undefined) return;
    const began = this.now();
    let sent = 0;
    const send = (): void => {
      // Catch up after a late timer, so that the stream stays real-time on a busy machine.
      const due = Math.floor((this.now() - began) / packetMs) + 1;
      for (; sent < due; sent += 1) this.#send(tone, sent === 0);
      this.#timer = setTimeout(send, Math.max(0, began + sent * packetMs - this.now()));
    };
    send();
  }

  /** Fall silent and forget the other side; the port stays bound for the next call. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#remote = undefined;
  }

  close(): void {
    this.stop();
    this.socket.close();
  }

  #send(tone: ToneGenerator, first: boolean): void {
    const payload = encodeBlock(tone.next());
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + samplesPerPacket) >>> 0;
    if (this.#remote === undefined) return;
    const packet = buildRtp({
      payloadType: payloadTypeALaw,
      marker: first,
      sequence: this.#sequence,
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
      payload,
    });
    this.socket.send(packet, this.#remote.port, this.#remote.host);
  }
}
