import type { Call } from '../call/call.js';
import { transferOf } from '../call/work.js';
import type { CallBook } from './call-book.js';
import type { LiveAlerts } from './live-alerts.js';
import { liveAlert, liveView, screenPopView } from './live-view.js';
import { locateCall } from './locate-call.js';
import type {
  EngineFigures,
  LiveAlert,
  LiveCall,
  LiveMonitor,
  LiveRecording,
  LiveScreenPop,
  LocatedCall,
  OperationResult,
  PartyQuery,
} from './operations.js';

/** What the outside may see of the calls that are live. */
export class LiveCalls {
  constructor(
    private readonly book: CallBook,
    private readonly alerts: LiveAlerts,
    private readonly recordingOf: (callId: string) => LiveRecording | null,
    private readonly monitorOf: (callId: string) => LiveMonitor | null,
  ) {}

  all(): readonly LiveCall[] {
    return this.#now().map((call) => this.#view(call));
  }

  one(id: string): LiveCall | undefined {
    const call = this.book.get(id)?.call;
    return call ? this.#view(call) : undefined;
  }

  screenPop(id: string): LiveScreenPop | undefined {
    // Transfers are named after their call: `<call>-t<n>`.
    const call = (this.book.get(id) ?? this.book.get(id.replace(/-t\d+$/, '')))?.call;
    return call ? screenPopView(call, this.alerts.of(call.id), this.recordingOf(call.id)) : undefined;
  }

  raised(): readonly LiveAlert[] {
    return this.alerts.calls().flatMap((callId) => {
      const call = this.book.get(callId)?.call;
      return call ? this.alerts.of(callId).map((raised) => liveAlert(call, raised)) : [];
    });
  }

  locate(
    party: PartyQuery,
    purpose: 'transfer' | 'control',
    sees?: (callId: string) => boolean,
  ): OperationResult<LocatedCall> {
    return locateCall(this.#now(), party, purpose, sees);
  }

  gauges(): Pick<EngineFigures, 'liveCalls' | 'liveLegs' | 'liveTransfers'> {
    const calls = this.#now();
    const legs = calls.flatMap((call) => Object.values(call.legs));
    return {
      liveCalls: calls.length,
      liveLegs: legs.filter(({ state }) => state !== 'ended').length,
      liveTransfers: calls.filter((call) => transferOf(call) !== null).length,
    };
  }

  #view(call: Call): LiveCall {
    return liveView(call, this.alerts.of(call.id), this.recordingOf(call.id), this.monitorOf(call.id));
  }

  #now(): readonly Call[] {
    return [...this.book.all()].flatMap(({ call }) => (call === null ? [] : [call]));
  }
}
