import type { Clock } from '../clock.js';
import type { SipLog } from '../log.js';
import type { SipMessage } from '../message/message.js';
import type { Doorkeeper } from '../transport/transport-context.js';
import { BoundedMap } from './bounded-map.js';
import type { GuardLimits } from './guard-limits.js';
import { isScannerAgent } from './scanner-agents.js';

export interface GuardOptions {
  readonly clock: Clock;
  readonly log: SipLog;
  readonly limits: GuardLimits;
  /** Open stream connections that one address may have. */
  readonly connectionsPerSource: number;
  /** Addresses that are never counted or blocked. */
  readonly trusted: (host: string) => boolean;
}

/** What the guard did since the start, and who is blocked now. */
export interface GuardStats {
  readonly blockedSources: number;
  /** Blocks that were begun. */
  readonly blocks: number;
  /** Messages and connections of blocked sources. */
  readonly droppedBlocked: number;
  /** Messages above the rate of their source. */
  readonly droppedRate: number;
  /** Requests of known scanners. */
  readonly droppedScanners: number;
  /** Connections above the number of their source. */
  readonly refusedConnections: number;
}

interface Source {
  tokens: number;
  /** When `tokens` was right. */
  at: number;
  strikes: number;
  strikesAt: number;
}

interface Block {
  until: number;
  /** How often in a row. */
  times: number;
}

/** Strikes for what we answered, by status; what is not here is none. */
const STRIKES: Readonly<Record<number, number>> = {
  // A challenge is the usual first step; a source that never passes it collects them.
  401: 0.25,
  407: 0.25,
  403: 1,
  404: 0.5,
  400: 0.5,
  416: 0.5,
  481: 0.25,
  505: 0.5,
};

/** Watches over sources that nobody vouches for: counts their messages, blocks those that scan or flood. */
export class Guard implements Doorkeeper {
  private readonly sources: BoundedMap<Source>;
  private readonly blocks: BoundedMap<Block>;
  /** Until when an address counts as known. */
  private readonly known: BoundedMap<number>;
  private begun = 0;
  private droppedBlocked = 0;
  private droppedRate = 0;
  private droppedScanners = 0;
  private refusedConnections = 0;

  constructor(private readonly options: GuardOptions) {
    const { sources } = options.limits;
    this.sources = new BoundedMap(sources);
    this.blocks = new BoundedMap(sources);
    this.known = new BoundedMap(sources);
  }

  admit(host: string): boolean {
    const { limits, trusted } = this.options;
    if (limits.messagesPerSecond === 0 || trusted(host)) return true;
    const now = this.options.clock.now();
    if (this.isBlocked(host, now)) return false;
    const known = this.isKnown(host, now);
    const rate = known ? limits.knownMessagesPerSecond : limits.messagesPerSecond;
    const most = known ? limits.knownMessagesPerSecond : limits.burst;
    const source = this.source(host, now);
    source.tokens = Math.min(most, source.tokens + ((now - source.at) / 1000) * rate);
    source.at = now;
    if (source.tokens >= 1) {
      source.tokens -= 1;
      return true;
    }
    this.droppedRate++;
    // A flood that goes on is one strike for every tenth of its burst.
    this.strike(host, 10 / limits.burst);
    return false;
  }

  accept(host: string, connected: number): boolean {
    if (this.options.trusted(host)) return true;
    if (this.isBlocked(host, this.options.clock.now())) return false;
    if (connected < this.options.connectionsPerSource) return true;
    this.refusedConnections++;
    return false;
  }

  /** Whether responses to this address are kept back: a blocked source learns nothing, nor gets them repeated. */
  mute(host: string): boolean {
    if (this.blocks.size === 0 || this.options.trusted(host)) return false;
    const block = this.blocks.get(host);
    return block !== undefined && block.until > this.options.clock.now();
  }

