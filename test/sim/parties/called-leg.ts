import type { SipRequest, SipResponse } from '../../../src/sip/message/message.js';
import { parseNameAddr } from '../../../src/sip/message/name-addr.js';
import { Ending } from './ending.js';
import { type Leg, type Party, SDP } from './party.js';
import { Retransmission } from './retransmission.js';

export interface AnswerPlan {
  /** How long to ring, ms. */
  readonly ringMs: number;
  /** How long to talk before hanging up, ms; null leaves that to the other side. */
  readonly talkMs: number | null;
  /** Told once: `hung up`, `was hung up`, or what went wrong. */
  readonly over: (how: string) => void;
  /** The call was asked for a second time. */
  readonly doubled: () => void;
}

/** The called side: 180, 200 until its ACK comes, BYE. */
export class CalledLeg implements Leg {
  private readonly tag: string;
  private readonly branch: string;
  private readonly ending: Ending;
  /** The response to the INVITE that went out last. */
  private last: Buffer;
  private answer: Retransmission | null = null;
  private acknowledged = false;
  private ended = false;

  constructor(
    private readonly party: Party,
    private readonly invite: SipRequest,
    private readonly plan: AnswerPlan,
  ) {
    this.tag = party.parts.token();
    this.branch = invite.via?.branch ?? '';
    this.ending = new Ending(party, (how) => this.over(how));
    this.last = party.response(invite, '180 Ringing', this.tag);
    party.say(this.last);
    party.parts.clock.setTimeout(() => this.pickUp(), plan.ringMs);
  }

  onRequest(request: SipRequest): void {
    switch (request.method) {
      case 'INVITE':
        if (request.via?.branch === this.branch) this.party.say(this.last);
        else this.plan.doubled();
        return;
      case 'ACK':
        this.onAck();
        return;
      case 'BYE':
        this.answer?.stop();
        this.ending.onBye(request);
        return;
      default:
        this.party.say(this.party.response(request, '501 Not Implemented', ''));
    }
  }

  onResponse(response: SipResponse): void {
    this.ending.onResponse(response);
  }

  private pickUp(): void {
    const { clock, timers } = this.party.parts;
    this.last = this.party.response(this.invite, '200 OK', this.tag, SDP);
    this.answer = new Retransmission(
      clock,
      timers,
      timers.t2,
      () => this.party.say(this.last),
      // RFC 3261 §13.3.1.4: such a session is ended by a BYE.
      () => {
        this.over('nobody acknowledged our 200');
        this.hangUp();
      },
    );
  }

  private onAck(): void {
    if (this.acknowledged || this.ended) return;
    this.acknowledged = true;
    this.answer?.stop();
    const { talkMs } = this.plan;
    if (talkMs !== null) this.party.parts.clock.setTimeout(() => this.hangUp(), talkMs);
  }

  private hangUp(): void {
    const { headers, callId } = this.invite;
    const dialog = {
      callId,
      local: `${headers.get('To')};tag=${this.tag}`,
      remote: headers.get('From') ?? '',
      target: parseNameAddr(headers.get('Contact') ?? '').uri,
    };
    this.ending.begin(dialog, 1);
  }

  private over(how: string): void {
    if (this.ended) return;
    this.ended = true;
    this.party.retire(this.invite.callId);
    this.plan.over(how);
  }
}
