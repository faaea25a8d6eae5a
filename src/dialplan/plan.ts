/**
 * The dial plan as the rest of the program sees it: immutable, validated, with every reference resolved.
 * `load.ts` makes one from YAML; a reload makes a new one and calls in progress keep theirs.
 */
import type { MatterCatalogue } from './matter-catalogue.js';
import type { OpeningHours } from './opening-hours.js';
import type { AddressBlock } from './sources.js';

/** Key of a member in the dial plan, for example `police-110`. */
export type MemberId = string;
/** Key of a trunk in the dial plan, for example `pbx-12345`. */
export type TrunkId = string;

/** Where a member's number comes from: press reports, the national short code of its field, or an example. */
export type MemberSource = 'published' | 'field' | 'example';

/** Where a call can be taken. */
export type Desk = TrunkDesk | AgentDesk | ExtensionDesk | QueueDesk;

interface AnyDesk {
  /** How long it may ring before the next is tried; seconds, 1 to 300. */
  readonly ringSeconds: number;
  /** Its share of the calls in a `weighted` target, 1 to 100; 1 elsewhere. */
  readonly weight: number;
}

/** A queue, ring group or extension of a PBX that takes calls. */
export interface TrunkDesk extends AnyDesk {
  readonly kind: 'trunk';
  readonly trunk: TrunkId;
  /** What is dialled on that trunk. */
  readonly number: string;
}

/** All phones of an agent who has an account here. */
export interface AgentDesk extends AnyDesk {
  readonly kind: 'agent';
  readonly agent: string;
}

/** All phones of the agent who has this extension of the member. */
export interface ExtensionDesk extends AnyDesk {
  readonly kind: 'extension';
  readonly extension: string;
}

/** A queue of ours: whoever of the member's agents is free is called, for `ringSeconds` each. */
export interface QueueDesk extends AnyDesk {
  readonly kind: 'queue';
  /** The member whose agents serve it. */
  readonly queue: MemberId;
  /** How long a caller waits before the next target is tried; seconds, 5 to 3600. */
  readonly maxWaitSeconds: number;
  /** A skill or language of agents who are called first; null: whoever is free. */
  readonly skill: string | null;
}

/** How a member's agents are given the callers who wait. */
export interface QueueRules {
  /** Agents who ring at once for one caller, 1 to 10. */
  readonly ringAtOnce: number;
  /** Time after each call to write it up; seconds, 0 for none. */
  readonly afterCallSeconds: number;
  /** Callers who wait at most, but for emergencies; null: no limit. */
  readonly maxLength: number | null;
  /** How often a caller hears the place in the queue; seconds, 0 for never. */
  readonly announceSeconds: number;
  /**
   * How long a caller waits for somebody with the skill and the language that are wanted, while somebody who has them is
   * there, before others are called as well; seconds, 0 for not at all. Emergencies never wait for it.
   */
  readonly skillSeconds: number;
  /** Agents may be called as soon as a phone of theirs is registered; else when they say that they are ready. */
  readonly readyWhenRegistered: boolean;
}

/** One place that a member's calls are offered to, in the order of the dial plan. */
export interface Target {
  /** `one` desk; several that ring `together`; or several one after the other in `weighted` random order. */
  readonly ring: 'one' | 'together' | 'weighted';
  readonly desks: readonly [Desk, ...Desk[]];
  /** Liaison desk: only for transfers from these members, and first for them. Empty: for everybody. */
  readonly onlyFor: readonly MemberId[];
}

/** `on-demand`: when somebody asks for it. */
export type RecordingPolicy = 'never' | 'on-demand' | 'always';

