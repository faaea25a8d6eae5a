/** Everything that can happen to somebody who listens to a call, in every order, and what must be so in every state. */
import type { Candidate } from '../../../src/call/candidate.js';
import type { Monitor, MonitorCommand, MonitorEvent, MonitorStep } from '../../../src/call/monitor.js';
import { beginMonitor, stepMonitor } from '../../../src/call/monitor-step.js';

type Untimed = MonitorEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/** Things that may happen so often in one history. */
interface Left {
  readonly offers: number;
  readonly steers: number;
  readonly modes: number;
  readonly joins: number;
  readonly restarts: number;
  readonly mediaLost: number;
  readonly stops: number;
}

/** What the phone, media and ledger have seen. */
interface Seen {
  readonly invite: 'out' | 'answered' | 'failed';
  readonly cancelled: boolean;
  readonly acked: boolean;
  readonly byes: number;
  readonly peerLeft: boolean;
  /** A re-INVITE without SDP was answered, and its ACK is to come. */
  readonly ackDue: boolean;
  /** The call that media lets the listener hear, or is to. */
  readonly ear: string | null;
  readonly opening: readonly string[];
  readonly setting: string | null;
  /** Who waits for a mode. */
  readonly asking: readonly number[];
  readonly timers: readonly string[];
  readonly callOver: boolean;
  readonly legRecords: number;
  readonly audits: readonly string[];
  readonly restarted: boolean;
}

interface World {
  readonly monitor: Monitor;
  readonly seen: Seen;
  readonly left: Left;
  readonly over: boolean;
}

interface Choice {
  readonly event: Untimed;
  readonly left?: Partial<Left>;
  readonly seen?: Partial<Seen>;
}

export interface Explored {
  readonly states: number;
  readonly ended: number;
}

const at = { utc: 1000, mono: 1000 };
const to: Candidate = {
  member: 'm',
  trunk: 't',
  gateway: 'g',
  uri: 'sip:1@x',
  peer: 'x:1/udp',
  number: '1',
  ringSeconds: 30,
  mayTransfer: true,
  phone: null,
};
const leg = 'c-m1-1';

class Broken extends Error {}

function must(right: boolean, rule: string): void {
  if (!right) throw new Broken(rule);
}

function first(): World {
  const asked = { id: 'c-m1', callId: 'c', callerNumber: null, by: 'ops', listener: 'agent x' };
  const seen: Seen = {
    invite: 'failed',
    cancelled: false,
    acked: false,
    byes: 0,
    peerLeft: false,
    ackDue: false,
    ear: null,
    opening: [],
    setting: null,
    asking: [],
    timers: [],
    callOver: false,
    legRecords: 0,
    audits: [],
    restarted: false,
  };
  const left: Left = { offers: 1, steers: 1, modes: 2, joins: 1, restarts: 1, mediaLost: 1, stops: 1 };
  return observed({ seen, left }, beginMonitor({ ...asked, at, to, noResponseMs: 1 }), null);
}