  /** Whether a sound message goes on; scanners are not even told that somebody is here. */
  inspect(message: SipMessage, host: string): boolean {
    if (message.kind === 'response') return true;
    const agent = message.headers.get('User-Agent');
    if (agent === undefined || !isScannerAgent(agent)) return true;
    this.droppedScanners++;
    this.strike(host, this.options.limits.strikes);
    return false;
  }

  /** A response of ours went out: it says what the application thinks of the source. */
  answered(host: string, method: string, status: number): void {
    const welcome =
      (method === 'INVITE' && status > 100 && status < 300) || (method === 'REGISTER' && status === 200);
    if (welcome) this.vouch(host);
    else this.strike(host, STRIKES[status] ?? 0);
  }

  /** What could not be read at all. */
  rubbish(host: string): void {
    this.strike(host, 0.5);
  }

  /** We send requests there, or the application serves it: it is known from now on. */
  vouch(host: string): void {
    if (this.options.trusted(host)) return;
    const now = this.options.clock.now();
    const until = this.known.get(host) ?? 0;
    // Renewed once a minute at most: this runs for every message.
    if (until - now > this.options.limits.knownMs - 60_000) return;
    this.known.set(host, now + this.options.limits.knownMs);
    this.blocks.delete(host);
    const source = this.source(host, now);
    source.strikes = 0;
    source.tokens = this.options.limits.knownMessagesPerSecond;
  }

  stats(): GuardStats {
    const now = this.options.clock.now();
    let blockedSources = 0;
    for (const block of this.blocks.values()) if (block.until > now) blockedSources++;
    const { begun: blocks, droppedBlocked, droppedRate, droppedScanners, refusedConnections } = this;
    return { blockedSources, blocks, droppedBlocked, droppedRate, droppedScanners, refusedConnections };
  }

  private isBlocked(host: string, now: number): boolean {
    const block = this.blocks.get(host);
    if (block === undefined || block.until <= now) return false;
    this.droppedBlocked++;
    return true;
  }

  private isKnown(host: string, now: number): boolean {
    const until = this.known.get(host);
    return until !== undefined && until > now;
  }

  private source(host: string, now: number): Source {
    let source = this.sources.get(host);
    if (source === undefined) {
      source = { tokens: this.options.limits.burst, at: now, strikes: 0, strikesAt: now };
      this.sources.set(host, source);
    }
    return source;
  }

  private strike(host: string, weight: number): void {
    const { limits, trusted, clock, log } = this.options;
    if (weight === 0 || limits.messagesPerSecond === 0 || trusted(host)) return;
    const now = clock.now();
    if (this.isKnown(host, now)) return;
    const before = this.blocks.get(host);
    // Answers to what came before the block are no further offence.
    if (before !== undefined && before.until > now) return;
    const source = this.source(host, now);
    // Strikes wear off evenly over the window.
    const left = source.strikes - ((now - source.strikesAt) / limits.windowMs) * limits.strikes;
    source.strikes = Math.max(0, left) + weight;
    source.strikesAt = now;
    // Rounded up, because some of the first strike has worn off when the last one comes.
    if (Math.ceil(source.strikes) < limits.strikes) return;
    source.strikes = 0;
    // Who stayed away for as long as the last block was has paid.
    const repeated = before !== undefined && now - before.until < lengthOf(before.times, limits);
    const times = repeated ? before.times + 1 : 1;
    const length = lengthOf(times, limits);
    this.blocks.set(host, { until: now + length, times });
    this.begun++;
    log.info({ source: host, seconds: Math.round(length / 1000) }, 'source blocked');
  }
}

/** How long the n-th block in a row lasts, ms. */
function lengthOf(times: number, limits: GuardLimits): number {
  return Math.min(limits.maxBlockMs, limits.blockMs * 2 ** Math.min(times - 1, 40));
}

/** Loopback: programs of this machine, such as a reverse proxy in front of the WebSocket port. */
export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1';
