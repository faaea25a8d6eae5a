/** What the core asks of the dial plan. The engine makes one from the plan that the call began with. */
import type { MemberId } from '../dialplan/plan.js';
import type { Instant } from './call.js';
import type { Stage } from './candidate.js';

export interface RoutedMember {
  readonly id: MemberId;
  /** The number people know it by. */
  readonly number: string;
  readonly emergency: boolean;
  readonly fallback: MemberId | null;
}

/** Why a member cannot be called now. `full`: its capacity, or that of all its trunks, is in use. */
export type Obstacle = 'closed' | 'full';

/** What keys that an agent pressed mean (`*1`: transfer to the member of key 1). */
export type KeyAction =
  | { readonly kind: 'transfer'; readonly mode: 'blind' | 'consult'; readonly address: string }
  /** Take the caller back: end the transfer or consultation that is under way. */
  | { readonly kind: 'cancel' }
  /** Connect the caller with the desk that is being consulted. */
  | { readonly kind: 'complete' }
  /** Speak with the other of the two: caller or consulted desk. */
  | { readonly kind: 'toggle' }
  /** Speak with both. */
  | { readonly kind: 'conference' };

export interface KeyReading {
  /** What the keys mean as they stand; null when nothing. */
  readonly action: KeyAction | null;
  /** More keys could follow: wait for them. */
  readonly mayGrow: boolean;
}

export interface Routing {
  member(id: MemberId): RoutedMember | undefined;
  /** The member that a number, URI or key means. */
  resolve(address: string): RoutedMember | undefined;
  /**
   * The member's targets, stage by stage, each on the gateways that are up. Empty where
   * a member has but agents of ours and none of them has a phone registered.
   * @param from the member that transfers, whose liaison desk comes first; null for a call that comes in
   */
  stages(id: MemberId, from: MemberId | null): readonly Stage[];
  /** Null when the member takes calls now. */
  obstacle(id: MemberId, at: Instant): Obstacle | null;
  /** The plan lets agents of `from` transfer to `to`. */
  mayTransfer(from: MemberId | null, to: MemberId): boolean;
  /** Three can hear each other now: media passes through a server, and there is a mixer. */
  canMix(): boolean;
  /** What the keys pressed so far mean, at least one of `0`-`9`, `*`, `#`, `A`-`D`. */
  readKeys(keys: string): KeyReading;
  readonly limits: RoutingLimits;
}

export interface RoutingLimits {
  readonly maxHops: number;
  readonly maxHuntMs: number;
  /** 0: none. */
  readonly maxCallMs: number;
  /** How long a target may stay silent before the next is tried. */
  readonly noResponseMs: number;
  /** How long we wait for the answer to the final NOTIFY before the transferor is released. */
  readonly notifyAnswerMs: number;
  /** Media passes through a media server: a leg keeps its description whoever it is joined to. */
  readonly anchored: boolean;
  /** What a caller hears whose agent has left while the target rings: the target's own early media, or our prompt. */
  readonly ringback: 'target' | 'prompt';
  /** What a caller hears whom nobody can take, and the longest time for it; null: nothing. */
  readonly announcement: { readonly prompt: string; readonly maxMs: number } | null;
  /** Longest pause between two keys of one code. */
  readonly betweenKeysMs: number;
}
