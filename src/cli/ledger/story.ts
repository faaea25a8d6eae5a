import type { CallStory } from '../../ledger/query.js';
import type { CallRecord, LegRecord, RecordingRecord, TransferRecord } from '../../ledger/records.js';
import { localTime, printable, seconds } from './text.js';

interface Step {
  readonly at: number;
  /** Leg that it happens to; null for a transfer or recording. */
  readonly leg: string | null;
  readonly mark: '┬' | '○' | '●' | '┴' | null;
  readonly text: string;
}

/** Steps of the same millisecond come in this order. */
const MARK_ORDER = ['┬', '○', '●', null, '┴'];

/**
 * One call as a ladder: a life line for each leg, a line of text for each thing that happened. ┬ invited,
 * ○ rings, ● answers, ┴ ends.
 */
export function tellStory({ call, legs, transfers, recordings }: CallStory): string[] {
  const steps = [
    ...legs.flatMap(legSteps),
    ...transfers.flatMap(transferSteps),
    ...recordings.flatMap(recordingSteps),
  ].sort((a, b) => a.at - b.at || MARK_ORDER.indexOf(a.mark) - MARK_ORDER.indexOf(b.mark));
  const start = call?.startedAt ?? steps[0]?.at ?? 0;
  const alive = new Set<string>();
  const lines = steps.map((step) => {
    const rails = legs.map(({ id }) => (id === step.leg ? (step.mark ?? '│') : alive.has(id) ? '│' : ' '));
    if (step.leg !== null && step.mark === '┬') alive.add(step.leg);
    if (step.leg !== null && step.mark === '┴') alive.delete(step.leg);
    const after = `+${((step.at - start) / 1000).toFixed(3)}`.padStart(10);
    return `${localTime(step.at)}${after}  ${rails.join(' ')}  ${printable(step.text)}`;
  });
  return [
    ...(call === null ? ['This call has not ended; what has ended of it:'] : heading(call)),
    '',
    ...lines,
  ];
}

function heading(call: CallRecord): string[] {
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

function legSteps(leg: LegRecord): Step[] {
  const who = leg.member ?? leg.role;
  const agent = leg.agent === null ? '' : ` (${leg.agent})`;
  const step = (at: number | null, mark: Step['mark'], text: string): Step[] =>
    at === null ? [] : [{ at, leg: leg.id, mark, text }];
  const over = leg.trunk === null ? '' : ` over ${leg.trunk}`;
  const invited =
    leg.direction === 'in'
      ? `${leg.role}${agent} ${leg.callerNumber ?? 'with a withheld number'} calls ${leg.numberDialled}${over}`
      : `${who} is called at ${leg.numberCalled}${over}${leg.transferId === null ? '' : ' for the transfer'}`;
  const status = leg.sipStatus === null || leg.sipStatus === 200 ? '' : ` ${leg.sipStatus}`;
  const reason = leg.reason === null ? '' : ` (${leg.reason})`;
  const talk = leg.talkMs === null ? '' : ` after ${seconds(leg.talkMs)} of talk`;
  return [
    ...step(leg.startedAt, '┬', invited),
    ...step(leg.ringingAt, '○', leg.direction === 'in' ? `${who} hears ringing` : `${who} rings`),
    ...step(leg.answeredAt, '●', leg.direction === 'in' ? `${who} is answered` : `${who}${agent} answers`),
    ...step(leg.endedAt, '┴', `${who}: ${leg.outcome}${status}, ended by ${leg.endedBy}${talk}${reason}`),
  ];
}

function transferSteps(transfer: TransferRecord): Step[] {
  const step = (at: number | null, text: string): Step[] =>
    at === null ? [] : [{ at, leg: null, mark: null, text }];
  const to = transfer.toMember ?? 'no member';
  const after = transfer.switchMs === null ? '' : ` ${seconds(transfer.switchMs)} after it was asked for`;
  const failed = `${transfer.mode === 'alert' ? 'alert' : 'transfer'} to ${to} ${transfer.outcome}${transfer.cause === null ? '' : `: ${transfer.cause}`}`;
  const who = transfer.fromMember ?? 'somebody';
  const how = `(${transfer.trigger} ${transfer.requestedTarget}, ${transfer.mode})`;
  const alert = transfer.mode === 'alert';
  const about = [
    transfer.matter === null ? '' : `; matter ${transfer.matter}`,
    transfer.note === null ? '' : `; note: ${transfer.note}`,
  ].join('');
  return [
    ...step(
      transfer.requestedAt,
      `${who} asks ${alert ? `to alert ${to}` : `to transfer to ${to}`} ${how}${about}`,
    ),
    ...step(transfer.completedAt, alert ? `${to} is alerted` : `the caller is connected to ${to}${after}`),
    ...step(transfer.failedAt, failed),
  ];
}

function recordingSteps(recording: RecordingRecord): Step[] {
  const { outcome, endedBy, cause, file, startedAt, endedAt, durationMs, requestedBy } = recording;
  const by = requestedBy === null ? 'as the dial plan says' : `at the request of ${requestedBy}`;
  const kept = file === null ? outcome : `${seconds(durationMs) ?? ''} in ${file}`;
  const step = { leg: null, mark: null };
  return [
    { ...step, at: startedAt, text: `recording begins, ${by}` },
    {
      ...step,
      at: endedAt,
      text: `recording ends (${endedBy}): ${kept}${cause === null ? '' : `: ${cause}`}`,
    },
  ];
}
