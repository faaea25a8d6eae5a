/** What the bench and its processes of voices tell each other. */
import type { CountedMilliseconds } from './millisecond-counts.js';

const ROLES = ['caller', 'agent', 'target'] as const;
export type Role = (typeof ROLES)[number];

/** The voice of one party of one call. */
export type Stream = number;

export function streamOf(call: number, role: Role): Stream {
  return call * ROLES.length + ROLES.indexOf(role);
}

export function callOf(stream: Stream): number {
  return Math.floor(stream / ROLES.length);
}

export function roleOf(stream: Stream): Role {
  return ROLES[stream % ROLES.length] ?? 'caller';
}

export type VoicesOrder =
  /** So many sockets for each role. */
  | { readonly do: 'open'; readonly sockets: Readonly<Partial<Record<Role, number>>> }
  /** Speak to this port of 127.0.0.1, from now on. */
  | { readonly do: 'talk'; readonly stream: Stream; readonly socket: number; readonly port: number }
  /** `talking`: somebody must be heard until now. */
  | { readonly do: 'stop'; readonly stream: Stream; readonly talking: boolean }
  | { readonly do: 'count' };

export type VoicesAnswer =
  | { readonly is: 'open'; readonly ports: Readonly<Record<string, readonly number[]>> }
  | { readonly is: 'figures'; readonly figures: VoicesFigures };

/** What ears counted; the direct call is one that passes no server. */
export interface HeardFigures {
  readonly heard: number;
  /** Numbers that are missing between the first and the last that a party heard of another. */
  readonly lost: number;
  /** The most of them one after the other. */
  readonly longestHole: number;
  readonly directHeard: number;
  readonly directLost: number;
  /** From one packet to the next of the same voice. */
  readonly apart: CountedMilliseconds;
  readonly directApart: CountedMilliseconds;
  /** From the last packet of one voice to the first of the next, at each ear that changed; milliseconds. */
  readonly switchGapsMs: readonly number[];
  /** Of the voice that went from one ear to the next, the packets that neither got, for each switch. */
  readonly switchLost: readonly number[];
  /** Ears that had heard nothing for a second when the call ended. */
  readonly silent: number;
}

export interface VoicesFigures extends HeardFigures {
  readonly sent: number;
  /** Packets that the kernel did not take. */
  readonly refused: number;
  /** How much too late packets were sent. */
  readonly late: CountedMilliseconds;
}
