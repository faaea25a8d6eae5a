import type { AuditRecord, CallRecord, LegRecord } from '../../../../src/ledger/records.js';
import type { Case } from './verdict.js';
import type { WireLeg } from './wire-leg.js';

const AT_ONCE_MS = 50;
/** Guard of the core over the legs of a call that ends. */
const GUARD_MS = 46_000;

/** Supervisors who listen: one at a time, audited, as long as the call and no longer, let go for a reason alone. */
export function judgeMonitors(found: Case): void {
  const { site, observer, stories, violate, count } = found;
  for (const fault of site.media.faults) violate(null, `media: ${fault}`);
  for (const callId of site.media.heard) violate(null, `media: call ${callId} is listened to for ever`);
  const { records } = site.ledger;
  const calls = records.filter((r): r is CallRecord => r.kind === 'call');
  const legs = records.filter((r): r is LegRecord => r.kind === 'leg' && r.role === 'monitor');
  const audits = records.filter((r): r is AuditRecord => r.kind === 'audit');
  const byStory = new Map<number, WireLeg[]>();
  for (const record of legs) {
    const leg = observer.legs.get(record.sipCallId ?? '');
    if (leg === undefined) continue;
    const monitor = record.id.replace(/-1$/, '');
    for (const end of ['started', 'stopped'])
      if (audits.filter(({ id }) => id === `${monitor}-${end}`).length !== 1)
        violate(leg.story, `monitor ${monitor}: it is not audited once that it ${end}`);
    count(`monitor: ${audits.find(({ id }) => id === `${monitor}-stopped`)?.detail}`);
    const story = stories[leg.story];
    if (story === undefined) continue;
    const own = calls.filter(({ callerNumber }) => callerNumber === story.number('caller'));
    const askedFor = story.supervising.endedAt;
    for (const fault of faultsOf(leg, own, askedFor)) violate(leg.story, `monitor ${monitor}: ${fault}`);
    const others = byStory.get(leg.story) ?? [];
    if (others.some((other) => other.upAt(leg.inviteAt)))
      violate(leg.story, `monitor ${monitor}: two listen at once`);
    byStory.set(leg.story, [...others, leg]);
  }
}

function faultsOf(leg: WireLeg, calls: readonly CallRecord[], askedFor: number | null): string[] {
  const faults: string[] = [];
  const over = Math.max(...calls.map(({ endedAt }) => endedAt)) + AT_ONCE_MS;
  // The ACK that a BYE waits for, and a ring that a CANCEL waits for, are the phone's own.
  if (leg.upAt(over) || (leg.provisionalAt !== null && leg.provisionalAt < over && leg.callingAt(over)))
    faults.push('it listens on, though the call is over');
  const at = leg.byeSentAt;
  const letGo = at !== null && leg.goneAt() === null && leg.cancelAt === null;
  const asked = askedFor !== null && at !== null && askedFor <= at;
  const ends = calls.some(({ endedAt }) => at !== null && endedAt >= at && endedAt <= at + GUARD_MS);
  const refused = at !== null && leg.answeredAt !== null && at - leg.answeredAt <= AT_ONCE_MS;
  if (letGo && !asked && !ends && !refused) faults.push('it was let go, though the call goes on');
  return faults;
}
