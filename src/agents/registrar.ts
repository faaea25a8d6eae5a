/** REGISTER of agents' phones: who may bind what for how long (RFC 3261 §10.3, RFC 3327, RFC 5626). */
import type { Agent } from './agent.js';
import type { AgentAnswer, AgentRequest } from './agent-request.js';
import type { Authenticator } from './authenticator.js';
import type { ContactBook } from './contact-book.js';
import { type RegisterWish, readRegister, type WantedContact } from './read-register.js';
import { type Registration, registrationId } from './registration.js';

export interface RegistrarLimits {
  /** Phones that one agent may have registered; the one refreshed longest ago gives way to a further one. */
  readonly maxContacts: number;
  /** How long a binding holds, seconds: at least, when the phone does not say, at most. */
  readonly minExpires: number;
  readonly defaultExpires: number;
  readonly maxExpires: number;
  /** How often phones that use Outbound shall be heard of (RFC 5626 §4.4), seconds. */
  readonly flowTimer: number;
  /** The SIP server answers STUN on its UDP ports, so that phones can use Outbound over UDP (RFC 5626 §3.5.2). */
  readonly answersStun: boolean;
}

/** Longest binding over a connection, seconds: one without any traffic is closed after ten minutes. */
const OVER_CONNECTION = 540;

export interface RegistrarOptions {
  readonly authenticator: Authenticator;
  readonly book: ContactBook;
  readonly limits: RegistrarLimits;
  /** UTC milliseconds. */
  readonly now: () => number;
}

export class Registrar {
  constructor(private readonly options: RegistrarOptions) {}

  /** The final response to a REGISTER. Never throws, whatever the phone sends. */
  register(request: AgentRequest): AgentAnswer {
    const judged = this.options.authenticator.judge(request);
    if (!judged.ok) return judged.answer;
    const read = readRegister(request, this.options.limits.answersStun);
    if (!read.ok) return read.answer;
    const { agent } = judged;
    const { wish } = read;
    // An agent speaks for no other one (RFC 3261 §10.3 step 4).
    if (wish.user !== agent.id && wish.user !== agent.extension) return refusal(403, 'Not your address');
    return this.#bind(agent, wish, request);
  }

  #bind(agent: Agent, wish: RegisterWish, request: AgentRequest): AgentAnswer {
    const { book, limits } = this.options;
    const { contacts } = wish;
    // All of it is judged before any of it is done (RFC 3261 §10.3 step 7).
    const touched =
      contacts === 'all' ? book.of(agent.id) : contacts.flatMap((c) => this.#known(agent, wish, c));
    if (touched.some((known) => isOlder(wish, known))) return refusal(500, 'Overtaken by a later REGISTER');
    if (contacts !== 'all') {
      const brief = contacts.some(
        ({ expires }) => expires !== null && expires > 0 && expires < limits.minExpires,
      );
      if (brief) return refusal(423, null, { 'Min-Expires': String(limits.minExpires) });
    }
    if (contacts === 'all') for (const { id } of touched) book.remove(id);
    else for (const contact of contacts) this.#apply(agent, wish, contact, request);
    this.#makeRoom(agent);
    return this.#accepted(agent, wish);
  }

  #known(agent: Agent, wish: RegisterWish, contact: WantedContact): readonly Registration[] {
    const known = this.options.book.get(this.#idOf(agent, wish, contact));
    return known === undefined ? [] : [known];
  }

  #idOf(agent: Agent, wish: RegisterWish, { uri, instance, regId }: WantedContact): string {
    const flow = wish.outbound && instance !== null && regId !== null ? { instance, regId } : null;
    return registrationId(agent.id, uri, flow);
  }

  #apply(agent: Agent, wish: RegisterWish, contact: WantedContact, request: AgentRequest): void {
    const { book, limits, now } = this.options;
    const id = this.#idOf(agent, wish, contact);
    if (contact.expires === 0) return book.remove(id);
    const { source } = request;
    const most =
      source.transport === 'udp' ? limits.maxExpires : Math.min(limits.maxExpires, OVER_CONNECTION);
    const seconds = Math.min(contact.expires ?? limits.defaultExpires, most);
    const { callId, cseq, path, symmetric, userAgent } = wish;
    const { uri, instance, q } = contact;
    book.put({
      id,
      agent: agent.id,
      ...{ uri, instance, q, callId, cseq, path, symmetric, userAgent },
      regId: wish.outbound ? contact.regId : null,
      source,
      registeredAt: book.get(id)?.registeredAt ?? now(),
      refreshedAt: now(),
      expiresAt: now() + seconds * 1000,
    });
  }

  /** A phone that starts anew under another port must not be kept out by what it was before. */
  #makeRoom(agent: Agent): void {
    const { book, limits } = this.options;
    const all = book.of(agent.id);
    for (const { id } of all.slice(0, Math.max(0, all.length - limits.maxContacts))) book.remove(id);
  }

  #accepted(agent: Agent, wish: RegisterWish): AgentAnswer {
    const { book, limits, now } = this.options;
    const contacts = book.of(agent.id).map((registration) => contactValue(registration, now()));
    const headers: Record<string, string | readonly string[]> = {
      Supported: 'path, outbound',
      Date: new Date(now()).toUTCString(),
    };
    if (contacts.length > 0) headers.Contact = contacts.join(', ');
    if (wish.path.length > 0) headers.Path = wish.path.join(', ');
    if (wish.outbound) {
      // RFC 5626 §6: so that the phone knows that its flows are kept apart.
      headers.Require = 'outbound';
      headers['Flow-Timer'] = String(limits.flowTimer);
    }
    return { status: 200, reason: null, headers };
  }
}

/** RFC 3261 §10.3 step 7: of one registration cycle only what is newer counts. */
function isOlder(wish: RegisterWish, known: Registration): boolean {
  return wish.callId === known.callId && wish.cseq <= known.cseq;
}

function contactValue({ uri, q, instance, regId, expiresAt }: Registration, now: number): string {
  const left = Math.max(0, Math.round((expiresAt - now) / 1000));
  const own = instance === null ? '' : `;+sip.instance="${instance}"`;
  const flow = regId === null ? '' : `;reg-id=${regId}`;
  return `<${uri}>;expires=${left}${q === 1 ? '' : `;q=${q}`}${own}${flow}`;
}

function refusal(status: number, reason: string | null, headers: AgentAnswer['headers'] = {}): AgentAnswer {
  return { status, reason, headers };
}
