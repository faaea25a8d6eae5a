import type { SipMessage } from '../../../src/sip/message/message.js';
import { SDP } from './rig.js';
import type { WirePeer } from './wire-peer.js';

/** A call that a wire peer makes to the server, with every header in the test's hands. */
export class WireCall {
  toTag = '';
  seq = 1;
  readonly callId: string;

  constructor(
    readonly peer: WirePeer,
    readonly port: number,
    id: string,
    readonly routes: readonly string[] = [],
  ) {
    this.callId = `${id}@${peer.port}`;
  }

  /** The lines of a request; `more` are added at the end. */
  lines(method: string, seq: number, more: readonly string[] = [], via = this.peer.via()): string[] {
    const to = this.toTag === '' ? '' : `;tag=${this.toTag}`;
    return [
      `${method} sip:110@127.0.0.1:${this.port} SIP/2.0`,
      via,
      'Max-Forwards: 70',
      `From: <sip:caller@127.0.0.1:${this.peer.port}>;tag=caller`,
      `To: <sip:110@127.0.0.1:${this.port}>${to}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${seq} ${method}`,
      `Contact: <sip:caller@127.0.0.1:${this.peer.port}>`,
      ...more,
    ];
  }

  /** Sends INVITE and waits for the 200, whose tag it remembers. */
  async answered(more: readonly string[] = []): Promise<SipMessage> {
    this.peer.send(
      this.port,
      this.lines('INVITE', this.seq, ['Content-Type: application/sdp', ...more]),
      SDP,
    );
    const ok = await this.answer(200, this.seq);
    this.toTag = ok.toTag;
    return ok;
  }

  ack(): void {
    this.peer.send(this.port, this.lines('ACK', this.seq));
  }

  /** Sends a request in the call and waits for an answer with that status. */
  request(method: string, status: number, seq: number, more: readonly string[] = []): Promise<SipMessage> {
    this.seq = Math.max(this.seq, seq);
    this.peer.send(this.port, this.lines(method, seq, more));
    return this.answer(status, seq);
  }

  /** The answer to a request of this call; those of other calls and copies of earlier ones are skipped. */
  private async answer(status: number, seq: number): Promise<SipMessage> {
    for (;;) {
      const message = await this.peer.expect(status);
      if (message.callId === this.callId && message.cseq.number === seq) return message;
    }
  }
}
