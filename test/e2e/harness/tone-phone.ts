import type Srf from 'drachtio-srf';
import { openSipStack, type SipStack } from '../../../src/cli/demo/sip-stack.js';
import { ToneParty, type TonePartySettings } from '../../media/harness/tone-party.js';
import { type SeenMessage, seenMessage, sessionChanges } from './seen-message.js';
import { until } from './wait.js';

/** How a phone takes a call. */
export interface Manner {
  /** `asked`: when {@link TonePhone.pickUp} says so. */
  readonly answer: 'yes' | 'busy' | 'never' | 'asked';
  readonly afterMs: number;
  /** Send its tone before it answers (183). */
  readonly early?: boolean;
  /** Refuse every change of the session with 488, after so many milliseconds. */
  readonly refusesChangesAfterMs?: number;
}

/** The part of drachtio-srf's dialog that a phone uses, as the code is rather than as its type file says. */
interface SrfDialog {
  on(
    event: 'modify' | 'notify',
    listener: (request: Srf.SrfRequest, response: Srf.SrfResponse) => void,
  ): unknown;
  on(event: 'destroy', listener: () => void): unknown;
  readonly remote: { readonly sdp: string };
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  modify(sdp: string): Promise<string>;
  request(
    options: { method: string; headers?: Readonly<Record<string, string>>; body?: string },
    callback: (error: unknown, response?: Srf.SrfResponse) => void,
  ): unknown;
  destroy(options: object, callback: () => void): unknown;
}

/** What a call answered without an offer gives (drachtio-srf with `noAck`). */
interface Unacknowledged {
  readonly sdp: string;
  ack(sdp: string): Promise<unknown>;
}

export interface TonePhoneSettings extends TonePartySettings {
  /** Port of its SIP; a free one when left out. */
  readonly sipPort?: number;
}

/** A phone with a voice of its own: SIP for one call at a time, its tone over RTP, and a record of all it got. */
export class TonePhone {
  manner: Manner = { answer: 'yes', afterMs: 0 };
  /** SIP of its present or last call. */
  messages: SeenMessage[] = [];
  /** Statuses that NOTIFYs reported of transfers that it asked for. */
  reports: number[] = [];
  #dialog: SrfDialog | undefined;
  #ringing = false;
  #pickUp: () => void = () => undefined;
  #calling: { cancel(callback: () => void): void } | undefined;

