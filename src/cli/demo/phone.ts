import type Srf from 'drachtio-srf';
import { Hearing, type Voice } from './rtp/hearing.js';
import { RtpPort } from './rtp/rtp-port.js';
import { audioAddress, describeAudio } from './rtp/session-description.js';
import { ToneGenerator } from './rtp/tone.js';
import { openSipStack, type SipStack } from './sip-stack.js';

/** What a phone notices; `at` is monotonic milliseconds. */
export type PhoneEvent = { readonly at: number } & (
  | { readonly type: 'ringing' | 'answered' | 'called' | 'switched' | 'hung-up' | 'released' }
  | { readonly type: 'heard'; readonly voice: Voice | null }
  /** A transfer that this phone asked for: status as it is reported. */
  | { readonly type: 'transfer'; readonly status: number; readonly final: boolean }
);

/** How a phone takes calls. */
export type Manner =
  | { readonly kind: 'answer'; readonly afterMs: number }
  | { readonly kind: 'busy'; readonly afterMs: number };

export interface PhoneOptions {
  readonly name: string;
  /** Address of this machine to use, e.g. 127.0.0.1. */
  readonly host: string;
  /** The tone that this party "speaks". */
  readonly voice: Voice;
  /** Everybody it may hear. */
  readonly others: readonly Voice[];
  readonly onEvent: (event: PhoneEvent) => void;
}

/** The part of drachtio-srf's dialog that a phone uses, as the code is rather than as its type file says. */
interface SrfDialog {
  on(
    event: 'modify' | 'notify',
    listener: (request: Srf.SrfRequest, response: Srf.SrfResponse) => void,
  ): unknown;
  on(event: 'destroy', listener: () => void): unknown;
  readonly remote: { readonly sdp: string };
  request(
    options: { method: string; headers: Readonly<Record<string, string>> },
    callback: (error: unknown, response?: Srf.SrfResponse) => void,
  ): unknown;
  destroy(options: object, callback: () => void): unknown;
}

const tickMs = 20;

/** A softphone for one call at a time: SIP by a server and drachtio-srf of its own, G.711 A-law over RTP. */
export class Phone {
  manner: Manner = { kind: 'answer', afterMs: 0 };
  readonly hearing: Hearing;
  #dialog: SrfDialog | undefined;
  #descriptions = 0;
  readonly #ticker: NodeJS.Timeout;

