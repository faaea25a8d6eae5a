import type { StoredAccount } from './account-store.js';
import { Accounts } from './accounts.js';
import type { Agent, AgentId } from './agent.js';
import type { AgentContact } from './agent-contacts.js';
import type { Admission, AgentAnswer, AgentRequest, RequestSource } from './agent-request.js';
import type { AgentFigures, AgentNews, Agents } from './agents.js';
import { type Account, Authenticator, type AuthenticatorOptions } from './authenticator.js';
import type { AgentClock } from './clock.js';
import { ContactBook } from './contact-book.js';
import { Nonces } from './digest/nonces.js';
import { type AskPhone, KeepAlive } from './keep-alive.js';
import { type Lockout, type LockoutLimits, Lockouts } from './lockouts.js';
import { PageAccess } from './page-access.js';
import { Registrar, type RegistrarLimits } from './registrar.js';
import type { Registration } from './registration.js';
import { fromUser, SourceIndex } from './source-index.js';

export interface AgentSettings {
  /** Shown to phones, and part of what is stored of passwords. */
  readonly realm: string;
  readonly algorithms: AuthenticatorOptions['algorithms'];
  /** 32 random bytes that stay the same across restarts: passwords of phones in pages are made with them. */
  readonly pageSecret: Buffer;
  readonly nonceMs: number;
  readonly limits: RegistrarLimits;
  readonly lockout: LockoutLimits;
  /** OPTIONS to phones behind NAT, milliseconds; 0: none. */
  readonly keepAliveMs: number;
}

/** Where bindings are kept. */
export interface ContactKeeper {
  save(registration: Registration): void;
  remove(id: string): void;
}

export interface AgentRoomParts {
  readonly clock: AgentClock;
  readonly random: (bytes: number) => Buffer;
  readonly keeper: ContactKeeper;
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
  readonly accounts: readonly StoredAccount[];
  readonly registrations: readonly Registration[];
  readonly ask: AskPhone;
}

/** How often bindings that ran out are looked for, milliseconds. */
const EXPIRY_MS = 1000;

/** All that there is of agents: accounts, registrar, contacts, keep-alive. */
export class AgentRoom implements Agents {
  /** Agents at pages in browsers. */
  readonly pages: PageAccess;
  readonly #accounts: Accounts;
  readonly #book: ContactBook;
  readonly #lockouts: Lockouts;
  readonly #authenticator: Authenticator;
  readonly #registrar: Registrar;
  readonly #keepAlive: KeepAlive;
  readonly #sources = new SourceIndex();
  readonly #lostWays = new Map<string, Set<string>>();
  readonly #reachable = new Set<(agent: AgentId, reachable: boolean) => void>();
  readonly #heard = new Set<(agent: AgentId) => void>();
  readonly #news = new Set<(news: AgentNews) => void>();
  readonly #registers: Record<number, number> = {};
  #wrong = 0;
  #locked = 0;
  #expiry: { cancel(): void } | null = null;

