import type { SipRequest, SipResponse } from '../../../src/sip/message/message.js';
import type { Party } from './party.js';
import { Retransmission } from './retransmission.js';

/** What both sides of a call know of its dialog. */
export interface DialogEnd {
  readonly callId: string;
  /** Values of From and To as this side writes them, tags included. */
  readonly local: string;
  readonly remote: string;
  /** The other side's Contact URI. */
  readonly target: string;
}

/** The end of a call, from either side: BYE until it is answered, and answers to the other side's BYE. */
export class Ending {
  private branch = '';
  private bye: Retransmission | null = null;
  /** The other side's BYE, by its branch, and our answer. */
  private readonly answered = new Map<string, Buffer>();

  constructor(
    private readonly party: Party,
    private readonly over: (how: 'hung up' | 'was hung up' | string) => void,
  ) {}

  /** Hangs up. */
  begin(dialog: DialogEnd, seq: number): void {
    const { clock, timers } = this.party.parts;
    this.branch = this.party.branch();
    const bytes = this.party.request('BYE', dialog.target, this.branch, [
      `From: ${dialog.local}`,
      `To: ${dialog.remote}`,
      `Call-ID: ${dialog.callId}`,
      `CSeq: ${seq} BYE`,
    ]);
    this.bye = new Retransmission(
      clock,
      timers,
      timers.t2,
      () => this.party.say(bytes),
      () => this.over('nobody answered our BYE'),
    );
  }

  onResponse(response: SipResponse): void {
    if (response.via?.branch !== this.branch || response.status < 200 || this.bye === null) return;
    this.bye.stop();
    this.bye = null;
    this.over(response.status === 200 ? 'hung up' : `our BYE got ${response.status}`);
  }

  onBye(request: SipRequest): void {
    const branch = request.via?.branch ?? '';
    const before = this.answered.get(branch);
    const bytes = before ?? this.party.response(request, '200 OK', '');
    this.answered.set(branch, bytes);
    this.party.say(bytes);
    if (before === undefined) this.over('was hung up');
  }
}