  private constructor(
    private readonly sip: SipStack,
    readonly voice: ToneParty,
    messages: (take: (message: SeenMessage) => void) => void,
  ) {
    messages((message) => this.messages.push(message));
    sip.srf.invite((request, response) => this.#called(request, response));
  }

  static async open(settings: TonePhoneSettings): Promise<TonePhone> {
    let take: (message: SeenMessage) => void = () => undefined;
    const sip = await openSipStack({
      host: '127.0.0.1',
      ...(settings.sipPort === undefined ? {} : { port: settings.sipPort }),
      trace: (entry) => take(seenMessage(entry)),
    });
    const voice = await ToneParty.open(settings);
    return new TonePhone(sip, voice, (taker) => {
      take = taker;
    });
  }

  get name(): string {
    return this.voice.name;
  }

  get sipPort(): number {
    return this.sip.port;
  }

  get talking(): boolean {
    return this.#dialog !== undefined;
  }

  get ringing(): boolean {
    return this.#ringing;
  }

  /** re-INVITEs and UPDATEs that it got in its present or last call. */
  get sessionChanges(): readonly string[] {
    return sessionChanges(this.messages);
  }

  /**
   * Call a number; resolves to the final status.
   *
   * @param options.as the user name it calls with
   * @param options.late its INVITE has no offer, its ACK answers ours
   */
  async call(
    number: string,
    server: string,
    options: {
      readonly as: string;
      readonly late?: boolean;
      readonly replaces?: string;
      readonly sdp?: string;
    },
  ): Promise<number> {
    const { as, late = false, replaces } = options;
    this.messages = [];
    const headers = {
      From: `<sip:${as}@127.0.0.1:${this.sipPort}>`,
      To: `<sip:${number}@${server}>`,
      Contact: this.#contact(as),
      ...(replaces === undefined ? {} : { Replaces: replaces }),
    };
    const described = late ? { noAck: true } : { localSdp: options.sdp ?? this.voice.sdp() };
    return new Promise((resolve) => {
      this.sip.srf.createUAC(
        `sip:${number}@${server}`,
        { ...described, headers },
        {
          // Its type says that the request comes alone.
          cbRequest: (...given: readonly unknown[]) => {
            this.#calling = given.at(-1) as { cancel(callback: () => void): void };
          },
          cbProvisional: (response) => {
            if (response.status === 183 && response.body !== '') this.voice.talkTo(response.body);
          },
        },
        (error: unknown, made: unknown) => {
          if (error !== null && error !== undefined) resolve(statusOf(error));
          else if (late) {
            const unacknowledged = made as Unacknowledged;
            void unacknowledged.ack(this.voice.sdp()).then((dialog) => {
              this.#begin(dialog as SrfDialog, unacknowledged.sdp);
              resolve(200);
            });
          } else {
            const dialog = made as SrfDialog;
            this.#begin(dialog, dialog.remote.sdp);
            resolve(200);
          }
        },
      );
    });
  }

  /** Answer what rings, of a manner that waits for it. */
  pickUp(): void {
    this.#pickUp();
  }

  /** Hang up before anybody has answered. */
  giveUp(): void {
    this.#calling?.cancel(() => undefined);
  }

  /** REFER to this URI; resolves to the status that answers it. */
  async refer(to: string): Promise<number> {
    this.reports = [];
    const headers = { 'Refer-To': `<${to}>`, 'Referred-By': `<sip:${this.name}@127.0.0.1>` };
    return (await this.#request('REFER', headers)).status;
  }

  /** Its dialog as a Replaces header names it (RFC 3891 §6.1): tags as the server sees them. */
  get replaces(): string {
    const { callId, localTag, remoteTag } = this.#inCall().sip;
    return `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
  }

  /** re-INVITE with this direction; resolves to the description that answers it. */
  async reinvite(direction: 'sendrecv' | 'sendonly' | 'inactive'): Promise<string> {
    const answer = await this.#inCall().modify(this.voice.sdp({ direction }));
    this.voice.talkTo(answer);
    return answer;
  }

  /** re-INVITE with this description; resolves to the status that answers it. */
  reoffer(sdp: string): Promise<number> {
    return this.#inCall()
      .modify(sdp)
      .then(() => 200, statusOf);
  }

  /** UPDATE with this direction; resolves to the description that answers it. */
  async update(direction: 'sendrecv' | 'sendonly' | 'inactive'): Promise<string> {
    const { status, body } = await this.#request('UPDATE', {}, this.voice.sdp({ direction }));
    if (status !== 200) throw new Error(`the UPDATE was refused with ${status}`);
    return body;
  }

  hangUp(): Promise<void> {
    const dialog = this.#dialog;
    if (dialog === undefined) return Promise.resolve();
    this.#finish();
    return new Promise((resolve) => dialog.destroy({}, resolve));
  }

  async close(): Promise<void> {
    await this.hangUp();
    this.voice.close();
    await this.sip.close();
  }

  /** Wait until it is in a call, or in none. */
  untilTalking(talking = true): Promise<true> {
    return until(`${this.name} to be ${talking ? 'in a' : 'without a'} call`, () =>
      this.talking === talking ? true : undefined,
    );
  }

  /** Wait until a NOTIFY reported the outcome of the transfer that it asked for. */
  untilReported(status: number): Promise<true> {
    return until(`${this.name} to be told ${status}; so far ${this.reports.join(' ')}`, () =>
      this.reports.at(-1) === status ? true : undefined,
    );
  }

  #request(
    method: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const dialog = this.#inCall();
    const content = body === undefined ? {} : { body };
    const all: Record<string, string> = { ...headers, Contact: this.#contact(this.name) };
    if (body !== undefined) all['Content-Type'] = 'application/sdp';
    return new Promise((resolve, reject) => {
      dialog.request({ method, headers: all, ...content }, (error, response) => {
        if (response === undefined) reject(error instanceof Error ? error : new Error(String(error)));
        else resolve({ status: response.status, body: response.body });
      });
    });
  }

  #called(request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    if (this.talking || this.#ringing) {
      response.send(486);
      return;
    }
    const { manner } = this;
    this.#ringing = true;
    let cancelled = false;
    request.on('cancel', () => {
      cancelled = true;
      this.#ringing = false;
      this.voice.stop();
    });
    const contact = { Contact: this.#contact(this.name) };
    if (manner.early === true) {
      response.send(183, { body: this.voice.sdp(), headers: contact });
      this.voice.talkTo(request.body);
    } else response.send(180);
    if (manner.answer === 'never') return;
    const decide = (): void => {
      if (cancelled) return;
      this.#ringing = false;
      if (manner.answer === 'busy') response.send(486);
      else this.#answer(request, response, contact);
    };
    if (manner.answer === 'asked') this.#pickUp = decide;
    else setTimeout(decide, manner.afterMs);
  }

  #answer(request: Srf.SrfRequest, response: Srf.SrfResponse, headers: Record<string, string>): void {
    const localSdp = this.voice.sdp();
    this.sip.srf.createUAS(request, response, { localSdp, headers }, (error: unknown, dialog: unknown) => {
      // The caller gave up in the same instant.
      if (error !== null && error !== undefined) return;
      // Where it was asked for an offer, the ACK has brought the answer.
      const begun = dialog as SrfDialog;
      this.#begin(begun, request.body || begun.remote.sdp);
    });
  }

  #begin(dialog: SrfDialog, description: string): void {
    this.#dialog = dialog;
    dialog.on('modify', (request, response) => {
      const { refusesChangesAfterMs } = this.manner;
      if (refusesChangesAfterMs !== undefined) {
        setTimeout(() => response.send(488), refusesChangesAfterMs);
        return;
      }
      response.send(200, { body: this.voice.sdp(), headers: { Contact: this.#contact(this.name) } });
      this.#speak(request.body);
    });
    dialog.on('notify', (request, response) => {
      response.send(200);
      this.reports.push(Number(/^SIP\/2\.0 (\d{3})/.exec(request.body)?.[1] ?? 0));
    });
    dialog.on('destroy', () => this.#finish());
    this.#speak(description);
  }

  /** Who is told that nobody is there sends nothing. */
  #speak(description: string): void {
    if (description.includes('a=inactive')) this.voice.stop();
    else this.voice.talkTo(description);
  }

  #inCall(): SrfDialog {
    if (this.#dialog === undefined) throw new Error(`${this.name} is in no call`);
    return this.#dialog;
  }

  #finish(): void {
    this.#dialog = undefined;
    this.voice.stop();
  }

  #contact(user: string): string {
    return `<sip:${user}@127.0.0.1:${this.sipPort}>`;
  }
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
}