/** A hotline of the alliance. */
export interface Member {
  readonly id: MemberId;
  /** Short codes as people dial them, the first one is shown. */
  readonly numbers: readonly [string, ...string[]];
  readonly name: { readonly zh: string; readonly en: string };
  /** What the hotline is for, one word: police, city-services, youth ... */
  readonly field: string;
  /**
   * Calls to it get through when the system is full or drains; no hop limit holds them, and every member may
   * transfer to it. It has neither hours nor capacity.
   */
  readonly emergency: boolean;
  readonly source: MemberSource;
  readonly targets: readonly [Target, ...Target[]];
  /** How the queue of its agents works. */
  readonly queue: QueueRules;
  /** Where a caller goes when all targets of this member fail; `null` when nowhere. */
  readonly fallback: MemberId | null;
  /** When it takes calls; null: always. */
  readonly hours: OpeningHours | null;
  /** Calls that its desks take at once, ringing or answered; null: no limit. */
  readonly capacity: number | null;
  /** Members that its agents may transfer to, all emergency members among them; null: every member. */
  readonly mayTransferTo: readonly MemberId[] | null;
  /** Whether conversations with its agents are recorded. */
  readonly recording: RecordingPolicy;
}

export type GatewayTransport = 'udp' | 'tcp';

/** One SIP address of a trunk. */
export interface Gateway {
  /** `trunk/host:port/transport`, unique in the plan. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly transport: GatewayTransport;
}

/** A source of calls: an address block, optionally narrowed to one port. */
export interface AllowedSource {
  /** As written, e.g. `10.1.0.0/16`, `127.0.0.1:5080`, `[::1]:5080`. */
  readonly text: string;
}

/** How a trunk writes numbers of subscribers: `022110` national, `+8622110` e164, `asis` untouched. */
export type NumberFormat = 'asis' | 'national' | 'e164';

/** Name and password that a trunk knows us by. */
export interface TrunkAccount {
  readonly username: string;
  readonly password: string;
}

/** A way to another SIP system. `carrier` brings callers; `member` reaches the agents of a member. */
export interface Trunk {
  readonly id: TrunkId;
  readonly kind: 'carrier' | 'member';
  /** The member whose PBX this is; parties behind it may transfer. Null for carriers. */
  readonly member: MemberId | null;
  /** Tried in order; a gateway that fails its health check is passed over while another is up. */
  readonly gateways: readonly Gateway[];
  readonly sources: readonly AllowedSource[];
  readonly numberFormat: NumberFormat;
  /** Our account there, for digest challenges; null when it asks for none. Never logged, in no answer of the API. */
  readonly auth: TrunkAccount | null;
  /** How its parties are offered media: plain RTP, or as a browser takes it (ICE and DTLS-SRTP; needs rtpengine). */
  readonly media: 'rtp' | 'webrtc';
  /** Language of the callers that it brings: a tag; `caller` for what their INVITE prefers; null where it is not known. */
  readonly language: string | null;
  /** OPTIONS ping; null when off. */
  readonly healthCheck: { readonly intervalSeconds: number } | null;
  /** Legs that it carries at once, in and out, ringing or answered; null: no limit. */
  readonly capacity: number | null;
}

/** Rules that hold for all members. */
export interface Policies {
  /** How often one caller may be moved to another member; emergencies are exempt. 0 to 10. */
  readonly maxHops: number;
  /** How long a caller who hunts through targets is kept in all before the fallback; seconds. */
  readonly maxHuntSeconds: number;
  /** Longest call; seconds, 0 for no limit. */
  readonly maxCallSeconds: number;
  /** Time zone of members whose hours name none; IANA name. */
  readonly timezone: string;
  /**
   * What a caller hears, where media is anchored, whose agent has left while the target rings: the target's own ringing
   * or announcement where it sends some, or our prompt and music.
   */
  readonly ringback: 'target' | 'prompt';
  /** What a caller hears whom nobody can take, where media is anchored. */
  readonly announcement: Announcement;
  /** Longest pause between two keys of one code; seconds, 0.5 to 10. */
  readonly betweenKeysSeconds: number;
  /** How callers are called back whom nobody answered; null: not from here. */
  readonly callBack: CallBackPolicy | null;
  readonly keyCodes: KeyCodes;
  /** Whether conversations are recorded, of members that do not say. */
  readonly recording: RecordingPolicy;
  /** Callers are told before they are recorded; with emergency members they are not. */
  readonly announceRecording: boolean;
  /** Agents who are registered with us may call each other, by extension within their member or by name. */
  readonly agentsCallAgents: boolean;
}

export interface CallBackPolicy {
  /** Carriers that lead out to callers, tried in order; empty: the one that the caller came by. */
  readonly trunks: readonly TrunkId[];
  /** How long a caller's telephone rings; seconds, 10 to 180. */
  readonly ringSeconds: number;
  /** Numbers of other countries are called, too: whoever pays for calls wants to know that. */
  readonly abroad: boolean;
}

export interface Announcement {
  /** Name of a prompt; null: the call ends without one. */
  readonly prompt: string | null;
  /** Longest time for it; seconds, 1 to 120. */
  readonly maxSeconds: number;
}

/** What an agent presses on the telephone besides the members' keys. */
export interface KeyCodes {
  /** Take the caller back. */
  readonly cancel: string;
  /** Connect the caller with the desk that is being consulted. */
  readonly complete: string;
  /** Speak with the other of the two. */
  readonly toggle: string;
  /** Speak with both. */
  readonly conference: string;
  /** Before a member's key: consult that member instead of transferring at once. */
  readonly consultPrefix: string;
}

/** What keys mean. `address` is a key of the plan, such as `*1`. */
export type KeyAction =
  | { readonly kind: 'transfer'; readonly mode: 'blind' | 'consult'; readonly address: string }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'complete' }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'conference' };

