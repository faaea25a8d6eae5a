/** What a step of a monitor does: the draft of it, and how a listener is let go. */
import type { AuditRecord } from '../ledger/records.js';
import type { EndedBy, Instant, LeaveCause, Leg } from './call.js';
import { GUARD_MS, outcomeOf } from './legs.js';
import type { Monitor, MonitorCommand, MonitorEnd, MonitorMode } from './monitor.js';
import { legRecord } from './records.js';

/** The draft that one step works on. */
export class Draft {
  readonly commands: MonitorCommand[] = [];

  constructor(
    public monitor: Monitor,
    readonly at: Instant,
  ) {}

  get leg(): Leg {
    return this.monitor.leg;
  }

  patch(patch: Partial<Monitor>): void {
    this.monitor = { ...this.monitor, ...patch };
  }

  patchLeg(patch: Partial<Leg>): void {
    this.patch({ leg: { ...this.leg, ...patch } });
  }

  emit(command: MonitorCommand): void {
    this.commands.push(command);
  }

  audit(action: AuditRecord['action'], actor: string, name: string, detail: string): void {
    const { id, callId } = this.monitor;
    const doneAt = this.at.utc;
    this.emit({
      type: 'write',
      record: { kind: 'audit', id: `${id}-${name}`, doneAt, actor, action, subject: callId, callId, detail },
    });
  }
}

/** Asked to leave, or gone. */
export function isGone(leg: Leg): boolean {
  return leg.state === 'leaving' || leg.state === 'ended';
}

/** No timer of the leg's present state fires any more. */
export function stopTimers(d: Draft): void {
  const { id, state } = d.leg;
  if (state === 'trying' || state === 'ringing') {
    d.emit({ type: 'stop-timer', timer: `silent:${id}` });
    d.emit({ type: 'stop-timer', timer: `ring:${id}` });
  } else if (state === 'leaving') {
    d.emit({ type: 'stop-timer', timer: `guard:${id}` });
  }
}

/** Answer a request of the listener's phone without a description. */
export function respond(d: Draft, request: string, status: number): void {
  d.emit({ type: 'respond', leg: d.leg.id, request, status, describe: false });
}

/** The listener is heard so from now on; audited where it is a change. */
export function changed(d: Draft, mode: MonitorMode, by: string): void {
  const { mode: before, changes } = d.monitor;
  if (mode === before) return;
  d.patch({ mode, changes: changes + 1 });
  d.audit('monitor-changed', by, `mode-${changes + 1}`, `${before} > ${mode}`);
  d.emit({ type: 'publish', event: 'monitor-changed', detail: { by, mode } });
}

/** Who waits for a mode is told that it will not be. */
export function refuseChange(d: Draft): void {
  const { changing } = d.monitor;
  if (changing === null) return;
  d.patch({ changing: null });
  const message = 'The listener hears the call no more, or hears another';
  const result = { ok: false, code: 'not-listening', message } as const;
  d.emit({ type: 'reply', ticket: changing.ticket, result });
}

/** End it, once. */
export function stop(d: Draft, cause: MonitorEnd, by: string): void {
  if (isGone(d.leg)) return;
  d.patch({ end: { cause, by } });
  release(d, leaveCauses[cause] ?? 'other-party-left');
}

const leaveCauses: Partial<Record<MonitorEnd, LeaveCause>> = {
  request: 'operator',
  'media-lost': 'refused',
};

/** Ask the leg to end, in the way that its state allows. */
export function release(d: Draft, cause: LeaveCause): void {
  const { id, state } = d.leg;
  stopTimers(d);
  const by = state === 'answered' ? 'bye' : 'cancel';
  d.emit({ type: by, leg: id, cause });
  closeEar(d);
  d.patchLeg({ state: 'leaving', leave: { cause, by }, exchange: null });
  d.emit({ type: 'start-timer', timer: `guard:${id}`, ms: GUARD_MS });
}

function closeEar(d: Draft): void {
  refuseChange(d);
  if (d.monitor.ear === 'none') return;
  d.emit({ type: 'close-ear', callId: d.monitor.callId });
  d.patch({ ear: 'none', mode: 'listen' });
}

/** The leg is gone from the wire: its record, and the end of the audit. */
export function ended(d: Draft, endedBy: EndedBy, reason: string | null, cause: MonitorEnd): void {
  stopTimers(d);
  closeEar(d);
  const end = d.monitor.end ?? { cause, by: endedBy === 'monitor' ? d.monitor.listener : 'onekey' };
  const { leg } = d;
  const outcome = endedBy === 'crash' ? 'interrupted' : outcomeOf(leg);
  const call = { id: d.monitor.callId, callerNumber: d.monitor.callerNumber };
  const why = reason ?? leg.leave?.cause ?? null;
  d.emit({ type: 'write', record: legRecord(call, leg, d.at, { endedBy, outcome, reason: why }) });
  d.audit('monitor-stopped', end.by, 'stopped', end.cause);
  d.patchLeg({ state: 'ended', exchange: null, leave: null, remote: null });
  d.patch({ end });
  d.emit({ type: 'publish', event: 'monitor-stopped', detail: { by: end.by, cause: end.cause } });
  d.emit({ type: 'forget' });
}
