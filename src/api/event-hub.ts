import type { ServerResponse } from 'node:http';
import type { MemberScope } from '../config/roles.js';
import type { LiveEvent, Operations } from '../engine/operations.js';
import { EventCalls, type EventMembers } from './event-members.js';
import { masked as maskedAnswer } from './rights/mask-answers.js';
import { isoTime } from './wire.js';

/** Limits of the event stream. */
export interface EventHubOptions {
  /** Events kept for readers who come back; default 1000. */
  readonly keep?: number;
  /** Bytes that may wait for a slow reader before it is dropped; default 256 KiB. */
  readonly maxWaitingBytes?: number;
  /** Comment lines that keep proxies from closing; milliseconds, default 15,000. */
  readonly heartbeatMs?: number;
  /** Readers at once; default 200. */
  readonly maxReaders?: number;
}

/** How a reader reads. */
export interface Reading {
  /** Id of the last event that it had. */
  readonly lastSeen: number | undefined;
  /** Callers' numbers are masked. */
  readonly masked: boolean;
  /** Only events that are of these members, or of nobody's calls. */
  readonly members: MemberScope;
}

/** An event, and whose it is. */
interface OwnedEvent {
  readonly event: LiveEvent;
  readonly owners: EventMembers;
  /** Whose the calls are that its detail names beside its own, by field. */
  readonly others: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Sends live events to any number of readers as server-sent events (WHATWG HTML §9.2). A reader that
 * comes back with the id of its last event gets what it missed, as far as that is kept; when something is
 * lost it gets an event `gap` first.
 */
export class EventHub {
  readonly #keep: number;
  readonly #maxWaitingBytes: number;
  readonly #maxReaders: number;
  readonly #recent: OwnedEvent[] = [];
  /** Readers, and what they get. */
  readonly #readers = new Map<ServerResponse, Omit<Reading, 'lastSeen'>>();
  readonly #calls: EventCalls;
  readonly #unsubscribe: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #dropped = 0;

  constructor(
    operations: Pick<Operations, 'subscribe' | 'liveCall' | 'waitingCallers'>,
    options: EventHubOptions = {},
  ) {
    this.#calls = new EventCalls(operations);
    this.#keep = options.keep ?? 1000;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 256 * 1024;
    this.#maxReaders = options.maxReaders ?? 200;
    this.#unsubscribe = operations.subscribe((event) => this.#publish(event));
    this.#heartbeat = setInterval(() => this.#toAll(': alive\n\n'), options.heartbeatMs ?? 15_000);
    this.#heartbeat.unref();
  }

  /** Readers connected now. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Readers dropped so far because they did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** False when there is no room for another reader. */
  get hasRoom(): boolean {
    return this.#readers.size < this.#maxReaders;
  }

  /** Serve a reader until one of both sides ends it. */
  serve(response: ServerResponse, { lastSeen, ...reading }: Reading): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    this.#readers.set(response, reading);
    response.on('close', () => this.#readers.delete(response));
    response.on('error', () => this.#readers.delete(response));
    this.#send(response, `retry: 2000\n\n${lastSeen === undefined ? '' : this.#missed(lastSeen, reading)}`);
  }

  /** End all streams. */
  close(): void {
    this.#unsubscribe();
    clearInterval(this.#heartbeat);
    for (const reader of this.#readers.keys()) reader.end();
    this.#readers.clear();
  }

  #publish(event: LiveEvent): void {
    const owned = { event, owners: this.#calls.membersOf(event), others: this.#calls.othersIn(event) };
    this.#recent.push(owned);
    if (this.#recent.length > this.#keep) this.#recent.shift();
    // Writing an event out costs more than all the rest of it: only for somebody who reads.
    const frames = new Map<string, string>();
    for (const [reader, { masked, members }] of this.#readers) {
      if (!isFor(members, owned)) continue;
      const hidden = foreignIn(members, owned);
      const key = [masked, ...hidden].join(' ');
      const text = frames.get(key) ?? frame(event, masked, hidden);
      frames.set(key, text);
      this.#send(reader, text);
    }
  }

  #missed(lastSeen: number, { masked, members }: Omit<Reading, 'lastSeen'>): string {
    const newest = this.#recent.at(-1)?.event.seq ?? 0;
    const oldest = this.#recent[0]?.event.seq ?? 1;
    // An id beyond the newest is of an earlier run of the program: all that is kept is new to the reader.
    const after = lastSeen > newest ? 0 : lastSeen;
    const lost = lastSeen > newest || after + 1 < oldest;
    const gap = lost ? `event: gap\ndata: ${JSON.stringify({ lastSeen, nextSeq: oldest })}\n\n` : '';
    return (
      gap +
      this.#recent
        .filter((owned) => owned.event.seq > after && isFor(members, owned))
        .map((owned) => frame(owned.event, masked, foreignIn(members, owned)))
        .join('')
    );
  }

  #toAll(text: string): void {
    for (const reader of this.#readers.keys()) this.#send(reader, text);
  }

  #send(reader: ServerResponse, text: string): void {
    reader.write(text);
    if (reader.writableLength <= this.#maxWaitingBytes) return;
    this.#dropped += 1;
    this.#readers.delete(reader);
    reader.destroy();
  }
}

function isFor(members: MemberScope, { owners }: OwnedEvent): boolean {
  return members === 'all' || owners === 'all' || members.some((member) => owners.has(member));
}

/** Fields of the detail that name calls which are of none of these members. */
function foreignIn(members: MemberScope, { others }: OwnedEvent): readonly string[] {
  if (members === 'all') return [];
  return [...others]
    .filter(([, owners]) => !members.some((member) => owners.has(member)))
    .map(([field]) => field);
}

/** @param hidden fields of the detail that are left out */
function frame(event: LiveEvent, masked: boolean, hidden: readonly string[]): string {
  const detail = Object.fromEntries(
    Object.entries(event.detail).filter(([field]) => !hidden.includes(field)),
  );
  const seen = hidden.length === 0 ? event : { ...event, detail };
  const told = masked ? maskedAnswer(seen) : seen;
  const data = JSON.stringify({ ...told, at: isoTime(event.at) });
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${data}\n\n`;
}
