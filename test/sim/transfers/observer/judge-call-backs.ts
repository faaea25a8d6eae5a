import type { AuditRecord, CallRecord, LegRecord } from '../../../../src/ledger/records.js';
import { LIMITS } from '../alliance.js';
import type { Case } from './verdict.js';
import type { WireLeg } from './wire-leg.js';

/** The server may take so long between an event and what it does; the timing wheel is late by up to 10 ms. */
const AT_ONCE_MS = 50;
/** The ACK that a BYE waits for may take 32 s, and an INVITE that nobody answers as long. */
const RELEASE_MS = 41_000;
const NEVER = Number.POSITIVE_INFINITY;

/** One call back, as the ledger and the wire have it. */
interface Attempt {
  readonly call: CallRecord;
  /** Null when the ledger does not say, or more than once, how it came out. */
  readonly outcome: AuditRecord | null;
  readonly citizens: readonly WireLeg[];
  readonly others: readonly WireLeg[];
  readonly operatorAt: number | null;
}

/** Call backs: the agent first, nobody twice at once, and the ledger says that a caller was reached exactly when so. */
export function judgeCallBacks(found: Case): void {
  const { site, observer, stories, violate, count } = found;
  const { records } = site.ledger;
  const legs = records.filter((r): r is LegRecord => r.kind === 'leg');
  const backs = records.filter((r): r is CallRecord => r.kind === 'call' && r.callBackOf !== null);
  judgeOverlaps(found, backs);
  for (const call of backs) {
    const outcomes = records.filter(
      (r): r is AuditRecord => r.kind === 'audit' && r.callId === call.id && r.action.startsWith('call'),
    );
    const own = legs.filter(({ id, role }) => id.startsWith(`${call.id}-`) && role !== 'monitor');
    const onWire = (ofCaller: boolean): WireLeg[] =>
      own
        .filter(({ role, direction }) => (role === 'caller' && direction === 'out') === ofCaller)
        .flatMap(({ sipCallId }) => observer.legs.get(sipCallId ?? '') ?? []);
    const [citizens, others] = [onWire(true), onWire(false)];
    const story = [...citizens, ...others][0]?.story ?? null;
    const [outcome = null] = outcomes;
    const { operatorAt = null } = stories[story ?? -1] ?? {};
    const missed = site.ledger.call(call.callBackOf ?? '');
    const faults: string[] = [];
    if (missed?.missed !== true) faults.push('of a call that was not missed');
    if (outcomes.length !== 1) faults.push(`whose outcome is noted ${outcomes.length} times`);
    // One who was reached may be lost in a transfer later, and is owed a call again.
    if (call.missed && call.answeredAt === null) faults.push('is itself a missed call');
    faults.push(...faultsOf({ call, outcome, citizens, others, operatorAt }));
    for (const fault of faults) violate(story, `call back ${call.id}: ${fault}`);
    count(`call back: ${outcome?.action === 'called-back' ? 'reached' : outcome?.detail}`);
  }
}

function judgeOverlaps({ violate, stories }: Case, backs: readonly CallRecord[]): void {
  const byCaller = new Map<string, CallRecord[]>();
  for (const call of backs) {
    const number = call.callerNumber ?? '';
    const same = byCaller.get(number) ?? [];
    for (const other of same)
      if (call.startedAt < other.endedAt && other.startedAt < call.endedAt) {
        const story = stories.find((one) => one.number('caller') === number)?.index ?? null;
        violate(story, `${number} was called back by two calls at once: ${other.id} and ${call.id}`);
      }
    byCaller.set(number, [...same, call]);
  }
}

