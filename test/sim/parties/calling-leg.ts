import type { SipRequest, SipResponse } from '../../../src/sip/message/message.js';
import { parseNameAddr } from '../../../src/sip/message/name-addr.js';
import { Ending } from './ending.js';
import { type Leg, type Party, SDP } from './party.js';
import { Retransmission } from './retransmission.js';

export interface CallPlan {
  /** Request-URI and To of the INVITE. */
  readonly uri: string;
  readonly callId: string;
  /** How long to talk before hanging up, ms; null leaves that to the other side. */
  readonly talkMs: number | null;
  /** A 200 began a dialog; the second one of a call means that it was doubled. */
  readonly answered: (dialogs: number) => void;
  /** Told once: `hung up`, `was hung up`, or what went wrong. */
  readonly over: (how: string) => void;
}

/** The caller's side: INVITE until something comes, ACK for every 200, BYE. */
export class CallingLeg implements Leg {
  /** Dialogs that 200s began, by To tag. */
  private readonly dialogs = new Set<string>();
  private readonly branch: string;
  private readonly from: string;
  private readonly invite: Retransmission;
  private readonly ending: Ending;
  private ack: Buffer | null = null;
  private refusedAck: Buffer | null = null;
  private ended = false;

  constructor(
    private readonly party: Party,
    private readonly plan: CallPlan,
  ) {
    const { clock, timers, token, self } = party.parts;
    this.branch = party.branch();
    this.from = `<sip:caller@${self.host}>;tag=${token()}`;
    this.ending = new Ending(party, (how) => this.over(how));
    const bytes = party.request('INVITE', plan.uri, this.branch, this.lines('INVITE', ''), SDP);
    this.invite = new Retransmission(
      clock,
      timers,
      Number.POSITIVE_INFINITY,
      () => party.say(bytes),
      () => this.over('nobody answered our INVITE'),
    );
  }

  onRequest(request: SipRequest): void {
    if (request.method === 'BYE') this.ending.onBye(request);
    else if (request.method !== 'ACK')
      this.party.say(this.party.response(request, '501 Not Implemented', ''));
  }

  onResponse(response: SipResponse): void {
    if (response.cseq.method !== 'INVITE') {
      this.ending.onResponse(response);
      return;
    }
    if (response.via?.branch !== this.branch) return;
    this.invite.stop();
    if (response.status < 200) return;
    if (response.status < 300) this.answered(response);
    else this.refused(response);
  }

  private answered(response: SipResponse): void {
    const again = this.dialogs.has(response.toTag);
    this.dialogs.add(response.toTag);
    if (!again) this.plan.answered(this.dialogs.size);
    const to = response.headers.get('To') ?? '';
    const target = parseNameAddr(response.headers.get('Contact') ?? '').uri;
    this.ack ??= this.party.request('ACK', target, this.party.branch(), this.lines('ACK', to));
    this.party.say(this.ack);
    const { talkMs, callId } = this.plan;
    if (again || talkMs === null) return;
    const dialog = { callId, local: this.from, remote: to, target };
    this.party.parts.clock.setTimeout(() => this.ending.begin(dialog, 2), talkMs);
  }

  private refused(response: SipResponse): void {
    const to = response.headers.get('To') ?? '';
    this.refusedAck ??= this.party.request('ACK', this.plan.uri, this.branch, this.lines('ACK', to));
    this.party.say(this.refusedAck);
    this.over(`our INVITE got ${response.status}`);
  }

  private lines(method: string, to: string): string[] {
    const { uri, callId } = this.plan;
    return [
      `From: ${this.from}`,
      `To: ${to === '' ? `<${uri}>` : to}`,
      `Call-ID: ${callId}`,
      `CSeq: 1 ${method}`,
    ];
  }

  private over(how: string): void {
    if (this.ended) return;
    this.ended = true;
    this.party.retire(this.plan.callId);
    this.plan.over(how);
  }
}
