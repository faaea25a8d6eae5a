import { randomBytes } from 'node:crypto';
import { type MediaClock, systemClock } from '../clock.js';
import type { NgFailure, NgFields, NgReply } from './ng-reply.js';
import { type NgSocket, type OpenNgSocket, openNgSocket } from './ng-socket.js';

export interface NgClientSettings {
  /** IP address of the engine's ng port. */
  readonly host: string;
  readonly port: number;
  readonly clock?: MediaClock;
  readonly openSocket?: OpenNgSocket;
}

/** When a command is sent again, and when it is given up; milliseconds from its start. An answer takes 0.1 to 2. */
const againAfterMs = [100, 300, 700] as const;
export const giveUpAfterMs = 1500;
/** Commands that may wait for their answers at the same time. */
const mostOutstanding = 4096;
/** What fits in a UDP datagram over IPv4 (65,507 bytes), with some air. */
const largestDatagram = 65_000;

interface Outstanding {
  readonly datagram: Buffer;
  readonly resolve: (reply: NgReply) => void;
  timer: { cancel(): void };
  sent: number;
}

/**
 * Client of one rtpengine: ng protocol over UDP, JSON dictionaries. A command that is sent again keeps its
 * cookie, for which rtpengine repeats its stored answer, so nothing is ever carried out twice.
 *
 * Written here because the npm package `rtpengine-client` (0.4.12) never sends a command again, raises an `error`
 * event (the end of a process that does not listen for it) for every answer that comes late, writes to the
 * console, has no bound on what waits, reaches IPv4 alone and needs a package (`debug`) that it does not declare.
 */
export class NgClient {
  readonly #clock: MediaClock;
  readonly #socket: NgSocket;
  readonly #outstanding = new Map<string, Outstanding>();
  readonly #cookieStart = randomBytes(6).toString('hex');
  #cookies = 0;
  #trouble: string | null = null;
  #closed = false;

  constructor(settings: NgClientSettings) {
    this.#clock = settings.clock ?? systemClock;
    const open = settings.openSocket ?? openNgSocket;
    this.#socket = open(settings.host, settings.port, {
      onDatagram: (datagram) => this.#take(datagram),
      onTrouble: (reason) => {
        this.#trouble = reason;
      },
    });
  }

  /** Commands that wait for their answers. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  /**
   * Send a command and wait for its answer. Never rejects.
   *
   * @param command such as `offer`.
   * @param fields what else the dictionary says, in rtpengine's own names.
   */
  request(command: string, fields: NgFields = {}): Promise<NgReply> {
    if (this.#closed) return Promise.resolve(failed({ kind: 'closed' }));
    const outstanding = this.#outstanding.size;
    if (outstanding >= mostOutstanding) return Promise.resolve(failed({ kind: 'overloaded', outstanding }));
    this.#cookies += 1;
    const cookie = `${this.#cookieStart}-${this.#cookies}`;
    const datagram = Buffer.from(`${cookie} ${JSON.stringify({ ...fields, command })}`);
    const bytes = datagram.length;
    if (bytes > largestDatagram) return Promise.resolve(failed({ kind: 'too-large', bytes }));
    return new Promise((resolve) => {
      const entry = { datagram, resolve, timer: { cancel: () => undefined }, sent: 0 };
      this.#outstanding.set(cookie, entry);
      this.#send(cookie, entry);
    });
  }

  /** Give up what waits, and close the socket. */
  close(): void {
    this.#closed = true;
    for (const cookie of [...this.#outstanding.keys()]) this.#settle(cookie, failed({ kind: 'closed' }));
    this.#socket.close();
  }

  #send(cookie: string, entry: Outstanding): void {
    this.#socket.send(entry.datagram);
    const now = againAfterMs[entry.sent - 1] ?? 0;
    const next = againAfterMs[entry.sent];
    entry.sent += 1;
    entry.timer =
      next === undefined
        ? this.#clock.after(giveUpAfterMs - now, () => this.#giveUp(cookie))
        : this.#clock.after(next - now, () => this.#send(cookie, entry));
  }

  #giveUp(cookie: string): void {
    const failure: NgFailure =
      this.#trouble === null
        ? { kind: 'timeout', afterMs: giveUpAfterMs }
        : { kind: 'unreachable', reason: this.#trouble };
    this.#settle(cookie, failed(failure));
  }

  #take(datagram: Buffer): void {
    const space = datagram.indexOf(0x20);
    const cookie = datagram.toString('latin1', 0, Math.max(space, 0));
    // An answer to a command that was given up, or the second to one that was sent twice.
    if (!this.#outstanding.has(cookie)) return;
    this.#trouble = null;
    this.#settle(cookie, readReply(datagram.subarray(space + 1)));
  }

  #settle(cookie: string, reply: NgReply): void {
    const entry = this.#outstanding.get(cookie);
    if (entry === undefined) return;
    this.#outstanding.delete(cookie);
    entry.timer.cancel();
    entry.resolve(reply);
  }
}

function failed(failure: NgFailure): NgReply {
  return { ok: false, failure };
}

function readReply(body: Buffer): NgReply {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return failed({ kind: 'malformed', what: body.toString('utf8', 0, 80) });
  }
  if (!isFields(value)) return failed({ kind: 'malformed', what: body.toString('utf8', 0, 80) });
  if (value.result === 'error') {
    const reason = value['error-reason'];
    return failed({ kind: 'refused', reason: typeof reason === 'string' ? reason : 'no reason given' });
  }
  return { ok: true, fields: value };
}

function isFields(value: unknown): value is NgFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
