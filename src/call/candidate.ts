/** Whom to call for a member: addresses, the ways to one desk, desks that ring together. */
import type { MemberId, TrunkId } from '../dialplan/plan.js';

/** Where the phone of an agent is that registered with us. */
export interface AgentPhone {
  /** The account. */
  readonly agent: string;
  /** The binding of the registrar. */
  readonly contact: string;
  /** URI of the next hop; null: where the Request-URI leads. */
  readonly nextHop: string | null;
  /** Route header; null without. */
  readonly route: string | null;
}

/** One address to try for a member: a target of the dial plan on one gateway of its trunk, or an agent's phone. */
export interface Candidate {
  /** Null: a caller who is called back. */
  readonly member: MemberId | null;
  /** Null: the phone of an agent. */
  readonly trunk: TrunkId | null;
  /** Id of the gateway in the dial plan; null: the phone of an agent. */
  readonly gateway: string | null;
  readonly uri: string;
  /** `host:port/transport`. */
  readonly peer: string;
  readonly number: string;
  readonly ringSeconds: number;
  /** A leg to it belongs to an agent of the member, who may transfer. */
  readonly mayTransfer: boolean;
  /** Null: behind a trunk. */
  readonly phone: AgentPhone | null;
}

/** One desk or queue: ways to reach it, tried in order while no peer answers at all. */
export type Branch = readonly Candidate[];

/** Desks that ring at the same time; the first that answers has the call. */
export type Desks = readonly Branch[];

/** A queue of ours: the party waits in it until somebody outside of the call says who is to be called. */
export interface QueueStage {
  /** The member whose agents serve it. */
  readonly queue: MemberId;
  /** How long the party waits before the next stage is tried; milliseconds. */
  readonly maxWaitMs: number;
  /** How long each agent rings, 1 to 300. */
  readonly ringSeconds: number;
  /** A skill or language that agents have who are called first; null: whoever is free. */
  readonly skill: string | null;
}

/** Where a party is offered next. */
export type Stage = Desks | QueueStage;

export function isQueue(stage: Stage): stage is QueueStage {
  return 'queue' in stage;
}
