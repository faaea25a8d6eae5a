import type { NgPort } from './linker.js';
import { done, failed, type Outcome } from './session-outcome.js';

/** Takes a step of the session in its turn. */
type InTurn = <T>(take: () => Promise<Outcome<T>>) => Promise<Outcome<T>>;

/**
 * Copies of what a party of a call sends, for somebody who takes PCMA. Measured with rtpengine 10.5: who hears whom in
 * the call stays as it is, no packet more or less; a tap lives on over joins and parks of its party, and goes with it.
 * A subscription that is answered with other codecs than were offered is refused without `allow transcoding`.
 */
export class SessionTaps {
  constructor(
    private readonly port: NgPort,
    private readonly callId: string,
    private readonly inTurn: InTurn,
  ) {}

  /**
   * A new tap of the leg `of`, which nothing goes out of before it is {@link answered}.
   *
   * @param tap its tag in the engine; none comes twice
   * @returns the description that the engine gives of it
   */
  open(of: string, tap: string): Promise<Outcome<string>> {
    return this.inTurn(async () => {
      const reply = await this.port.request('subscribe request', {
        'call-id': this.callId,
        'from-tag': of,
        'to-tag': tap,
        'transport-protocol': 'RTP/AVP',
        ICE: 'remove',
        'address family': 'IP4',
        replace: ['origin', 'session connection'],
        codec: { transcode: ['PCMA'] },
        flags: ['allow transcoding'],
      });
      if (!reply.ok) return reply;
      const { sdp } = reply.fields;
      return typeof sdp === 'string' ? done(sdp) : failed({ kind: 'malformed', what: 'a tap without SDP' });
    });
  }

  /** Where the listener of a tap takes it. */
  answered(tap: string, sdp: string): Promise<Outcome<void>> {
    return this.inTurn(async () => {
      const fields = { 'call-id': this.callId, 'to-tag': tap, sdp, flags: ['allow transcoding'] };
      const reply = await this.port.request('subscribe answer', fields);
      return reply.ok ? done(undefined) : reply;
    });
  }

  close(tap: string): Promise<Outcome<void>> {
    return this.inTurn(async () => {
      const fields = { 'call-id': this.callId, 'from-tag': tap, 'delete delay': 0 };
      const reply = await this.port.request('delete', fields);
      return reply.ok ? done(undefined) : reply;
    });
  }
}
