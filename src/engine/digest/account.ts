import { randomBytes } from 'node:crypto';
import { authorization, type Credentials, type DigestRequest } from './authorization.js';
import { type Challenge, readChallenges, strongest } from './challenge.js';

/** The response that challenges, as far as we read it. */
export interface ChallengeResponse {
  readonly status: number;
  get(name: string): string | undefined;
}

/** The answers that one request has given so far: header name to the challenge that it answers. */
export type Answered = ReadonlyMap<string, Challenge>;

export const NOTHING_ANSWERED: Answered = new Map();

/** Headers to repeat a request with, and what it then has answered. */
export interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  readonly answered: Answered;
}

/** Challenges that one request answers: those of a proxy and of the peer behind it, and a stale nonce of each. */
const MOST_ANSWERS = 4;
/** Nonces of one leg that are counted at a time. */
const MOST_NONCES = 32;

/** Answers the challenges to the requests of one leg, and counts how often each nonce was used (RFC 7616 §3.4). */
export class DigestAccount {
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly credentials: Credentials,
    private readonly newCnonce: () => string = () => randomBytes(16).toString('hex'),
  ) {}

  /**
   * The answer to a 401 or 407; null when there is nothing that we could say, or name and password were refused
   * already. `tries` is how often this request was repeated.
   */
  answer(
    response: ChallengeResponse,
    request: DigestRequest,
    answered: Answered,
    tries: number,
  ): Answer | null {
    if (tries >= MOST_ANSWERS) return null;
    const byProxy = response.status === 407;
    const asked = response.get(byProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate');
    const challenge = strongest(readChallenges(asked ?? ''));
    if (challenge === null) return null;
    const header = byProxy ? 'Proxy-Authorization' : 'Authorization';
    const before = answered.get(header);
    // The same question again is a refusal, unless it is another one's or only the nonce was too old.
    const refused =
      before?.realm === challenge.realm && (!challenge.stale || before.nonce === challenge.nonce);
    if (refused) return null;
    const all = new Map([...answered, [header, challenge] as const]);
    const headers = [...all].map(([name, one]) => [name, this.#authorize(one, request)] as const);
    return { headers: Object.fromEntries(headers), answered: all };
  }

  #authorize(challenge: Challenge, request: DigestRequest): string {
    const key = `${challenge.realm} ${challenge.nonce}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, count);
    // A peer that sends a new nonce each time must not fill the table: the one that rested longest goes.
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MOST_NONCES && oldest !== undefined) this.#counts.delete(oldest);
    return authorization(challenge, this.credentials, request, { cnonce: this.newCnonce(), count });
  }
}
