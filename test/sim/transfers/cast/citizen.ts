import type { Session } from '../phones/session.js';
import type { SessionEvents } from '../phones/session-parts.js';
import type { ServerTransaction } from '../phones/transactions.js';
import type { Story } from './story.js';

type Reaction =
  | 'answer'
  | 'answer-at-once'
  | 'early-media'
  | 'ring-only'
  | 'silent'
  | 'busy'
  | 'unavailable'
  | 'decline'
  | 'crash-ringing';

const REACTIONS: readonly (readonly [number, Reaction])[] = [
  [44, 'answer'],
  [6, 'answer-at-once'],
  [16, 'early-media'],
  [8, 'ring-only'],
  [3, 'silent'],
  [9, 'busy'],
  [6, 'unavailable'],
  [5, 'decline'],
  [3, 'crash-ringing'],
];

/** A caller who is called back, and what they do with it. */
export class Citizen implements SessionEvents {
  private session: Session | null = null;

  constructor(private readonly story: Story) {}

  called(session: Session, transaction: ServerTransaction): void {
    const { story } = this;
    const { dice } = story;
    this.session = session;
    session.manners.stubborn = dice.chance(0.3);
    session.manners.refusesOffers = dice.chance(0.01);
    const reaction = dice.pick(REACTIONS);
    const soon = dice.between(0, 800);
    const after = dice.between(200, 9_000);
    switch (reaction) {
      case 'answer-at-once':
        return this.pickUp(session, transaction);
      case 'answer':
        story.later(soon, () => session.ring(180, false));
        return story.later(soon + after, () => this.pickUp(session, transaction));
      case 'early-media':
        story.later(soon, () => session.ring(183, true));
        return story.later(soon + after, () => this.pickUp(session, transaction));
      case 'ring-only':
        return story.later(soon, () => session.ring(180, false));
      case 'silent':
        session.lost = 'crashed';
        return;
      case 'busy':
        return story.later(soon, () => session.reject(486));
      case 'unavailable':
        return story.later(soon, () => session.reject(503));
      case 'decline':
        session.ring(180, false);
        return story.later(soon + after, () => session.reject(480));
      case 'crash-ringing':
        session.ring(180, false);
        return story.later(after, () => {
          session.lost = 'crashed';
        });
    }
  }

  private pickUp(session: Session, transaction: ServerTransaction): void {
    const { story } = this;
    if (session.state !== 'early') return;
    story.agentsMoment(0.08);
    session.answer();
    if (story.dice.chance(0.03)) story.fork(session, transaction);
    if (story.dice.chance(0.03)) story.later(story.dice.between(0, 30), () => session.hangUp());
  }

  up(): void {
    if (this.session !== null) this.story.callerUp(this.session);
  }
}
