import { createHash, randomBytes } from 'node:crypto';
import { type StoredAccount, secretsOf } from '../../../src/agents/account-store.js';
import type { Agent } from '../../../src/agents/agent.js';
import type { AgentAnswer, AgentRequest, RequestSource } from '../../../src/agents/agent-request.js';
import { AgentRoom, type AgentRoomParts, type AgentSettings } from '../../../src/agents/agent-room.js';
import type { AgentClock } from '../../../src/agents/clock.js';
import type { Registration } from '../../../src/agents/registration.js';

/** A room of agents in memory, with a clock in the test's hands and phones that know digest. */

export const START = Date.parse('2026-11-23T02:00:00Z');
export const REALM = 'onekey';

export class HandClock implements AgentClock {
  #now = START;
  #timers: { at: number; fire: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, fire: () => void): { cancel(): void } {
    const timer = { at: this.#now + ms, fire };
    this.#timers.push(timer);
    const cancel = (): void => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
    return { cancel };
  }

  /** Let time pass; what is due is done in its order. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
    }
    this.#now = until;
  }
}

export function anAgent(id: string, changes: Partial<Agent> = {}): Agent {
  return {
    id,
    member: 'city',
    extension: '8017',
    displayName: id,
    role: 'agent',
    skills: [],
    languages: [],
    liaisonFor: [],
    enabled: true,
    ...changes,
  };
}

export function anAccount(id: string, password: string, changes: Partial<Agent> = {}): StoredAccount {
  const secrets = secretsOf(id, REALM, password);
  return { agent: anAgent(id, changes), realm: REALM, secrets, createdAt: START, changedAt: START };
}

export const PASSWORD = 'correct horse';

export const SETTINGS: AgentSettings = {
  realm: REALM,
  pageSecret: Buffer.alloc(32, 3),
  algorithms: ['SHA-256', 'MD5'],
  nonceMs: 300_000,
  limits: {
    maxContacts: 3,
    minExpires: 60,
    defaultExpires: 600,
    maxExpires: 3600,
    flowTimer: 25,
    answersStun: true,
  },
  lockout: { attempts: 3, firstMs: 30_000, mostMs: 3_600_000 },
  keepAliveMs: 25_000,
};

export interface Site {
  readonly room: AgentRoom;
  readonly clock: HandClock;
  readonly saved: Registration[];
  readonly removed: string[];
  readonly news: { readonly type: string; readonly detail: object }[];
  /** What phones are asked by OPTIONS, in order. */
  readonly asked: { readonly uri: string; readonly nextHop: string | null }[];
  /** What they say. */
  answers: number;
}

/** li-na (8017) and chen (8018) of the city, wu-di (8017) of the youth line, who is disabled. */
export function aSite(parts: Partial<AgentRoomParts> = {}, settings: Partial<AgentSettings> = {}): Site {
  const clock = new HandClock();
  const saved: Registration[] = [];
  const removed: string[] = [];
  const news: Site['news'] = [];
  const asked: Site['asked'] = [];
  const site = { clock, saved, removed, news, asked, answers: 200 };
  const room = new AgentRoom(
    { ...SETTINGS, ...settings },
    {
      clock,
      random: randomBytes,
      keeper: { save: (one) => void saved.push(one), remove: (id) => void removed.push(id) },
      log: { info: () => undefined, warn: () => undefined },
      accounts: [
        anAccount('chen', PASSWORD, { extension: '8018' }),
        anAccount('li-na', PASSWORD),
        anAccount('wu-di', PASSWORD, { member: 'youth', enabled: false }),
      ],
      registrations: [],
      ask: async (uri, { nextHop }) => {
        asked.push({ uri, nextHop });
        return site.answers;
      },
      ...parts,
    },
  );
  room.onNews((one) => news.push(one));
  room.start();
  return Object.assign(site, { room });
}

export const UDP: RequestSource = { host: '10.7.0.1', port: 5062, transport: 'udp' };

/** A request with these headers. */
export function aRequest(
  method: string,
  headers: Readonly<Record<string, string | undefined>>,
  source: RequestSource = UDP,
): AgentRequest {
  const lower = new Map(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
  return { method, source, get: (name) => lower.get(name.toLowerCase()) };
}

/** A phone: remembers the nonce that it was given and counts its uses. */
export class Phone {
  nonce = '';
  count = 0;
  cseq = 0;
  callId = randomBytes(4).toString('hex');

  constructor(
    readonly site: Site,
    readonly user = 'li-na',
    readonly password = PASSWORD,
    readonly source: RequestSource = UDP,
    readonly algorithm: 'MD5' | 'SHA-256' = 'SHA-256',
  ) {}

  get contact(): string {
    return `<sip:${this.user}@${this.source.host}:${this.source.port}>`;
  }

  /** REGISTER once, with credentials when there is a nonce. */
  send(headers: Readonly<Record<string, string | undefined>> = {}): AgentAnswer {
    const answer = this.site.room.register(
      aRequest('REGISTER', this.headers('REGISTER', headers), this.source),
    );
    if (answer === null) throw new Error('nobody has an account');
    return answer;
  }

  /** REGISTER until it is no question of a nonce any more. */
  register(headers: Readonly<Record<string, string | undefined>> = {}): AgentAnswer {
    let answer = this.send(headers);
    for (let i = 0; i < 2 && answer.status === 401; i++) {
      const nonce = nonceOf(answer);
      const again = this.nonce !== '' && !staleOf(answer);
      this.nonce = nonce;
      this.count = 0;
      if (again) return answer;
      answer = this.send(headers);
    }
    return answer;
  }

  headers(
    method: string,
    more: Readonly<Record<string, string | undefined>>,
  ): Record<string, string | undefined> {
    this.cseq++;
    return {
      From: `<sip:${this.user}@onekey>;tag=1`,
      To: `<sip:${this.user}@onekey>`,
      'Call-ID': this.callId,
      CSeq: `${this.cseq} ${method}`,
      Via: 'SIP/2.0/UDP 10.7.0.1:5062;branch=z9hG4bK1;rport=5062',
      Contact: this.contact,
      Authorization: this.nonce === '' ? undefined : this.authorization(method),
      ...more,
    };
  }

  authorization(method: string, nc = ++this.count): string {
    const hash = (text: string): string =>
      createHash(this.algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex');
    const count = nc.toString(16).padStart(8, '0');
    const uri = 'sip:onekey';
    const secret = hash(`${this.user}:${REALM}:${this.password}`);
    const response = hash(`${secret}:${this.nonce}:${count}:abc:auth:${hash(`${method}:${uri}`)}`);
    return `Digest username="${this.user}", realm="${REALM}", nonce="${this.nonce}", uri="${uri}", response="${response}", algorithm=${this.algorithm}, cnonce="abc", qop=auth, nc=${count}`;
  }
}

export function challengesOf(answer: AgentAnswer): readonly string[] {
  const value = answer.headers['WWW-Authenticate'] ?? [];
  return typeof value === 'string' ? [value] : value;
}

export const nonceOf = (answer: AgentAnswer): string =>
  /nonce="([^"]+)"/.exec(challengesOf(answer)[0] ?? '')?.[1] ?? '';
export const staleOf = (answer: AgentAnswer): boolean => /stale=true/.test(challengesOf(answer)[0] ?? '');