function choices({ monitor, seen, left }: World): Choice[] {
  const found: Choice[] = [];
  const may = (event: Untimed, more: Omit<Choice, 'event'> = {}): void => void found.push({ event, ...more });
  if (seen.invite === 'out') {
    if (monitor.leg.ringingAt === null) may({ type: 'provisional', leg });
    for (const sdp of ['v=0', null])
      may({ type: 'answered', leg, sdp, agent: null }, { seen: { invite: 'answered' } });
    for (const [status, reached] of [
      [486, true],
      [503, false],
    ] as const)
      may({ type: 'failed', leg, status, reason: null, reached }, { seen: { invite: 'failed' } });
  }
  if (seen.invite === 'answered' && !seen.peerLeft) {
    may({ type: 'hung-up', leg, by: 'peer', reason: null }, { seen: { peerLeft: true } });
    if (left.steers > 0) may({ type: 'steered', leg, request: 'r', status: 403 }, { left: { steers: 0 } });
    if (left.offers > 0)
      for (const sdp of ['v=0', null])
        may({ type: 'offered', leg, request: 'r', sdp }, { left: { offers: 0 } });
    if (seen.ackDue) may({ type: 'acked', leg, sdp: 'v=0' }, { seen: { ackDue: false } });
  }
  if (seen.byes > 0) may({ type: 'bye-answered', leg });
  for (const callId of new Set(seen.opening)) {
    const opening = without(seen.opening, callId);
    for (const ok of [true, false]) may({ type: 'ear-opened', callId, ok }, { seen: { opening } });
  }
  if (seen.setting !== null) {
    const done = { seen: { setting: null } };
    may({ type: 'mode-set', callId: seen.setting, failure: null }, done);
    may({ type: 'mode-set', callId: seen.setting, failure: 'mode-unavailable' }, done);
  }
  if (monitor.mode !== 'listen') may({ type: 'mode-reset' });
  for (const mode of ['whisper', 'listen'] as const)
    if (left.modes > 0)
      may(
        { type: 'mode-asked', mode, by: 'ops', ticket: left.modes },
        { left: { modes: left.modes - 1 }, seen: { asking: [...seen.asking, left.modes] } },
      );
  if (left.stops > 0) may({ type: 'stop-asked', by: 'ops' }, { left: { stops: 0 } });
  if (left.mediaLost > 0 && seen.ear !== null) may({ type: 'media-lost' }, { left: { mediaLost: 0 } });
  if (left.joins > 0 && !seen.callOver) may({ type: 'call-joined', into: 'd' }, { left: { joins: 0 } });
  if (!seen.callOver) may({ type: 'call-over' }, { seen: { callOver: true } });
  for (const timer of seen.timers)
    may({ type: 'timer', timer: timer as never }, { seen: { timers: without(seen.timers, timer) } });
  if (left.restarts > 0) may({ type: 'recovered' }, { left: { restarts: 0 }, seen: afterRestart(seen) });
  return found;
}

/** Nothing that was under way comes back; a phone that was not answered is told by the SIP server. */
function afterRestart(seen: Seen): Partial<Seen> {
  const gone = { timers: [], opening: [], setting: null, asking: [], ear: null, ackDue: false };
  return { ...gone, restarted: true, ...(seen.invite === 'out' ? { invite: 'failed' as const } : {}) };
}

function without(list: readonly string[], one: string): readonly string[] {
  const index = list.indexOf(one);
  return list.filter((_, i) => i !== index);
}

function take(world: World, { event, left, seen }: Choice): World {
  const before = { seen: { ...world.seen, ...seen }, left: { ...world.left, ...left } };
  return observed(before, stepMonitor(world.monitor, { ...event, at } as MonitorEvent), event);
}

/** What the commands of a step do, each held against what is allowed at its moment. */
function observed(
  { seen: before, left }: Pick<World, 'seen' | 'left'>,
  { monitor, commands }: MonitorStep,
  event: Untimed | null,
): World {
  let seen = before;
  let over = false;
  let responses = 0;
  for (const command of commands) {
    must(!over, 'something is done after the end');
    if ('leg' in command) must(command.leg === leg, 'a command for a leg of the call');
    if (command.type === 'forget') over = true;
    if (command.type === 'respond') responses += 1;
    seen = onWire(onMedia(inLedger(seen, command), command), command);
  }
  const asked = event?.type === 'offered' || event?.type === 'steered';
  must(responses === (asked ? 1 : 0), 'a request of the listener is answered once');
  must(monitor.mode === 'listen' || monitor.ear === 'open', 'a voice without an ear');
  const waits = monitor.changing === null ? [] : [monitor.changing.ticket];
  must(waits.join() === seen.asking.join(), 'who asked for a mode waits for ever');
  if (seen.callOver) must(isGone(monitor), 'somebody listens to a call that is over');
  if (seen.peerLeft) must(over || monitor.leg.state === 'ended', 'the listener has left and is not let go');
  if (monitor.leg.state === 'leaving')
    must(
      seen.timers.some((timer) => timer.startsWith('guard')),
      'nobody watches a leg that is to end',
    );
  if (over) atEnd(monitor, seen);
  return { monitor, seen, left, over };
}

function isGone({ leg: { state } }: Monitor): boolean {
  return state === 'leaving' || state === 'ended';
}