  constructor(
    settings: AgentSettings,
    private readonly parts: AgentRoomParts,
  ) {
    const { clock, random } = parts;
    const now = (): number => clock.now();
    this.#accounts = new Accounts(settings.realm, parts.accounts);
    this.#book = new ContactBook({
      saved: (registration) => this.#saved(registration),
      removed: (id) => this.#removed(id),
      reachable: (agent, reachable) => this.#tellReachable(agent, reachable),
    });
    this.#lockouts = new Lockouts({
      now,
      limits: settings.lockout,
      onLocked: (lockout) => this.#onLocked(lockout),
    });
    const { realm, algorithms, limits, keepAliveMs: everyMs } = settings;
    const account = (id: string): Account | undefined => this.#accounts.account(id);
    const onWrong = (id: string, source: string): void => this.#onWrong(id, source);
    this.pages = new PageAccess({
      secret: settings.pageSecret,
      realm,
      account,
      lockouts: this.#lockouts,
      onWrong,
    });
    this.#authenticator = new Authenticator({
      realm,
      algorithms,
      nonces: new Nonces({ now, random, lifetimeMs: settings.nonceMs }),
      lockouts: this.#lockouts,
      account,
      pageSecrets: (known) => this.pages.pageSecrets(known),
      now,
      onWrong,
    });
    const book = this.#book;
    this.#registrar = new Registrar({ authenticator: this.#authenticator, book, limits, now });
    this.#keepAlive = new KeepAlive({ clock, book, ask: parts.ask, everyMs });
    book.load(parts.registrations.filter(({ agent }) => this.#accounts.agent(agent)?.enabled === true));
    for (const registration of book.all()) this.#sources.add(registration);
  }

  start(): void {
    this.#keepAlive.start();
    this.#expireLater();
  }

  stop(): void {
    this.#keepAlive.stop();
    this.#expiry?.cancel();
    this.#expiry = null;
  }

  /** The accounts were changed by the command line. */
  accountsChanged(accounts: readonly StoredAccount[]): void {
    for (const id of this.#accounts.replace(accounts)) {
      this.#lockouts.forgive(id);
      if (this.#accounts.agent(id)?.enabled === true) continue;
      for (const registration of this.#book.of(id)) this.#book.remove(registration.id);
    }
    this.parts.log.info({ accounts: accounts.length }, 'accounts of agents read');
  }

  // --- Agents ------------------------------------------------------------------------------------------

  agent(id: AgentId): Agent | undefined {
    return this.#accounts.agent(id);
  }

  atExtension(member: string, extension: string): Agent | undefined {
    return this.#accounts.atExtension(member, extension);
  }

  agents(): readonly Agent[] {
    return this.#accounts.agents();
  }

  onAgents(listener: () => void): () => void {
    return this.#accounts.onAgents(listener);
  }

  contactsOf(agent: AgentId): readonly AgentContact[] {
    return this.#book.contactsOf(agent);
  }

  onReachable(listener: (agent: AgentId, reachable: boolean) => void): () => void {
    this.#reachable.add(listener);
    return () => void this.#reachable.delete(listener);
  }

  onHeard(listener: (agent: AgentId) => void): () => void {
    this.#heard.add(listener);
    return () => void this.#heard.delete(listener);
  }

  lost(contactId: string, nextHop: string | null): void {
    const contact = this.#book.get(contactId);
    if (contact === undefined) return;
    const lost = this.#lostWays.get(contactId) ?? new Set();
    lost.add(nextHop ?? '');
    this.#lostWays.set(contactId, lost);
    const ways = this.#book.contactsOf(contact.agent).find(({ id }) => id === contactId)?.ways ?? [];
    if (!ways.every((way) => lost.has(way.nextHop ?? ''))) return;
    this.parts.log.info({ agent: contact.agent, contact: contact.uri }, 'nobody is at this contact any more');
    this.#book.mark(contactId, true);
  }

  register(request: AgentRequest): AgentAnswer | null {
    if (this.#accounts.size === 0) return null;
    const answer = this.#registrar.register(request);
    this.#registers[answer.status] = (this.#registers[answer.status] ?? 0) + 1;
    return answer;
  }

  admit(request: AgentRequest, known: boolean): Admission {
    if (this.#accounts.size === 0) return { kind: 'stranger' };
    if (this.#authenticator.brings(request)) {
      const judged = this.#authenticator.judge(request);
      return judged.ok ? { kind: 'agent', agent: judged.agent } : { kind: 'refused', answer: judged.answer };
    }
    const claimed = fromUser(request);
    const agent = this.#sources.agentAt(request.source, claimed, (id) => this.#accounts.agent(id));
    // A datagram's source address proves nothing.
    if (agent !== null && request.source.transport !== 'udp') return { kind: 'agent', agent };
    if (agent === null && known) return { kind: 'stranger' };
    return { kind: 'refused', answer: this.#authenticator.challenge(request) };
  }

  isPhone(source: Pick<RequestSource, 'host' | 'port'>): boolean {
    return this.#sources.has(source);
  }

  registrations(): ReturnType<Agents['registrations']> {
    return this.#book.all();
  }

  lockouts(): readonly Lockout[] {
    return this.#lockouts.current();
  }

  figures(): AgentFigures {
    return { registers: this.#registers, wrongPasswords: this.#wrong, lockouts: this.#locked };
  }

  onNews(listener: (news: AgentNews) => void): () => void {
    this.#news.add(listener);
    return () => void this.#news.delete(listener);
  }

  // --- What happens ------------------------------------------------------------------------------------

  #expireLater(): void {
    this.#expiry = this.parts.clock.after(EXPIRY_MS, () => {
      this.#book.expire(this.parts.clock.now());
      this.#expireLater();
    });
  }

  #saved(registration: Registration): void {
    this.#lostWays.delete(registration.id);
    this.#sources.add(registration);
    this.parts.keeper.save(registration);
    for (const listener of this.#heard) listener(registration.agent);
  }

  #removed(id: string): void {
    this.#lostWays.delete(id);
    this.#sources.remove(id);
    this.parts.keeper.remove(id);
  }

  #tellReachable(agent: AgentId, reachable: boolean): void {
    for (const listener of this.#reachable) listener(agent, reachable);
    const member = this.#accounts.agent(agent)?.member ?? null;
    this.#tell({
      type: reachable ? 'agent-registered' : 'agent-unregistered',
      detail: { agent, member, phones: this.#book.of(agent).length },
    });
  }

  #onWrong(account: string, source: string): void {
    this.#wrong++;
    this.parts.log.info({ account, source }, 'wrong password of an agent, or no such account');
  }

  #onLocked({ account, source, failures, times, until }: Lockout): void {
    this.#locked++;
    const seconds = Math.round((until - this.parts.clock.now()) / 1000);
    this.parts.log.warn({ account, source, failures, times, seconds }, 'account locked for a source');
    this.#tell({ type: 'agent-locked-out', detail: { account, source, failures, times, seconds } });
  }

  #tell(news: AgentNews): void {
    for (const listener of this.#news) listener(news);
  }
}
