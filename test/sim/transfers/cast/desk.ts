import type { Session } from '../phones/session.js';
import type { SessionEvents } from '../phones/session-parts.js';
import type { ServerTransaction } from '../phones/transactions.js';
import type { Story } from './story.js';
import { Transferring } from './transferring.js';

type Reaction =
  | 'answer'
  | 'answer-at-once'
  | 'early-media'
  | 'ring-only'
  | 'silent'
  | 'busy'
  | 'redirect'
  | 'unavailable'
  | 'decline'
  | 'crash-ringing';

const OF_FIRST: readonly (readonly [number, Reaction])[] = [
  [74, 'answer'],
  [5, 'answer-at-once'],
  [6, 'early-media'],
  [4, 'ring-only'],
  [2, 'silent'],
  [4, 'busy'],
  [2, 'redirect'],
  [2, 'unavailable'],
  [1, 'crash-ringing'],
];
const OF_LATER: readonly (readonly [number, Reaction])[] = [
  [54, 'answer'],
  [6, 'answer-at-once'],
  [8, 'early-media'],
  [8, 'ring-only'],
  [4, 'silent'],
  [9, 'busy'],
  [3, 'redirect'],
  [3, 'unavailable'],
  [2, 'decline'],
  [3, 'crash-ringing'],
];

/** Somebody at a desk who is called, or takes a call over, and what they do with it. */
export class Desk implements SessionEvents {
  private session: Session | null = null;
  private transferring: Transferring | null = null;

  constructor(
    private readonly story: Story,
    /** The caller has spoken with nobody yet. */
    private readonly first: boolean,
  ) {}

  called(session: Session, transaction: ServerTransaction): void {
    const { story } = this;
    const { dice } = story;
    this.session = session;
    session.manners.stubborn = dice.chance(0.3);
    session.manners.refusesOffers = dice.chance(0.01);
    const reaction = dice.pick(this.first ? OF_FIRST : OF_LATER);
    const after = dice.between(200, 6_000);
    const soon = dice.between(0, 400);
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
        return session.ring(dice.chance(0.2) ? 183 : 180, false);
      case 'silent':
        session.lost = 'crashed';
        return;
      case 'busy':
        return story.later(soon, () => session.reject(486));
      case 'redirect':
        return story.later(soon, () => session.reject(302));
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

  takesOver(session: Session): void {
    this.session = session;
  }

  private pickUp(session: Session, transaction: ServerTransaction): void {
    const { story } = this;
    if (session.state !== 'early') return;
    if (!this.first) story.moment(0.05);
    session.answer();
    if (story.dice.chance(0.03)) story.fork(session, transaction);
    if (story.dice.chance(0.02)) story.later(story.dice.between(0, 30), () => session.hangUp());
  }

  up(): void {
    const { story, session } = this;
    if (session === null) return;
    const { dice } = story;
    const callsBack = this.first && story.callingBack.waits;
    story.fidget(session, 0.15);
    if (callsBack && dice.chance(0.12)) return story.later(dice.between(0, 8_000), () => session.hangUp());
    if (dice.chance(0.04)) {
      const how = dice.chance(0.6) ? 'crashed' : 'amnesiac';
      story.later(dice.between(0, 20_000), () => {
        if (session.state === 'up') session.lost = how;
      });
    }
    if (dice.chance(this.first ? 0.92 : 0.2)) {
      this.transferring = new Transferring(story, session, !this.first);
      // Most of those who call back wait for somebody to speak with first.
      const patience = callsBack && dice.chance(0.8) ? 8_000 : 0;
      return story.later(patience + dice.between(150, 5_000), () => this.transferring?.begin());
    }
    if (dice.chance(0.06)) return story.later(dice.between(0, 400), () => session.hangUp());
    if (dice.chance(0.6)) story.later(dice.between(3_000, 60_000), () => session.hangUp());
  }

  notified(status: number, final: boolean): void {
    this.transferring?.told(status, final);
  }

  over(): void {
    this.transferring?.over();
  }
}
