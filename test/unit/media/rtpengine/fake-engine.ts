import type { NgPort } from '../../../../src/media/rtpengine/linker.js';
import type { NgFailure, NgFields, NgReply } from '../../../../src/media/rtpengine/ng-reply.js';

/** Stands in for rtpengine: gives every tag a port, and keeps what it was asked. */
export class FakeEngine implements NgPort {
  /** As `offer caller>agent`, `delete agent`, `play media caller`. */
  readonly commands: string[] = [];
  readonly fields: NgFields[] = [];
  /** Fails the commands that it is true for. */
  fails: (command: string) => NgFailure | null = () => null;
  /** Added to the answers. */
  extra: NgFields = {};
  #ports = new Map<string, number>();
  #nextPort: number;

  constructor(firstPort = 30_000) {
    this.#nextPort = firstPort;
  }

  request(command: string, fields: NgFields = {}): Promise<NgReply> {
    const from = typeof fields['from-tag'] === 'string' ? fields['from-tag'] : '';
    const to = typeof fields['to-tag'] === 'string' ? `>${fields['to-tag']}` : '';
    const line = `${command} ${from}${to}`.trimEnd();
    this.commands.push(line);
    this.fields.push(fields);
    const failure = this.fails(line);
    if (failure !== null) return Promise.resolve({ ok: false, failure });
    // The answer to an offer is for the other end, that to an answer for the one who offered.
    const toOther = command === 'offer' || command === 'subscribe request';
    const sdp = toOther ? this.#told(String(fields['to-tag'])) : this.#told(from);
    const body = toOther || command === 'answer' ? { sdp } : {};
    return Promise.resolve({ ok: true, fields: { result: 'ok', ...body, ...this.extra } });
  }

  /** As after a new start: nothing is known, ports are others. */
  forget(): void {
    this.#ports = new Map();
    this.#nextPort += 1000;
  }

  /** What was asked since the last time. */
  take(): string[] {
    return this.commands.splice(0);
  }

  #told(tag: string): string {
    const port = this.#ports.get(tag) ?? this.#nextPort;
    if (!this.#ports.has(tag)) this.#nextPort += 2;
    this.#ports.set(tag, port);
    return sdpOf('192.0.2.9', port);
  }
}

/** An offer or answer with PCMA and telephone-event. */
export function sdpOf(host: string, port: number, more = ''): string {
  return `v=0\r\no=x 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n${more}`;
}
