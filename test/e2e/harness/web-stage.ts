import { setTimeout as sleep } from 'node:timers/promises';
import { reportHearing } from '../../media/harness/hearing-log.js';
import type { PhoneWishes } from '../page/phone-control.js';
import { Browser } from './browser.js';
import { BrowserDesk } from './browser-desk.js';
import type { BrowserPhone } from './browser-phone.js';
import { type Player, VoiceStage, type VoiceStageOptions, voices } from './voice-stage.js';
import { until } from './wait.js';
import { type WebSide, webServer, webSide } from './web-side.js';

/** Tones of those in browsers, apart from those of the phones. */
export const webVoices = { citizen: 1900, desk12355: 1700 } as const;
const everybody: Readonly<Record<string, number>> = { ...voices, ...webVoices };
const names = new Map(Object.entries(everybody).map(([name, frequency]) => [frequency, name]));

const listenMs = 300;
/** A handshake that lost a packet goes on after 1, 2, 4 s. */
const waitMs = 20_000;

/** Plain telephones around a server with rtpengine, a citizen in a browser, and a desk in one. */
export class WebStage {
  private constructor(
    readonly phones: VoiceStage,
    readonly browser: Browser,
    private readonly side: WebSide,
    readonly desk: BrowserDesk,
  ) {}

  static async open(options: VoiceStageOptions = {}): Promise<WebStage> {
    const side = await webSide();
    const phones = await VoiceStage.open({ ...options, web: side });
    const browser = await Browser.open();
    const desk = await BrowserDesk.open(side.desk, await browser.phone(wishes(side, 'desk12355')));
    return new WebStage(phones, browser, side, desk);
  }

  /** A citizen's browser, connected to the server. */
  citizen(codec: PhoneWishes['codec'] = null): Promise<BrowserPhone> {
    return this.browser.phone({ ...wishes(this.side, 'citizen'), codec });
  }

  /** Wait until somebody in a browser or at a telephone hears this one, and for 300 ms nobody else. */
  async untilHears(who: BrowserPhone | Player, wanted: string): Promise<void> {
    let last: readonly string[] = [];
    await until(
      `${wanted} to be heard by ${typeof who === 'string' ? who : who.wishes.user}`,
      async () => {
        last =
          typeof who === 'string'
            ? await this.heardBy(who)
            : await who.hears(listenMs, (frequency) => names.get(frequency) ?? 'other');
        return last.join() === wanted ? true : undefined;
      },
      waitMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; heard at last: ${last.join(' ') || 'nothing'}`);
    });
  }

  /**
   * Wait until audio comes to somebody in a browser for most of 300 ms. The browser plays the streams (SSRC) of all who
   * spoke, but shows pages the newest one alone: a party who comes back after another is at the loudspeaker, where
   * pages do not hear it (looked at with PulseAudio).
   */
  async untilGetsAudio(phone: BrowserPhone): Promise<void> {
    const ms = 300;
    await until(`audio to come to ${phone.wishes.user}`, async () => {
      const before = (await phone.ask('figures')).received;
      await sleep(ms);
      return (await phone.ask('figures')).received - before > ms / 40 ? true : undefined;
    });
  }

  /** Who is heard at a telephone within 300 ms, one after the other; `a+b` at the same time. */
  async heardBy(player: Player): Promise<readonly string[]> {
    const from = performance.now();
    await sleep(listenMs);
    const known = Object.entries(everybody).map(([name, frequency]) => ({ name, frequency }));
    return reportHearing(this.phones.phone(player).voice.heard, known, from, performance.now()).order;
  }

  async close(): Promise<void> {
    await this.desk.close();
    await this.browser.close();
    await this.phones.close();
  }
}

function wishes(side: WebSide, user: keyof typeof webVoices): PhoneWishes {
  return {
    server: webServer(side, 'citizen'),
    user,
    password: null,
    frequency: webVoices[user],
    voices: Object.values(everybody),
    codec: null,
  };
}
