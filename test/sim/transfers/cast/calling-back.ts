import type { CallBackWish } from '../../../../src/api/call-back.js';
import type { OperationResult } from '../../../../src/engine/operations.js';
import type { AuditRecord, CallRecord } from '../../../../src/ledger/records.js';
import type { Story } from './story.js';

/** What calling back needs of the world. */
export interface CallingBackStage {
  /** Desks of a member. */
  desksOf(member: string): readonly string[];
  /** Asks for a call back, as the API does. */
  callBack(wish: CallBackWish): Promise<OperationResult<{ callId: string }>>;
}

const MOST_ATTEMPTS = 3;

/** Agents who call a caller back whom nobody answered: once, twice at the same time, or again after an attempt. */
export class CallingBack {
  private missed: CallRecord | null = null;
  private attempts = 0;

  constructor(private readonly story: Story) {}

  /** A call back is under way, and the caller does not speak with anybody. */
  get waits(): boolean {
    return this.story.visits.at(-1)?.callsBack === true && this.story.caller?.state !== 'up';
  }

  /** The caller's own call is over. */
  callOver(record: CallRecord): void {
    const { story } = this;
    // Consultations of agents can be missed, too.
    const own = record.callerNumber === story.number('caller');
    if (!record.missed || !own || !story.dice.chance(0.9)) return;
    this.missed = record;
    story.later(story.dice.between(500, 20_000), () => this.press());
  }

  /** An attempt is over. */
  attempted({ action }: AuditRecord): void {
    const { dice } = this.story;
    const reached = action === 'called-back';
    // Who is reached is not to be called once more; it may be tried all the same.
    if (this.attempts >= MOST_ATTEMPTS || !dice.chance(reached ? 0.1 : 0.6)) return;
    this.story.later(dice.between(reached ? 0 : 100, 20_000), () => this.ask());
  }

  private press(): void {
    const { dice } = this.story;
    this.ask();
    if (dice.chance(0.25)) this.story.later(dice.between(0, 2_000), () => this.ask());
  }

  private ask(): void {
    const { missed, story } = this;
    const member = missed?.firstMember ?? null;
    if (missed === null || member === null) return;
    const desks = story.stage.desksOf(member);
    const extension = desks[Math.floor(story.dice.next() * desks.length)];
    if (extension === undefined) return;
    this.attempts += 1;
    const visit = { since: story.now, callsBack: true, callers: [] };
    const agent = { by: 'extension', member: undefined, extension } as const;
    const asked = story.stage.callBack({ missedCall: missed.id, agent, requestedBy: 'li-na' });
    void asked.then((result) => {
      if (result.ok) story.visits.push(visit);
    });
  }
}