function faultsOf(attempt: Attempt): string[] {
  const { call, outcome, citizens, others } = attempt;
  const faults: string[] = [];
  const reached = outcome?.action === 'called-back';
  if (reached !== (call.answeredAt !== null))
    faults.push(`${outcome?.action} is noted, the call was answered at ${call.answeredAt}`);
  if (reached && !citizens.some(({ answeredAt }) => near(answeredAt, outcome.doneAt)))
    faults.push('noted as reached, but the wire shows no answer');
  if (reached && !others.some((leg) => wasThere(leg, outcome.doneAt)))
    faults.push('noted as reached, but no agent was there any more');
  for (const citizen of citizens) {
    const { inviteAt, answeredAt } = citizen;
    if (!others.some((leg) => leg.answeredAt !== null && leg.answeredAt <= inviteAt))
      faults.push('the caller was called before an agent had answered');
    if (!reached && answeredAt !== null && !wasGivenUp(attempt, citizen, answeredAt))
      faults.push('the caller answered, and is noted as not reached');
    if (ringsForNobody(attempt, citizen)) faults.push('the caller is rung, though the agent has gone');
    if (citizen.cancelAt !== null && !mayCancel(attempt, citizen, citizen.cancelAt))
      faults.push('the caller is not rung any more, though the agent waits and the time is not over');
  }
  if (!reached && citizens.length > 0) faults.push(...notReleased(attempt));
  return faults;
}

function near(wire: number | null, ledger: number): boolean {
  return wire !== null && Math.abs(wire - ledger) <= AT_ONCE_MS;
}

/** Answered by then, and not gone before. */
function wasThere(leg: WireLeg, at: number): boolean {
  const { answeredAt, byeSentAt } = leg;
  const gone = Math.min(leg.goneAt() ?? NEVER, byeSentAt ?? NEVER);
  return answeredAt !== null && answeredAt <= at && gone >= at - AT_ONCE_MS;
}

/** Whoever answers after that is sent away. */
function wasGivenUp(attempt: Attempt, citizen: WireLeg, at: number): boolean {
  if (citizen.cancelAt !== null && citizen.cancelAt <= at) return true;
  if (citizen.silentUntil > citizen.inviteAt + LIMITS.noResponseMs) return true;
  return attempt.operatorAt !== null || !agentWaits(attempt, at);
}

function mayCancel(attempt: Attempt, { inviteAt, answeredAt }: WireLeg, at: number): boolean {
  // It was wanted before, and had to wait for the first sign of life (RFC 3261 §9.1).
  if (answeredAt !== null && answeredAt <= at) return false;
  if (at - inviteAt >= LIMITS.callBackMs - AT_ONCE_MS) return true;
  return attempt.operatorAt !== null || !agentWaits(attempt, at);
}

/** All agents have gone, and the caller is called all the same. */
function ringsForNobody({ others }: Attempt, citizen: WireLeg): boolean {
  const answered = others.filter((leg) => leg.answeredAt !== null);
  const gone = Math.max(0, ...answered.map((leg) => Math.min(leg.goneAt() ?? NEVER, leg.byeSentAt ?? NEVER)));
  if (gone === NEVER) return false;
  // RFC 3261 §9.1: nothing can be cancelled before the first sign of life.
  const at = Math.max(gone, citizen.provisionalAt ?? NEVER);
  return citizen.inviteAt > gone + AT_ONCE_MS || citizen.callingAt(at + AT_ONCE_MS);
}

/** Somebody is there who would speak with the caller. */
function agentWaits({ others }: Attempt, at: number): boolean {
  return others.some((leg) => leg.upAt(at - 1) && (leg.goneAt() ?? at + 1) > at);
}

/** After the last way to the caller has failed nobody is kept waiting. */
function notReleased({ citizens, others }: Attempt): string[] {
  const ends = citizens.map(({ final, cancelAt, inviteAt }) =>
    Math.max(final?.at ?? 0, cancelAt ?? 0, inviteAt + LIMITS.noResponseMs),
  );
  const last = Math.max(...ends);
  return others
    .filter((leg) => leg.upAt(last + RELEASE_MS))
    .map((leg) => `the agent at ${leg.host} waits on, though the caller cannot be reached`);
}
