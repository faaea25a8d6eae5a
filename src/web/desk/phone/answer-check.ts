/** An answer that the server never got is no conversation: the caller is with somebody else by now, or waits. */
import type { PhoneCall } from './phone-call.js';

/** How long the server may take to show the call, once phone and server have each other again; milliseconds. */
const graceMs = 4_000;

export class AnswerCheck {
  /** The call that the server has shown as answered here, by its SIP Call-ID. */
  #confirmed: string | null = null;
  /** The call that was up when the connection broke, before the server had shown it. */
  #doubtful: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onLost the phone is in a call that the server knows nothing of */
  constructor(private readonly onLost: () => void) {}

  /**
   * @param connected phone and page reach the server
   * @param shown the call that the server shows for this desk
   */
  see(call: PhoneCall | null, connected: boolean, shown: string | null): void {
    const up = call?.state === 'up' ? call.sipCallId : null;
    // While the connection is down what is shown is old.
    if (up !== null && up === shown && connected) this.#confirmed = up;
    if (up !== null && !connected && this.#confirmed !== up) this.#doubtful = up;
    const wrong = up !== null && connected && this.#doubtful === up && this.#confirmed !== up;
    if (!wrong) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else this.#timer ??= setTimeout(this.onLost, graceMs);
  }
}