export interface KeyReading {
  /** Null when the keys mean nothing as they stand. */
  readonly action: KeyAction | null;
  /** A longer code begins with these keys; `#` as the mere end of a code does not count. */
  readonly mayGrow: boolean;
}

/** A transfer destination that an agent named, understood. */
export interface Destination {
  readonly member: Member;
  /** How it was named: a key such as `*1`, or a number of the member. */
  readonly via: 'key' | 'number';
}

export interface DialPlan {
  /** First 12 hex digits of the SHA-256 of the file: names the plan in the ledger. */
  readonly version: string;
  /** Path the plan was read from. */
  readonly file: string;
  readonly members: ReadonlyMap<MemberId, Member>;
  readonly trunks: ReadonlyMap<TrunkId, Trunk>;
  /** Transfer keys: `*1` to a member. */
  readonly keys: ReadonlyMap<string, MemberId>;
  /** What callers ask for, and whose it is; empty when the plan names no catalogue. */
  readonly matters: MatterCatalogue;
  readonly policies: Policies;
  /** Own country and area code, without plus or leading zero: `86`, `22`. */
  readonly numbering: { readonly country: string; readonly area: string };
  /**
   * The member that a number or URI means: `110`, `022110`, `+8622110`, `sip:110@host`,
   * `tel:110;phone-context=+86`. Undefined when it is no member's.
   */
  memberByAddress(address: string): Member | undefined;
  /** The language of who dials this number of a member; null where the plan says none. */
  languageOf(address: string): string | null;
  /** A member number, URI or transfer key as an agent names it in a REFER or by the API. */
  destination(address: string): Destination | undefined;
  /** The trunk that allows this source, the narrowest when several do (port before prefix length). */
  trunkBySource(ip: string, port: number): Trunk | undefined;
  /** True when some trunk allows calls from this address, on whatever port. */
  isTrunkHost(ip: string): boolean;
  /** What the keys pressed so far mean. A code may be ended by `#`: `*17#` is `*17`. */
  readKeys(keys: string): KeyReading;
  /** The address blocks that trunks call from. */
  readonly trunkBlocks: readonly AddressBlock[];
  /** A subscriber's number written in a trunk's format. What is not a telephone number stays as it is. */
  formatFor(trunk: Trunk, number: string): string;
}
