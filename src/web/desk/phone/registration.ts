/** Keeps the phone of the page connected and registered, until it is stopped. */
import { Registerer, RegistererState, type UserAgent } from 'sip.js';
import type { PhoneState } from './phone-call.js';

export interface RegistrationEvents {
  onState(state: PhoneState): void;
  /** Registered, for the first time or again. */
  onRegistered(): void;
}

/** First and longest pause before the phone tries again; milliseconds. */
const pauseMs = { first: 250, longest: 4_000 };
/** Pause after the server has refused the password: more of these would lock the account; milliseconds. */
const refusedMs = 30_000;
/** Registrations are asked for so long; seconds. Browsers let timers of pages in the background be a minute late. */
const registerSeconds = 300;

export class Registration {
  readonly #registerer: Registerer;
  readonly #atOnce = (): void => this.wake();
  #pauseMs = pauseMs.first;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(
    private readonly agent: UserAgent,
    private readonly events: RegistrationEvents,
  ) {
    this.#registerer = new Registerer(agent, {
      expires: registerSeconds,
      refreshFrequency: 80,
      // RFC 5626: a new connection of this browser takes the place of the old one.
      regId: 1,
      instanceId: agent.instanceId,
    });
    // A refresh by the library itself has failed.
    this.#registerer.stateChange.addListener((state) => {
      if (state === RegistererState.Unregistered) this.#failed();
    });
  }

  /** Requests reach the server. */
  get isConnected(): boolean {
    return this.agent.isConnected();
  }

  async begin(): Promise<void> {
    window.addEventListener('online', this.#atOnce);
    this.events.onState('connecting');
    await this.agent.start().catch(() => this.lost());
  }

  async end(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    window.removeEventListener('online', this.#atOnce);
    await this.#registerer.unregister().catch(() => undefined);
    await this.agent.stop();
  }

  /** The server may be there again: does not wait for the end of a pause. */
  wake(): void {
    if (!this.isConnected) this.#soon(0);
  }

  /** The WebSocket is open. */
  async connected(): Promise<void> {
    try {
      await this.#registerer.register({
        requestDelegate: {
          onAccept: () => this.#registered(),
          onReject: ({ message }) => this.#refused(message.statusCode ?? 0),
        },
      });
    } catch {
      // A REGISTER is on its way still.
      this.#soon(this.#pauseMs);
    }
  }

  /** The WebSocket is closed, or could not be opened. */
  lost(): void {
    if (this.#stopped) return;
    this.events.onState('connecting');
    this.#soon(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMs.longest);
  }

  #registered(): void {
    clearTimeout(this.#timer);
    this.#pauseMs = pauseMs.first;
    this.events.onState('ready');
    this.events.onRegistered();
  }

  #refused(status: number): void {
    // Nobody answers on a connection that looks open: it is not.
    if (status === 408) void this.agent.transport.disconnect().catch(() => undefined);
    else this.#failed(status === 401 || status === 403 || status === 407 ? refusedMs : pauseMs.longest);
  }

  #failed(againMs = pauseMs.longest): void {
    if (this.#stopped || !this.isConnected) return;
    this.events.onState('failed');
    this.#soon(againMs);
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#stopped) return;
      if (this.isConnected) void this.connected();
      else this.agent.reconnect().catch(() => this.lost());
    }, ms);
  }
}
