import { refer } from '../phones/services.js';
import type { Session } from '../phones/session.js';
import type { SessionEvents } from '../phones/session-parts.js';
import type { ServerTransaction } from '../phones/transactions.js';
import { type Story, serverUri } from './story.js';

type Reaction = 'answer' | 'answer-at-once' | 'ring-only' | 'silent' | 'busy' | 'decline';

const REACTIONS: readonly (readonly [number, Reaction])[] = [
  [64, 'answer'],
  [14, 'answer-at-once'],
  [6, 'ring-only'],
  [5, 'silent'],
  [7, 'busy'],
  [4, 'decline'],
];

/** The phone of a supervisor. */
export class Supervisor implements SessionEvents {
  private session: Session | null = null;

  constructor(private readonly story: Story) {}

  called(session: Session, transaction: ServerTransaction): void {
    const { story } = this;
    const { dice } = story;
    this.session = session;
    session.manners.stubborn = dice.chance(0.3);
    const reaction = dice.pick(REACTIONS);
    const soon = dice.between(0, 400);
    const after = dice.between(200, 5_000);
    switch (reaction) {
      case 'answer-at-once':
        return this.pickUp(session, transaction);
      case 'answer':
        story.later(soon, () => session.ring(180, false));
        return story.later(soon + after, () => this.pickUp(session, transaction));
      case 'ring-only':
        return story.later(soon, () => session.ring(180, false));
      case 'silent':
        session.lost = 'crashed';
        return;
      case 'busy':
        return story.later(soon, () => session.reject(486));
      case 'decline':
        return story.later(after, () => session.reject(480));
    }
  }

  private pickUp(session: Session, transaction: ServerTransaction): void {
    if (session.state !== 'early') return;
    session.answer();
    if (this.story.dice.chance(0.03)) this.story.fork(session, transaction);
  }

  up(): void {
    const { story, session } = this;
    if (session === null) return;
    const { dice } = story;
    story.fidget(session, 0.2);
    // Whoever listens cannot move the call.
    if (dice.chance(0.1))
      story.later(dice.between(0, 8_000), () =>
        refer(session, serverUri('12345'), true, (status) => {
          if (status !== null && status < 300) story.stage.complain(story.index, 'a listener moved the call');
        }),
      );
    if (dice.chance(0.04))
      story.later(dice.between(0, 20_000), () => {
        if (session.state === 'up') session.lost = dice.chance(0.5) ? 'crashed' : 'amnesiac';
      });
    if (dice.chance(0.4)) story.later(dice.between(0, 30_000), () => session.hangUp());
  }
}
