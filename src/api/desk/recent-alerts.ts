import type { DialPlan } from '../../dialplan/plan.js';
import type { LiveAlert, LiveScreenPop } from '../../engine/operations.js';
import type { DeskAlert } from './desk-state.js';
import { isWithheld, memberName } from './desk-view.js';

/** How long desks are shown an alert whose call is over; milliseconds. */
const KEEP_MS = 60 * 60_000;
/** Alerts that are remembered, and that one desk is shown. */
const MOST = 500;
const SHOWN = 5;

interface Known {
  readonly alert: LiveAlert;
  /** The caller's number, as far as the desk may see it. */
  readonly caller: string | null;
}

/** Incidents that members were told of, for the desks of those members: of live calls, and of an hour before. */
export class RecentAlerts {
  readonly #known = new Map<string, Known>();
  #live: ReadonlySet<string> = new Set();

  constructor(
    private readonly now: () => number,
    private readonly popOf: (callId: string) => LiveScreenPop | undefined,
  ) {}

  /** Take in what is live at this moment. */
  see(alerts: readonly LiveAlert[], plan: DialPlan): void {
    this.#live = new Set(alerts.map(({ id }) => id));
    for (const alert of alerts) {
      if (this.#known.has(alert.id)) continue;
      const hidden = isWithheld(this.popOf(alert.callId)?.privacy ?? null, alert.toMember, plan);
      this.#known.set(alert.id, { alert, caller: hidden ? null : alert.callerNumber });
    }
    const past = this.now() - KEEP_MS;
    for (const [id, { alert }] of this.#known)
      if ((alert.raisedAt < past && !this.#live.has(id)) || this.#known.size > MOST) this.#known.delete(id);
  }

  /** Newest first. */
  of(member: string, plan: DialPlan): readonly DeskAlert[] {
    return [...this.#known.values()]
      .filter(({ alert }) => alert.toMember === member)
      .sort((a, b) => b.alert.raisedAt - a.alert.raisedAt)
      .slice(0, SHOWN)
      .map(({ alert, caller }) => ({
        id: alert.id,
        at: alert.raisedAt,
        from: memberName(plan, alert.fromMember),
        caller,
        matter: alert.matter,
        note: alert.note,
        place: placeOf(alert),
        live: this.#live.has(alert.id),
      }));
  }
}

function placeOf({ location }: LiveAlert): string | null {
  const { address = null, point = null } = location ?? {};
  return address ?? (point === null ? null : `${point.latitude}, ${point.longitude}`);
}
