/** Requests of agents' phones and what they are answered, apart from how they come and go. */
import type { Agent } from './agent.js';

/** Where a request came from. */
export interface RequestSource {
  /** IP address. */
  readonly host: string;
  readonly port: number;
  /** `udp`, `tcp`, `tls`, `ws` or `wss`. */
  readonly transport: string;
}

/** A request as it came, REGISTER or INVITE. */
export interface AgentRequest {
  readonly method: string;
  readonly source: RequestSource;
  /** Headers of one name, joined by commas; undefined when there is none. */
  get(name: string): string | undefined;
}

/** A final response. Several values of one header go out as several headers. */
export interface AgentAnswer {
  readonly status: number;
  readonly reason: string | null;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Who sent an INVITE. */
export type Admission =
  | { readonly kind: 'agent'; readonly agent: Agent }
  /** Credentials are asked for, or are not what they should be. */
  | { readonly kind: 'refused'; readonly answer: AgentAnswer }
  /** No agent of ours: other rules decide. */
  | { readonly kind: 'stranger' };
