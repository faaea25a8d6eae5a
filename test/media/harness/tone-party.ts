import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { decodeBlock, encodeBlock } from '../../../src/cli/demo/rtp/alaw.js';
import { buildRtp, parseRtp } from '../../../src/cli/demo/rtp/packet.js';
import { audioAddress } from '../../../src/cli/demo/rtp/session-description.js';
import { samplesPerPacket, ToneGenerator } from '../../../src/cli/demo/rtp/tone.js';
import type { HeardPacket } from './hearing-log.js';
import { decodeMuLaw, encodeMuLaw } from './mu-law.js';

export const packetMs = 20;

export interface TonePartySettings {
  readonly name: string;
  /** Hz, a multiple of 50, so that one packet is enough to tell it. */
  readonly frequency: number;
  /** Where it listens; 127.0.0.1 by default. */
  readonly host?: string;
  /** The codec it speaks; PCMA by default. */
  readonly codec?: 'PCMA' | 'PCMU';
  /** Payload number of its telephone-events; 101 by default. */
  readonly eventPayload?: number;
  /** A fixed stream name makes runs comparable; made of the frequency by default. */
  readonly ssrc?: number;
}

/**
 * An RTP endpoint with a voice of its own: sends its tone in packets of 20 ms and keeps every packet that
 * arrives. Speaks to any server: it is given and gives plain session descriptions.
 */
export class ToneParty {
  readonly heard: HeardPacket[] = [];
  /** RFC 4733 packets that arrived: event number and payload number; those of one key have one timestamp. */
  readonly events: {
    readonly at: number;
    readonly event: number;
    readonly payloadType: number;
    readonly timestamp: number;
  }[] = [];
  /** When the key that was pressed last was let go; `performance.now()`. */
  keyEndedAt = 0;
  /** Where packets came from, `host:port`. */
  readonly sources = new Set<string>();
  #remote: { readonly host: string; readonly port: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sequence = 1000;
  #timestamp = 160_000;
  readonly #tone: ToneGenerator;

  private constructor(
    readonly settings: TonePartySettings,
    private readonly socket: Socket,
  ) {
    this.#tone = new ToneGenerator(settings.frequency);
    const decode = this.#muLaw ? decodeMuLaw : decodeBlock;
    socket.on('message', (datagram, source) => {
      const at = performance.now();
      const packet = parseRtp(datagram);
      if (packet === undefined) return;
      this.sources.add(`${source.address}:${source.port}`);
      const { payloadType, ssrc, sequence, timestamp } = packet;
      if (payloadType === this.#audioPayload) {
        this.heard.push({ at, ssrc, sequence, timestamp, samples: decode(packet.payload) });
      } else if (packet.payload.length === 4) {
        this.events.push({ at, event: packet.payload.readUInt8(0), payloadType, timestamp });
      }
    });
    // A closed port on the other side is told by ICMP; expected while servers start and stop.
    socket.on('error', () => undefined);
  }

  static async open(settings: TonePartySettings): Promise<ToneParty> {
    const host = settings.host ?? '127.0.0.1';
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, host, resolve);
    });
    return new ToneParty(settings, socket);
  }

  get name(): string {
    return this.settings.name;
  }

  /** Name of its stream in RTP. */
  get ssrc(): number {
    return this.settings.ssrc ?? 0x10_000 + this.settings.frequency;
  }

  get #muLaw(): boolean {
    return this.settings.codec === 'PCMU';
  }

  get #audioPayload(): number {
    return this.#muLaw ? 0 : 8;
  }

  /** Its offer or answer. */
  sdp(
    options: { readonly direction?: string; readonly port?: number; readonly extra?: string } = {},
  ): string {
    const { address, port } = this.socket.address();
    const family = isIPv6(address) ? 'IP6' : 'IP4';
    const events = this.settings.eventPayload ?? 101;
    const audio = this.#audioPayload;
    return [
      'v=0',
      `o=${this.name} ${port} 1 IN ${family} ${address}`,
      's=-',
      `c=IN ${family} ${address}`,
      't=0 0',
      `m=audio ${options.port ?? port} RTP/AVP ${audio} ${events}`,
      `a=rtpmap:${audio} ${this.settings.codec ?? 'PCMA'}/8000`,
      `a=rtpmap:${events} telephone-event/8000`,
      `a=fmtp:${events} 0-16`,
      'a=ptime:20',
      ...(options.extra === undefined ? [] : [options.extra]),
      `a=${options.direction ?? 'sendrecv'}`,
      '',
    ].join('\r\n');
  }

  /** Send to where this description says, from now on. */
  talkTo(sdp: string): void {
    this.#remote = audioAddress(sdp);
    this.start();
  }

  /** Send the tone until {@link stop}. */
  start(): void {
    if (this.#timer !== undefined) return;
    const began = performance.now();
    let sent = 0;
    const send = (): void => {
      // After a late timer what is due goes out at once, so that the stream stays real-time.
      const due = Math.floor((performance.now() - began) / packetMs) + 1;
      for (; sent < due; sent += 1) this.#sendTone();
      this.#timer = setTimeout(send, Math.max(0, began + sent * packetMs - performance.now()));
    };
    send();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Press a key for `ms`: RFC 4733 packets every 20 ms with its end three times, while the tone pauses. */
  async press(event: number, ms = 120): Promise<void> {
    this.stop();
    const timestamp = this.#timestamp;
    const count = Math.round(ms / packetMs);
    for (let index = 1; index <= count + 2; index += 1) {
      const ended = index >= count;
      const payload = Buffer.from([event, (ended ? 0x80 : 0) | 10, 0, 0]);
      payload.writeUInt16BE(Math.min(index, count) * samplesPerPacket, 2);
      if (index === count) this.keyEndedAt = performance.now();
      this.#sendRtp(this.settings.eventPayload ?? 101, index === 1, timestamp, payload);
      await new Promise((resolve) => setTimeout(resolve, ended ? 1 : packetMs));
    }
    this.#timestamp = (timestamp + count * samplesPerPacket) >>> 0;
    this.start();
    // The shortest pause between keys that a receiver must be able to tell (ITU-T Q.24).
    await new Promise((resolve) => setTimeout(resolve, 70));
  }

  /** Keys that arrived, by their event numbers in their order: a key is many packets. */
  keysHeard(): readonly number[] {
    const keys = new Map(this.events.map(({ timestamp, event }) => [timestamp, event]));
    return [...keys.values()];
  }

  close(): void {
    this.stop();
    this.socket.close();
  }

  #sendTone(): void {
    const samples = this.#tone.next();
    const payload = this.#muLaw ? encodeMuLaw(samples) : encodeBlock(samples);
    this.#timestamp = (this.#timestamp + samplesPerPacket) >>> 0;
    this.#sendRtp(this.#audioPayload, false, this.#timestamp, payload);
  }

  #sendRtp(payloadType: number, marker: boolean, timestamp: number, payload: Buffer): void {
    if (this.#remote === undefined) return;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const packet = buildRtp({
      payloadType,
      marker,
      sequence: this.#sequence,
      timestamp,
      ssrc: this.ssrc,
      payload,
    });
    this.socket.send(packet, this.#remote.port, this.#remote.host);
  }
}
