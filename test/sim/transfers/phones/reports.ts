import { parameter, type WireMessage } from '../wire/message.js';
import type { SessionParts } from './session-parts.js';

/** What a phone is told of the transfers that it asked for (RFC 3515 §2.4). */
export class Reports {
  /** By the CSeq of the REFER, in order. */
  private readonly expected = new Map<string, 'open' | 'over' | 'refused'>();

  constructor(private readonly parts: SessionParts) {}

  /** A REFER goes out that asks for news. */
  expect(id: string): void {
    this.expected.set(id, 'open');
  }

  refused(id: string): void {
    this.expected.set(id, 'refused');
  }

  /** The status that the NOTIFY is answered with. */
  notified(notify: WireMessage): number {
    const event = notify.header('event');
    const id = parameter(event, 'id') || this.first();
    const state = id === null ? undefined : this.expected.get(id);
    if (id === null || state === undefined || state === 'refused') {
      this.parts.complain('a NOTIFY of nothing that was asked for');
      return 481;
    }
    if (state === 'over') {
      this.parts.complain('a NOTIFY after the final one');
      return 481;
    }
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(notify.body)?.[1] ?? 0);
    const final = notify.header('subscription-state').startsWith('terminated');
    if (final !== status >= 200)
      this.parts.complain(`a NOTIFY of ${status} that is ${final ? '' : 'not '}final`);
    if (final) this.expected.set(id, 'over');
    this.parts.events.notified?.(status, final);
    return 200;
  }

  /** Only the first REFER of a dialog may be meant without an id (RFC 3515 §2.4.6). */
  private first(): string | null {
    for (const [id, state] of this.expected) if (state !== 'refused') return id;
    return null;
  }
}
