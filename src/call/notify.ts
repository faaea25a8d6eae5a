/** Telling the transferor how the transfer goes: the implicit subscription of a REFER (RFC 3515 §2.4). */
import type { LeaveCause, LegId, Subscription, TransferId, TransferNews } from './call.js';
import { closeExchangesWith } from './exchange.js';
import { releaseLeg } from './legs.js';
import { isGone, type Work } from './work.js';

function save(w: Work, subscription: Subscription): void {
  w.patch({
    subscriptions: w.call.subscriptions.map((s) =>
      s.transferId === subscription.transferId ? subscription : s,
    ),
  });
}

function drop(w: Work, transferId: TransferId): void {
  w.patch({ subscriptions: w.call.subscriptions.filter((s) => s.transferId !== transferId) });
}

/** Begin with 100 Trying, as RFC 3515 §2.4.4 asks. */
export function subscribe(w: Work, leg: LegId, transferId: TransferId, eventId: string | null): void {
  const subscription: Subscription = {
    leg,
    transferId,
    eventId,
    outstanding: false,
    queued: null,
    finalSent: false,
    releaseAfter: null,
  };
  w.patch({ subscriptions: [...w.call.subscriptions, subscription] });
  tell(w, transferId, 100, false);
}

/** Tell the transferor a status of the target. Does nothing for transfers that nobody subscribed to. */
export function tell(
  w: Work,
  transferId: TransferId,
  status: number,
  final: boolean,
  cause: string | null = null,
): void {
  const subscription = w.call.subscriptions.find((s) => s.transferId === transferId);
  if (subscription === undefined || subscription.finalSent) return;
  if (subscription.outstanding) {
    if (subscription.queued?.final === true) return;
    save(w, { ...subscription, queued: { status, final, cause } });
    // A phone that answers none at all keeps nobody for as long as SIP gives each of them.
    if (final) startNotifyTimer(w, transferId);
    return;
  }
  send(w, subscription, { status, final, cause });
}

function send(w: Work, subscription: Subscription, news: TransferNews): void {
  notify(w, subscription, news);
  if (news.final) startNotifyTimer(w, subscription.transferId);
  save(w, { ...subscription, outstanding: true, queued: null, finalSent: news.final });
}

function notify(w: Work, { leg, transferId, eventId }: Subscription, news: TransferNews): void {
  const { status, final, cause } = news;
  w.emit({ type: 'notify', leg, transferId, eventId, status, cause, final });
}

/** How long the answer to a NOTIFY is waited for once there is nothing more to tell. */
export function startNotifyTimer(w: Work, transferId: TransferId): void {
  w.emit({ type: 'start-timer', timer: `notify:${transferId}`, ms: w.routing.limits.notifyAnswerMs });
}

/** The final NOTIFY is out, or waits for the answer to the one before it. */
export function isTimed({ finalSent, queued }: Subscription): boolean {
  return finalSent || queued?.final === true;
}

function stopTimer(w: Work, subscription: Subscription): void {
  if (isTimed(subscription)) w.emit({ type: 'stop-timer', timer: `notify:${subscription.transferId}` });
}

/**
 * Let a leg go. A transferor who still waits for the outcome is told it first, and released when the final
 * NOTIFY was answered: some phones drop the NOTIFY of a dialog that has just ended.
 */
export function letGo(w: Work, leg: LegId, status: number, cause: LeaveCause): void {
  const open = w.call.subscriptions.filter((s) => s.leg === leg);
  if (open.length === 0 || isGone(w.leg(leg))) return releaseLeg(w, leg, cause, status);
  for (const subscription of open) {
    save(w, { ...subscription, releaseAfter: cause });
    tell(w, subscription.transferId, status, true);
  }
}

export function notifyAnswered(w: Work, transferId: TransferId, status: number): void {
  const subscription = w.call.subscriptions.find((s) => s.transferId === transferId);
  if (subscription === undefined) return;
  // RFC 6665 §4.2.2: 481 and 408 end the subscription; the call is not touched by that.
  if (subscription.finalSent || status === 481 || status === 408) return finish(w, subscription);
  const { queued } = subscription;
  const free = { ...subscription, outstanding: false, queued: null };
  save(w, free);
  if (queued !== null) send(w, free, queued);
}

function finish(w: Work, subscription: Subscription): void {
  stopTimer(w, subscription);
  drop(w, subscription.transferId);
  const { leg, releaseAfter } = subscription;
  if (releaseAfter === null || w.call.subscriptions.some((s) => s.leg === leg)) return;
  releaseLeg(w, leg, releaseAfter);
  // It may have been asked something by another who waits for its NOTIFY, too.
  closeExchangesWith(w, leg);
}

/** An answer does not come: go on without it. A final NOTIFY that waited for it goes out all the same. */
export function notifyTimedOut(w: Work, transferId: TransferId): void {
  for (const s of w.call.subscriptions) {
    if (s.transferId !== transferId || !isTimed(s)) continue;
    if (s.queued !== null) notify(w, s, s.queued);
    finish(w, s);
  }
}

/** After a restart: answers that were awaited do not come any more. */
export function resumeSubscriptions(w: Work): void {
  for (const s of w.call.subscriptions) {
    if (s.finalSent) finish(w, s);
    else if (s.outstanding) notifyAnswered(w, s.transferId, 200);
  }
}

/** The transferor has left: there is nobody to tell any more. */
export function unsubscribeLeg(w: Work, leg: LegId): void {
  for (const s of w.call.subscriptions) {
    if (s.leg !== leg) continue;
    stopTimer(w, s);
    drop(w, s.transferId);
  }
}
