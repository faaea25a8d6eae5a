import type Srf from 'drachtio-srf';
import { openSipStack, type SipStack } from '../../../src/cli/demo/sip-stack.js';
import type { BrowserPhone } from './browser-phone.js';
import { until } from './wait.js';

/** The part of drachtio-srf's dialog that a desk uses. */
interface Dialog {
  on(event: 'modify' | 'notify', listener: (req: Srf.SrfRequest, res: Srf.SrfResponse) => void): unknown;
  on(event: 'destroy', listener: () => void): unknown;
  request(
    options: { method: string; headers: Readonly<Record<string, string>> },
    callback: (error: unknown, response?: Srf.SrfResponse) => void,
  ): unknown;
  destroy(options: object, callback: () => void): unknown;
}

/** A desk whose media is a browser's, and whose SIP comes over UDP: what stands behind a gateway with `media: webrtc`. */
export class BrowserDesk {
  /** re-INVITEs and UPDATEs of the server in its present or last call. */
  sessionChanges = 0;
  /** The offer that it was called with. */
  offered = '';
  /** How long it rings before it answers; milliseconds. */
  answerAfterMs = 0;
  readonly reports: number[] = [];
  #dialog: Dialog | undefined;

  private constructor(
    private readonly sip: SipStack,
    readonly phone: BrowserPhone,
  ) {
    sip.srf.invite((request, response) => this.#called(request, response));
  }

  static async open(port: number, phone: BrowserPhone): Promise<BrowserDesk> {
    return new BrowserDesk(await openSipStack({ host: '127.0.0.1', port }), phone);
  }

  /** REFER to this URI; resolves to the status that answers it. */
  refer(to: string): Promise<number> {
    this.reports.length = 0;
    const headers = { 'Refer-To': `<${to}>`, 'Referred-By': '<sip:desk@127.0.0.1>' };
    return new Promise((resolve, reject) => {
      this.#dialog?.request({ method: 'REFER', headers }, (error, response) => {
        if (response === undefined) reject(error instanceof Error ? error : new Error(String(error)));
        else resolve(response.status);
      });
    });
  }

  async untilTalking(talking = true): Promise<void> {
    await until(`the desk in the browser to be ${talking ? 'in a' : 'without a'} call`, () =>
      (this.#dialog !== undefined) === talking ? true : undefined,
    );
  }

  hangUp(): Promise<void> {
    const dialog = this.#dialog;
    if (dialog === undefined) return Promise.resolve();
    this.#finish();
    return new Promise((resolve) => dialog.destroy({}, resolve));
  }

  async close(): Promise<void> {
    await this.hangUp();
    await this.sip.close();
  }

  #called(request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    this.offered = request.body;
    this.sessionChanges = 0;
    let cancelled = false;
    request.on('cancel', () => {
      cancelled = true;
    });
    response.send(180);
    setTimeout(() => {
      if (!cancelled) void this.#answer(request, response);
    }, this.answerAfterMs);
  }

  async #answer(request: Srf.SrfRequest, response: Srf.SrfResponse): Promise<void> {
    const localSdp = await this.phone.ask('answerOffer', request.body);
    this.sip.srf.createUAS(request, response, { localSdp }, (error: unknown, made: unknown) => {
      if (error !== null && error !== undefined) return;
      const dialog = made as Dialog;
      this.#dialog = dialog;
      dialog.on('modify', (change, answer) => {
        this.sessionChanges += 1;
        void this.phone.ask('answerOffer', change.body).then((body) => answer.send(200, { body }));
      });
      dialog.on('notify', (notify, answer) => {
        answer.send(200);
        this.reports.push(Number(/^SIP\/2\.0 (\d{3})/.exec(notify.body)?.[1] ?? 0));
      });
      dialog.on('destroy', () => this.#finish());
    });
  }

  #finish(): void {
    this.#dialog = undefined;
    void this.phone.ask('endOffered').catch(() => undefined);
  }
}
