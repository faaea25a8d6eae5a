import type { AuditRecord, LedgerRecord } from '../../../src/ledger/records.js';
import { CITY_OFFSET_MS, height, SEASONS } from './calendar.js';
import { CallDraft, type CallEnd, type Group, type LegCourse, type Visit } from './call-draft.js';
import type { Callers } from './callers.js';
import type { Alliance, Desks } from './desks.js';
import type { Dice } from './dice.js';
import { noteAbout } from './notes.js';
import { firstAnswer, type Topic, talk } from './talk.js';
import { drawTransfer } from './transfers.js';

/** What calls go by. */
export interface Surroundings {
  readonly alliance: Alliance;
  readonly callers: Callers;
  /** Share of answered calls that are passed on, where a member passes on as much as the others. */
  readonly passedOn: number;
}

const UNKNOWN_NUMBERS = 0.003;
const CRASHES = 0.000_02;
const UNANSWERED = { answeredAt: null, transfers: 0, hops: 0, heldMs: null } as const;

/** A whole call with all its records, in the order of time, from dice alone. */
export function makeCall(
  visit: Visit,
  dice: Dice,
  { alliance, callers, passedOn }: Surroundings,
): readonly Group[] {
  const draft = new CallDraft(visit, callers.next(dice), alliance, dice);
  const fate = dice.next();
  if (fate < UNKNOWN_NUMBERS) return unknownNumber(draft, dice);
  if (fate < UNKNOWN_NUMBERS + CRASHES) return crashed(draft, dice);
  const hurry = visit.desks.emergency ? 0.5 : 1;
  const pressed = Math.max(0, visit.press - 1);
  const givenUp = Math.min(0.4, hurry * (0.025 + 0.06 * pressed));
  const missed = Math.min(0.1, hurry * (0.012 + 0.01 * pressed));
  const luck = dice.next();
  if (luck < givenUp) return abandoned(draft, dice);
  if (luck < givenUp + missed) return nobodyAnswered(draft, dice);
  const moves = dice.chance(passedOn * visit.desks.passesOn);
  return talk(draft, dice, moves ? drawTransfer(dice, alliance, visit.desks) : null, topicOf);
}

function unknownNumber(draft: CallDraft, dice: Dice): readonly Group[] {
  const { startedAt } = draft.visit;
  const endedAt = startedAt + 1 + dice.below(4);
  const number = `12${100 + dice.below(900)}`;
  const leg = draft.callerLeg(draft.nextLeg(), {
    startedAt,
    ringingAt: null,
    answeredAt: null,
    endedAt,
    outcome: 'rejected',
    endedBy: 'us',
    sipStatus: 404,
    reason: 'refused',
  });
  const call = draft.callRecord({
    ...UNANSWERED,
    endedAt,
    outcome: 'refused',
    missed: false,
    endedBy: 'us',
    cause: 'unknown-number',
  });
  const dialled = { numberDialled: number, numberCalled: number };
  return [
    {
      at: endedAt,
      records: [
        { ...leg, ...dialled },
        { ...call, firstDialled: number, firstMember: null },
      ],
    },
  ];
}

/** The program was killed: clocks of two runs cannot be compared, so nothing was measured. */
function crashed(draft: CallDraft, dice: Dice): readonly Group[] {
  const { startedAt, desks } = draft.visit;
  const times = firstAnswer(draft, dice);
  const endedAt = times.answeredAt + Math.round(dice.wait(60_000));
  const course: LegCourse = {
    startedAt,
    ...times,
    endedAt,
    outcome: 'interrupted',
    endedBy: 'crash',
    sipStatus: 200,
    reason: null,
  };
  const legs = [
    draft.callerLeg(draft.nextLeg(), course),
    draft.deskLeg(draft.nextLeg(), desks, course, null),
  ];
  const end: CallEnd = {
    ...UNANSWERED,
    answeredAt: times.answeredAt,
    endedAt,
    outcome: 'interrupted',
    missed: false,
    endedBy: 'crash',
    cause: 'restart',
  };
  const records = legs.map((leg) => ({ ...leg, durationMs: null, talkMs: null, media: null }));
  return [{ at: endedAt, records: [...records, { ...draft.callRecord(end), durationMs: null }] }];
}

