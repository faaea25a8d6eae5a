/** Agents of a simulated city: accounts whose phones are always registered, and phones that behave at random. */
import type { Agent } from '../../../src/agents/agent.js';
import { type Agents, NO_AGENTS } from '../../../src/agents/agents.js';
import type { LegId } from '../../../src/call/call.js';
import type { EngineClock } from '../../../src/engine/clock.js';
import { FakeSignalling } from '../../unit/engine/fake-signalling.js';

const SDP = 'v=0\r\n';

/** Everybody has one phone. */
export function staffOf(members: readonly string[], count: number): Agents {
  const all = Array.from({ length: count }, (_, n): Agent => {
    const id = `agent-${String(n).padStart(4, '0')}`;
    const member = members[n % members.length] ?? '';
    const none = { skills: [], languages: [], liaisonFor: [] };
    return {
      id,
      member,
      extension: String(8000 + n),
      displayName: id,
      role: 'agent',
      enabled: true,
      ...none,
    };
  });
  const byId = new Map(all.map((agent) => [agent.id, agent]));
  return {
    ...NO_AGENTS,
    agents: () => all,
    agent: (id) => byId.get(id),
    contactsOf: (id) => [
      {
        id: `phone of ${id}`,
        agent: id,
        device: null,
        uri: `sip:${id}@10.5.0.1`,
        route: null,
        ways: [{ nextHop: null, peer: '10.5.0.1:5060/udp' }],
      },
    ],
  };
}

/** What was on the wire between us and a phone, with the moment. */
export interface Traced {
  readonly at: number;
  readonly leg: LegId;
  readonly what: 'INVITE' | '200' | 'end';
}

/** Phones that answer after a few seconds, now and then not at all, or refuse; the wire is written down. */
export class Phones extends FakeSignalling {
  readonly trace: Traced[] = [];
  readonly #open = new Map<LegId, 'ringing' | 'up'>();

  constructor(
    private readonly clock: EngineClock,
    private readonly random: () => number,
  ) {
    super();
  }

  override invite(leg: LegId, request: { uri: string }): void {
    super.invite(leg, request);
    this.#note(leg, 'INVITE');
    this.#open.set(leg, 'ringing');
    const mood = this.random();
    this.#later(
      50,
      () => this.#isRinging(leg) && this.event({ type: 'provisional', leg, status: 180, sdp: null }),
    );
    if (mood < 0.04) return;
    const declines = mood < 0.08;
    this.#later(1000 + this.random() * 6000, () => {
      if (!this.#isRinging(leg)) return;
      if (declines) this.#failed(leg, 486);
      else {
        this.#open.set(leg, 'up');
        this.event({ type: 'answered', leg, sdp: SDP, allowsUpdate: false, agent: null });
      }
    });
  }

  override cancel(leg: LegId): void {
    super.cancel(leg);
    this.#later(20, () => this.#isRinging(leg) && this.#failed(leg, 487));
  }

  override bye(leg: LegId): void {
    super.bye(leg);
    this.#later(20, () => {
      this.#ended(leg);
      this.event({ type: 'bye-answered', leg });
    });
  }

  override answer(leg: LegId, sdp: string | null): void {
    super.answer(leg, sdp);
    this.#note(leg, '200');
    this.#later(20, () => this.event({ type: 'acked', leg, sdp: null }));
  }

  #isRinging(leg: LegId): boolean {
    return this.#open.get(leg) === 'ringing';
  }

  #failed(leg: LegId, status: number): void {
    this.#ended(leg);
    this.event({ type: 'failed', leg, status, reason: null, reached: true });
  }

  #ended(leg: LegId): void {
    this.#open.delete(leg);
    this.#note(leg, 'end');
  }

  #note(leg: LegId, what: Traced['what']): void {
    this.trace.push({ at: this.clock.now().utc, leg, what });
  }

  #later(ms: number, act: () => void): void {
    this.clock.after(ms, act);
  }
}
