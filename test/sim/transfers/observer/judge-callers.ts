import type { DialPlan } from '../../../../src/dialplan/plan.js';
import { BACKUP_2, LIMITS, type MemberName, memberAt, PBX } from '../alliance.js';
import type { Story } from '../cast/story.js';
import type { Case } from './verdict.js';
import type { WireLeg } from './wire-leg.js';

/** The server may take so long between an event and what it does: the next turn of the virtual clock. */
const AT_ONCE_MS = 50;
/** The keys of a code take so long, with losses. */
const TYPING_MS = 5_000;

interface CallerCase extends Case {
  readonly plan: DialPlan;
  readonly story: number;
  readonly legs: readonly WireLeg[];
  readonly caller: WireLeg;
  /** When the call began, for a limit on its length; ms. */
  readonly beganAt: number;
}

/** Promise 1: a caller is never dropped by us. */
export function judgeCallers(found: Case): void {
  const { stories, legsOf, observer } = found;
  const { plan } = found.site;
  for (const story of stories) {
    const all = (legsOf.get(story.index) ?? []).filter(({ listens }) => !listens);
    for (const [index, { since, callsBack, callers }] of story.visits.entries()) {
      const until = story.visits[index + 1]?.since ?? Number.POSITIVE_INFINITY;
      const legs = all.filter(({ inviteAt }) => inviteAt >= since && inviteAt < until);
      for (const { callId } of callers) {
        const caller = observer.legs.get(callId);
        if (caller === undefined) continue;
        const beganAt = callsBack ? since : caller.inviteAt;
        const case_ = { ...found, plan, story: story.index, legs, caller, beganAt };
        if (caller.answeredAt !== null) judgeAnswered(case_, story);
        else if (!callsBack) judgeUnanswered(case_, story.dialled, story.operatorAt);
      }
    }
  }
}

function judgeAnswered(found: CallerCase, told: Story): void {
  const { caller, count, story, violate } = found;
  const at = caller.byeSentAt;
  if (at === null || caller.leftAt !== null) return count('caller: left by itself');
  const reason = reasonToEnd(found, at, told);
  if (reason.allowed) return count(`caller: ${reason.why}`);
  count('caller: DROPPED');
  violate(story, `caller dropped: ${reason.why}`);
}

interface Reason {
  readonly allowed: boolean;
  readonly why: string;
}

/** Whom the caller was with last, but for those who would not have it and were let go before. */
function partnerOf({ caller, legs }: CallerCase, at: number): WireLeg | undefined {
  for (const { at: then, address } of caller.told.toReversed()) {
    if (then > at) continue;
    const leg = legs.find((other) => other !== caller && other.own.has(address));
    if (leg === undefined || !everWith(caller, leg)) continue;
    const refused = [...caller.own].some((own) => leg.refused.has(own));
    if (!(refused && (leg.byeSentAt ?? at) < at)) return leg;
  }
  return undefined;
}

/**
 * The two had been told of each other before that one was gone. Whoever leaves in the middle of the switch never had
 * the caller: the search for somebody who takes it goes on.
 */
function everWith(caller: WireLeg, leg: WireLeg): boolean {
  // The first answer is passed on at once: there is no switch.
  if (leg.answeredAt !== null && leg.answeredAt <= (caller.answeredAt ?? 0)) return true;
  const gone = leg.goneAt();
  return [caller.toldOf(leg), leg.toldOf(caller)].every((told) => {
    if (told === null || gone === null) return told !== null;
    // The BYE may have come in the same instant.
    return told.at < gone || (told.at === gone && told.no < (leg.byeHeardNo ?? 0));
  });
}