function atEnd(monitor: Monitor, seen: Seen): void {
  must(monitor.leg.state === 'ended', 'forgotten before the leg is gone');
  must(seen.ear === null, 'media goes on for somebody who has left');
  must(seen.legRecords === 1, 'one record of the leg');
  must(seen.audits[0] === 'monitor-started', 'the audit begins with the start');
  must(seen.audits.filter((one) => one === 'monitor-stopped').length === 1, 'the audit ends once');
  must(seen.audits.at(-1) === 'monitor-stopped', 'the audit ends with the end');
  must(seen.invite !== 'answered' || seen.acked, 'a 2xx without ACK');
  must(seen.invite !== 'answered' || seen.byes > 0 || seen.peerLeft, 'an orphan: answered and never let go');
}

function onWire(seen: Seen, command: MonitorCommand): Seen {
  switch (command.type) {
    case 'invite':
      must(seen.audits.includes('monitor-started'), 'called before the ledger has it');
      return { ...seen, invite: 'out' };
    case 'cancel':
      must(seen.invite === 'out' && !seen.cancelled, 'CANCEL of what is no pending INVITE');
      return { ...seen, cancelled: true };
    case 'ack':
      must(seen.invite === 'answered' && !seen.acked, 'an ACK of nothing');
      return { ...seen, acked: true };
    case 'bye':
      must(seen.acked && !seen.peerLeft, 'a BYE outside of a dialog');
      must(seen.byes === 0 || (seen.restarted && seen.byes < 2), 'two BYEs');
      return { ...seen, byes: seen.byes + 1 };
    case 'respond':
      return { ...seen, ackDue: seen.ackDue || (command.describe && command.status === 200) };
    case 'start-timer':
      return { ...seen, timers: [...without(seen.timers, command.timer), command.timer].sort() };
    case 'stop-timer':
      return { ...seen, timers: without(seen.timers, command.timer) };
    case 'reply':
      must(seen.asking.includes(command.ticket), 'an answer to nobody');
      return { ...seen, asking: seen.asking.filter((one) => one !== command.ticket) };
    default:
      return seen;
  }
}

function onMedia(seen: Seen, command: MonitorCommand): Seen {
  switch (command.type) {
    case 'open-ear':
      must(seen.acked && seen.byes === 0, 'an ear for a phone that has not answered');
      must(seen.ear === null, 'two ears');
      return { ...seen, ear: command.callId, opening: [...seen.opening, command.callId].sort() };
    case 'set-mode':
      must(seen.ear === command.callId, 'a voice in a call that is not heard');
      return { ...seen, setting: command.callId };
    case 'close-ear':
      must(seen.ear === command.callId, 'an ear is closed that is not open');
      return { ...seen, ear: null };
    default:
      return seen;
  }
}

function inLedger(seen: Seen, command: MonitorCommand): Seen {
  if (command.type !== 'write') return seen;
  const { record } = command;
  if (record.kind === 'leg') return { ...seen, legRecords: seen.legRecords + 1 };
  must(record.kind === 'audit', 'a record of another kind');
  return record.kind === 'audit' ? { ...seen, audits: shortened([...seen.audits, record.action]) } : seen;
}

/** How often modes changed makes no other world. */
function shortened(audits: readonly string[]): readonly string[] {
  return audits.filter((one, i) => one !== 'monitor-changed' || audits[i - 1] !== one);
}

/** `changes` only names records. */
function keyOf({ monitor, seen, left }: World): string {
  return JSON.stringify([{ ...monitor, changes: 0 }, seen, left]);
}

/** Visit every state; throws at the first rule that is broken, with the events that lead there. */
export function exploreMonitor(): Explored {
  const known = new Set<string>();
  let ended = 0;
  const start = first();
  const waiting: (readonly [World, readonly Untimed[]])[] = [[start, []]];
  known.add(keyOf(start));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [world, trail] = next;
    for (const choice of choices(world)) {
      const history = [...trail, choice.event];
      let reached: World;
      try {
        reached = take(world, choice);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Broken(`${why}\n${history.map((event) => `  ${JSON.stringify(event)}`).join('\n')}`);
      }
      if (reached.over) {
        ended += 1;
        continue;
      }
      const key = keyOf(reached);
      if (known.has(key)) continue;
      known.add(key);
      waiting.push([reached, history]);
    }
  }
  return { states: known.size, ended };
}