function abandoned(draft: CallDraft, dice: Dice): readonly Group[] {
  const { startedAt, desks } = draft.visit;
  const endedAt = startedAt + 800 + Math.round(dice.wait(14_000));
  const course: LegCourse = {
    startedAt,
    ringingAt: startedAt + 60 + dice.below(300),
    answeredAt: null,
    endedAt,
    outcome: 'cancelled',
    endedBy: 'caller',
    sipStatus: 487,
    reason: null,
  };
  const at = endedAt + 10 + dice.below(60);
  const records: LedgerRecord[] = [
    draft.callerLeg(draft.nextLeg(), course),
    draft.deskLeg(
      draft.nextLeg(),
      desks,
      { ...course, endedAt: at, endedBy: 'us', reason: 'other-party-left' },
      null,
    ),
    draft.callRecord({
      ...UNANSWERED,
      endedAt,
      outcome: 'abandoned',
      missed: true,
      endedBy: 'caller',
      cause: 'abandoned',
    }),
  ];
  return [{ at, records }, ...callBack(draft, dice, at, 0.4)];
}

function nobodyAnswered(draft: CallDraft, dice: Dice): readonly Group[] {
  const { startedAt, desks } = draft.visit;
  const caller = draft.nextLeg();
  const ringMs = 15_000 + dice.below(10) * 1000;
  const endedAt = startedAt + 2 * ringMs + 40;
  const rings = (from: number): LegCourse => ({
    startedAt: from,
    ringingAt: from + 60 + dice.below(300),
    answeredAt: null,
    endedAt: from + ringMs,
    outcome: 'unanswered',
    endedBy: 'us',
    sipStatus: 487,
    reason: 'ring-timeout',
  });
  const first = draft.deskLeg(draft.nextLeg(), desks, rings(startedAt + 5), null);
  const second = draft.deskLeg(draft.nextLeg(), desks, rings(startedAt + ringMs + 20), null);
  const callerLeg = draft.callerLeg(caller, {
    ...rings(startedAt),
    endedAt,
    outcome: 'rejected',
    sipStatus: 480,
    reason: 'all-targets-failed',
  });
  const call = draft.callRecord({
    ...UNANSWERED,
    endedAt,
    outcome: 'missed',
    missed: true,
    endedBy: 'us',
    cause: 'all-targets-failed',
  });
  const end = { at: endedAt, records: [second, callerLeg, call] };
  return [{ at: first.endedAt, records: [first] }, end, ...callBack(draft, dice, endedAt, 0.8)];
}

/** Somebody calls back whom nobody had answered, within some hours, and notes it. */
function callBack(draft: CallDraft, dice: Dice, after: number, chance: number): readonly Group[] {
  if (!dice.chance(chance)) return [];
  const { desks } = draft.visit;
  const at = after + 60_000 + Math.round(dice.wait(45 * 60_000));
  const record: AuditRecord = {
    kind: 'audit',
    id: `a${dice.hex(8)}`,
    doneAt: at,
    actor: `${desks.id}-${dice.one(desks.agents)}`,
    action: 'called-back',
    subject: draft.id,
    callId: draft.id,
    detail: null,
  };
  return [{ at, records: [record] }];
}

/** What a member is asked for: earlier matters of its catalogue more often, those of the season most. */
function topicOf(desks: Desks, dice: Dice, at: number): Topic {
  if (desks.matters.length === 0 || dice.chance(0.15)) return { matter: null, note: null };
  const matter =
    seasonal(desks, dice, at) ?? desks.matters[Math.floor(dice.next() ** 1.7 * desks.matters.length)];
  if (matter === undefined) return { matter: null, note: null };
  return { matter: matter.code, note: dice.chance(0.9) ? noteAbout(matter.name.zh, dice) : null };
}

function seasonal(desks: Desks, dice: Dice, at: number): Desks['matters'][number] | null {
  const day = new Date(at + CITY_OFFSET_MS).toISOString().slice(5, 10);
  for (const { member, days, growth, about } of SEASONS) {
    if (member !== desks.id || !dice.chance(growth * height(day, days))) continue;
    const fitting = desks.matters.filter(({ name }) => about.some((word) => name.zh.includes(word)));
    if (fitting.length > 0) return dice.one(fitting);
  }
  return null;
}
