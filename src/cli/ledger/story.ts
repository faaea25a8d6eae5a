import type { CallStory, Stored } from '../../ledger/query.js';
import type { AuditRecord, CallRecord } from '../../ledger/records.js';
import { type Ladder, type LadderEventKind, ladderOf } from '../../ledger/story/ladder.js';
import { localTime, printable, seconds } from './text.js';

/** ┬ invited, ○ rings, ● answers, ┴ ends. */
const MARKS: Partial<Readonly<Record<LadderEventKind, string>>> = {
  'leg-started': '┬',
  'leg-ringing': '○',
  'leg-answered': '●',
  'leg-ended': '┴',
};

/** One call as a ladder: a life line for each leg, a line of text for each thing that happened. */
export function tellStory(
  callId: string,
  story: CallStory,
  audits: readonly Stored<AuditRecord>[],
): string[] {
  const ladder = ladderOf(callId, story, audits, (member) => ({ zh: member, en: member }));
  const heading =
    story.call === null ? ['This call has not ended; what has ended of it:'] : about(story.call);
  return [...heading, '', ...rungs(ladder, new Set(story.legs.map(({ id }) => id)))];
}

function rungs({ lanes, events }: Ladder, legs: ReadonlySet<string>): string[] {
  const alive = new Set<string>();
  return events.map(({ at, afterMs, kind, about: id, text }) => {
    const mark = MARKS[kind];
    const rails = lanes
      .filter((lane) => legs.has(lane.id))
      .map((lane) => (mark !== undefined && lane.id === id ? mark : alive.has(lane.id) ? '│' : ' '));
    if (kind === 'leg-started') alive.add(id);
    if (kind === 'leg-ended') alive.delete(id);
    const after = `+${(afterMs / 1000).toFixed(3)}`.padStart(10);
    return `${localTime(at)}${after}  ${rails.join(' ')}  ${printable(text.en)}`;
  });
}

function about(call: CallRecord): string[] {
  const outcome = call.missed ? `${call.outcome}, a call back is owed` : call.outcome;
  const wait = seconds(call.waitMs) ?? 'an unknown time';
  const lines = [
    `Call ${call.id}`,
    `${call.callerNumber ?? 'a withheld number'} dialled ${call.firstDialled} (${call.firstMember ?? 'no member'})${call.trunk === null ? '' : ` over ${call.trunk}`}`,
    `${outcome}${call.cause === null ? '' : `: ${call.cause}`}; waited ${wait}, lasted ${seconds(call.durationMs) ?? 'an unknown time'}, ended by ${call.endedBy}`,
    `${call.legs} leg${call.legs === 1 ? '' : 's'}, ${call.transfers} transfer${call.transfers === 1 ? '' : 's'}, dial plan ${call.planVersion}`,
  ];
  return lines.map(printable);
}