/** Why the server may have hung up on an answered caller at this moment. */
function reasonToEnd(found: CallerCase, at: number, { operatorAt, takenBackAt }: Story): Reason {
  const { caller, legs } = found;
  const yes = (why: string): Reason => ({ allowed: true, why });
  const no = (why: string): Reason => ({ allowed: false, why });
  if (operatorAt !== null && operatorAt <= at) return yes('ended by an operator');
  if (at - found.beganAt >= LIMITS.callMs) return yes('longest call reached');
  // The CANCEL crossed our 2xx (RFC 3261 §9.2).
  if (caller.cancelAt !== null && caller.cancelAt <= at) return yes('gave up in the instant of the answer');
  if (caller.direction === 'out' && caller.silentUntil > caller.inviteAt + LIMITS.noResponseMs)
    return yes('was given up before it rang');
  const lost = caller.lostAt();
  if (lost !== null && lost <= at) return yes('its dialog was lost');
  const partner = partnerOf(found, at);
  if (partner === undefined) return no('it was with nobody that the wire shows');
  const gone = partner.goneAt();
  if (gone === null || gone > at) return no(`its partner at ${partner.host} was there, and had not hung up`);
  // Who did not ring yet when the caller was taken back cannot be seen to be given up.
  const takenBack = takenBackAt.some((then) => then <= gone && then > gone - LIMITS.noResponseMs - TYPING_MS);
  // Desks that were called together with the partner and lost are no transfer.
  const others = legs.filter(
    (leg) =>
      leg !== caller &&
      leg !== partner &&
      ((leg.callingAt(gone - 1) && leg.inviteAt > (partner.answeredAt ?? 0) && !takenBack) ||
        leg.upAt(gone - 1)),
  );
  // The agent's own call to somebody else is not the caller's, as long as the two were not joined.
  const joined = legs.some(({ joinedAt }) => joinedAt !== null && joinedAt <= gone);
  const agents = others.filter((leg) => joined || !leg.ofConsultation);
  // RFC 3261 §15: a BYE waits for the ACK of the 2xx before it.
  const since = at - Math.max(gone, caller.ackAt ?? at);
  if (agents.length === 0 && since <= AT_ONCE_MS) return yes('its partner hung up');
  const besides = legs.filter((leg) => leg !== caller && leg !== partner);
  if (givenBack(agents, besides, at)) return yes('the agent who had it back hung up');
  // Somebody was being called or there besides: a transfer. Then the caller is taken back.
  const home = memberAt(partner.host);
  if (home === null) return no('its partner was no member');
  const there = legs.find(
    (leg) =>
      leg.direction === 'out' &&
      leg.upAt(at - 1) &&
      (leg.goneAt() ?? at + 1) > at &&
      leg.inviteAt > gone &&
      !wouldNotHave(caller, leg),
  );
  if (there !== undefined) return no(`${there.host} had answered to take it back`);
  // Which of the members that the caller was with transferred it last cannot always be seen.
  const homes = new Set(legs.flatMap((leg) => (leg.answeredAt === null ? [] : (memberAt(leg.host) ?? []))));
  const from = gone - AT_ONCE_MS;
  if ([...homes].some((member) => covered(found, member, from, at))) return yes('nobody could take it back');
  if (!transferGoesOn(agents, gone, at) && since <= AT_ONCE_MS)
    return yes('its partner hung up, others were on their way out');
  return no(
    `its partner at ${partner.host} left ${since} ms before, and not all of ${home} was called to take it back`,
  );
}

/** The caller's phone refused to be connected with that one. */
function wouldNotHave(caller: WireLeg, leg: WireLeg): boolean {
  return [...leg.own].some((address) => caller.refused.has(address));
}

/** The transfer had failed, and the agent who was still there has hung up by itself just now, as the last one. */
function givenBack(agents: readonly WireLeg[], legs: readonly WireLeg[], at: number): boolean {
  const last = Math.max(...agents.map((leg) => leg.leftAt ?? 0));
  if (last > at || last < at - AT_ONCE_MS) return false;
  return legs.every(
    (leg) => leg.leftAt === last || leg.ofConsultation || !(leg.upAt(last - 1) || leg.callingAt(last - 1)),
  );
}

/** Of those who were there besides the partner, somebody was not yet told to go when the partner left. */
function transferGoesOn(others: readonly WireLeg[], gone: number, at: number): boolean {
  return others.some((leg) => {
    const told = Math.min(leg.byeSentAt ?? at, leg.cancelAt ?? at);
    // Whoever transferred the caller has been told so, and is on its way out.
    const released = leg.finalNews.length > 0;
    return !released && told > gone + AT_ONCE_MS;
  });
}

function judgeUnanswered(found: CallerCase, dialled: MemberName | null, operatorAt: number | null): void {
  const { caller, count, story, violate } = found;
  const { final } = caller;
  if (final === null || caller.cancelAt !== null) return count('caller: gave up waiting');
  if (operatorAt !== null && operatorAt <= final.at) return count('caller: ended by an operator');
  if (dialled === null) {
    if (final.status !== 404) violate(story, `a number of nobody got ${final.status}, not 404`);
    return count('caller: dialled a number of nobody');
  }
  if (!covered(found, dialled, caller.inviteAt, final.at))
    violate(story, `caller turned away with ${final.status} though not every desk had been called`);
  count('caller: nobody answered');
}

/** Every desk that could take the caller was called since, or it took as long as the plan allows. */
function covered(found: CallerCase, member: MemberName, from: number, to: number): boolean {
  if (to - from >= LIMITS.huntMs - 1_000) return true;
  const { plan, legs } = found;
  const seen = new Set<string>();
  for (let id: string | null = member; id !== null && !seen.has(id); ) {
    seen.add(id);
    const entry = plan.members.get(id);
    if (entry === undefined) break;
    // A member that is closed, or may be full, need not be called.
    if (entry.hours === null && entry.capacity === null) {
      for (const { desks, onlyFor } of entry.targets) {
        if (onlyFor.length > 0) continue;
        for (const desk of desks) {
          if (desk.kind !== 'trunk') continue;
          const { number } = desk;
          const hosts = id === 'backup' ? [PBX.backup, BACKUP_2] : [PBX[id as MemberName]];
          const called = legs.some(
            (leg) =>
              leg.direction === 'out' &&
              hosts.includes(leg.host as never) &&
              leg.user === number &&
              leg.inviteAt >= from &&
              leg.inviteAt <= to,
          );
          if (!called) return false;
        }
      }
    }
    id = entry.fallback;
  }
  return true;
}