  private constructor(
    private readonly options: PhoneOptions,
    private readonly sip: SipStack,
    private readonly rtp: RtpPort,
    hearing: Hearing,
  ) {
    this.hearing = hearing;
    this.#ticker = setInterval(() => hearing.tick(performance.now()), tickMs);
    sip.srf.invite((request, response) => this.#called(request, response));
  }

  static async open(options: PhoneOptions): Promise<Phone> {
    const sip = await openSipStack({ host: options.host });
    const hearing = new Hearing(options.others, (voice, at) => options.onEvent({ type: 'heard', voice, at }));
    const rtp = await RtpPort.open(options.host, (samples, at) => hearing.packet(at, samples));
    return new Phone(options, sip, rtp, hearing);
  }

  /** Port of its SIP, UDP. */
  get sipPort(): number {
    return this.sip.port;
  }

  /** True while it is in a call. */
  get busy(): boolean {
    return this.#dialog !== undefined;
  }

  /** Call a number; resolves to the final status: 200 when somebody answered. */
  call(number: string, server: string): Promise<number> {
    const { host, name } = this.options;
    return new Promise((resolve) => {
      this.sip.srf.createUAC(
        `sip:${number}@${server}`,
        {
          localSdp: this.#describe(),
          headers: {
            From: `<sip:${name}@${host}:${this.sipPort}>`,
            To: `<sip:${number}@${server}>`,
            Contact: `<sip:${name}@${host}:${this.sipPort}>`,
          },
        },
        {
          cbProvisional: (response) => {
            if (response.status === 180 || response.status === 183) this.#tell('ringing');
          },
        },
        (error: unknown, dialog: unknown) => {
          if (error !== null && error !== undefined) resolve(statusOf(error));
          else {
            this.#begin(asDialog(dialog));
            this.#tell('answered');
            resolve(200);
          }
        },
      );
    });
  }

  /** Press a transfer key: REFER to it. Resolves to the status of the REFER: 202 when the transfer is on. */
  pressKey(key: string, server: string): Promise<number> {
    const dialog = this.#dialog;
    if (dialog === undefined) return Promise.reject(new Error(`${this.options.name} is in no call`));
    const { host, name } = this.options;
    const headers = {
      'Refer-To': `<sip:${key}@${server}>`,
      'Referred-By': `<sip:${name}@${host}>`,
      Contact: `<sip:${name}@${host}:${this.sipPort}>`,
    };
    return new Promise((resolve, reject) => {
      dialog.request({ method: 'REFER', headers }, (error, response) => {
        if (response === undefined) reject(error instanceof Error ? error : new Error(String(error)));
        else resolve(response.status);
      });
    });
  }

  /** End the call, if there is one. */
  hangUp(): Promise<void> {
    const dialog = this.#dialog;
    if (dialog === undefined) return Promise.resolve();
    this.#finish();
    return new Promise((resolve) => {
      dialog.destroy({}, () => {
        this.#tell('hung-up');
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#ticker);
    this.rtp.close();
    await this.sip.close();
  }

  #called(request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    const { manner } = this;
    let cancelled = false;
    request.on('cancel', () => {
      cancelled = true;
    });
    if (this.busy) {
      response.send(486);
      return;
    }
    this.#tell('called');
    response.send(180);
    setTimeout(() => {
      if (cancelled) return;
      if (manner.kind === 'busy') response.send(486);
      else this.#answer(request, response);
    }, manner.afterMs);
  }

  #answer(request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    const { host, name } = this.options;
    const headers = { Contact: `<sip:${name}@${host}:${this.sipPort}>` };
    this.sip.srf.createUAS(
      request,
      response,
      { localSdp: this.#describe(), headers },
      (error: unknown, dialog: unknown) => {
        // The caller gave up in the same instant: there is no call to begin.
        if (error !== null && error !== undefined) return;
        this.#begin(asDialog(dialog));
        this.#tell('answered');
      },
    );
  }

  #begin(dialog: SrfDialog): void {
    this.#dialog = dialog;
    dialog.on('modify', (request, response) => {
      response.send(200, {
        body: this.#describe(),
        headers: { Contact: `<sip:${this.options.name}@${this.options.host}:${this.sipPort}>` },
      });
      this.#listenTo(request.body);
      this.#tell('switched');
    });
    dialog.on('notify', (request, response) => {
      response.send(200);
      const status = Number(/^SIP\/2\.0 (\d{3})/.exec(request.body)?.[1] ?? 0);
      const final = /^terminated/i.test(request.get('Subscription-State'));
      this.options.onEvent({ type: 'transfer', status, final, at: performance.now() });
    });
    dialog.on('destroy', () => {
      this.#finish();
      this.#tell('released');
    });
    this.#listenTo(dialog.remote.sdp);
    this.rtp.start(new ToneGenerator(this.options.voice.frequency));
  }

  #listenTo(description: string): void {
    const address = audioAddress(description);
    if (address !== undefined) this.rtp.connect(address);
  }

  #finish(): void {
    this.#dialog = undefined;
    this.rtp.stop();
    this.hearing.forget();
  }

  #describe(): string {
    this.#descriptions += 1;
    return describeAudio(this.rtp.address, this.#descriptions);
  }

  #tell(type: 'ringing' | 'answered' | 'called' | 'switched' | 'hung-up' | 'released'): void {
    this.options.onEvent({ type, at: performance.now() });
  }
}

function asDialog(dialog: unknown): SrfDialog {
  return dialog as SrfDialog;
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
}
