import type { DialPlan } from '../../dialplan/plan.js';
import type { LiveCall } from '../../engine/operations.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import type { DeskEarlierCall } from './desk-state.js';
import { type CallBackground, memberName } from './desk-view.js';

/** Earlier calls of a number that a desk is shown. */
const EARLIER = 8;
/** Calls whose background is kept. */
const MOST = 2_000;
const NOTHING: CallBackground = { sentBy: null, earlier: [] };

/** What the ledger knows of a call and its caller, asked once for each stage of the call. */
export class CallBackgrounds {
  readonly #known = new Map<string, CallBackground>();

  /** @param onKnown something that was asked for has come */
  constructor(
    private readonly ledger: Pick<LedgerReader, 'calls' | 'story' | 'audits'>,
    private readonly plan: () => DialPlan,
    private readonly onKnown: () => void,
  ) {}

  /** What is known now; what is not is asked for, and `onKnown` tells when it is there. */
  of(call: LiveCall): CallBackground {
    // With each member that the caller has come to, another transfer is what brought the call here.
    const key = `${call.id} ${call.visited.length}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, NOTHING);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    void this.#ask(call).then(
      (background) => {
        this.#known.set(key, background);
        this.onKnown();
      },
      // The ledger is busy: a desk without history is better than none, and the next look asks again.
      () => this.#known.delete(key),
    );
    return NOTHING;
  }

  async #ask(call: LiveCall): Promise<CallBackground> {
    const [story, earlier] = await Promise.all([
      this.ledger.story(call.id),
      call.callerNumber === null ? [] : this.#earlier(call.callerNumber, call.id),
    ]);
    const last = story?.transfers.findLast(
      ({ outcome, mode }) => outcome === 'completed' && mode !== 'alert',
    );
    if (last === undefined) return { sentBy: null, earlier };
    const agent = [...call.legs, ...(story?.legs ?? [])].find(({ id }) => id === last.transferorLeg)?.agent;
    const { matter, note, mode } = last;
    return {
      sentBy: { from: memberName(this.plan(), last.fromMember), agent: agent ?? null, matter, note, mode },
      earlier,
    };
  }

  async #earlier(caller: string, except: string): Promise<readonly DeskEarlierCall[]> {
    const page = await this.ledger.calls({ caller, limit: EARLIER + 1 });
    const calls = page.items.filter(({ id }) => id !== except).slice(0, EARLIER);
    return Promise.all(
      calls.map(async (call) => ({
        id: call.id,
        at: call.startedAt,
        firstMember: memberName(this.plan(), call.firstMember),
        lastMember: memberName(this.plan(), call.lastMember),
        outcome: call.outcome,
        durationMs: call.durationMs,
        note: await this.#noteOf(call.id),
      })),
    );
  }

  /** What was written of a call last. */
  async #noteOf(callId: string): Promise<string | null> {
    const page = await this.ledger.audits({ callId, action: 'note-written', limit: 1 });
    return page.items[0]?.detail ?? null;
  }
}
