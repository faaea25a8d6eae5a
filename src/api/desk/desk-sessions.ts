import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long an agent stays logged in at a desk: a long shift; milliseconds. */
export const SESSION_MS = 14 * 3_600_000;
/** A session does not end in the middle of a call, unless the call is as long as this; milliseconds. */
export const LAST_CALL_MS = 2 * 3_600_000;

export interface DeskSessionOptions {
  /** Kept across restarts, so that desks stay logged in. */
  readonly secret: Buffer;
  /** UTC milliseconds. */
  readonly now: () => number;
  /**
   * Changes whenever the password of an account does; null when there is no such account or it is disabled. A session
   * is good as long as it stays the same.
   */
  readonly markOf: (agent: string) => string | null;
  /** The agent is in a call, or writes it up. */
  readonly inCall: (agent: string) => boolean;
}

/**
 * Sessions of desks as signed values that hold all there is to know: the server keeps none, so a restart ends none.
 * Form: agent, end in UTC milliseconds and signature, joined by dots and safe in a cookie.
 */
export class DeskSessions {
  constructor(private readonly options: DeskSessionOptions) {}

  /** A session for this agent, which must have an account that is enabled. */
  open(agent: string): string {
    const until = this.options.now() + SESSION_MS;
    const name = Buffer.from(agent, 'utf8').toString('base64url');
    return `${name}.${until}.${this.#sign(agent, until)}`;
  }

  /** The agent whose session it is; null when it is none, is over, or the account has changed. */
  agentOf(session: string | undefined): string | null {
    const [, name, end, signature] =
      /^([A-Za-z0-9_-]{1,120})\.(\d{1,15})\.([A-Za-z0-9_-]{43})$/.exec(session ?? '') ?? [];
    if (name === undefined || end === undefined || signature === undefined) return null;
    const agent = Buffer.from(name, 'base64url').toString('utf8');
    const until = Number(end);
    const right = timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(agent, until)));
    if (!right || this.#isOver(agent, until)) return null;
    return this.options.markOf(agent) === null ? null : agent;
  }

  #isOver(agent: string, until: number): boolean {
    const past = this.options.now() - until;
    return past >= 0 && (past >= LAST_CALL_MS || !this.options.inCall(agent));
  }

  #sign(agent: string, until: number): string {
    const mark = this.options.markOf(agent) ?? '';
    return createHmac('sha256', this.options.secret)
      .update(`desk\n${agent}\n${until}\n${mark}`)
      .digest('base64url');
  }
}
