import type { Page } from 'playwright-core';
import type { PhoneControl, PhoneWishes } from '../page/phone-control.js';
import { until } from './wait.js';

type Asked<K extends keyof PhoneControl> = Awaited<ReturnType<PhoneControl[K]>>;

/** A softphone in a page of a real browser, and what was in its ear. */
export class BrowserPhone {
  constructor(
    private readonly page: Page,
    readonly wishes: PhoneWishes,
  ) {}

  /** Have the page do something; rejects with what the page threw. */
  ask<K extends keyof PhoneControl>(what: K, ...given: Parameters<PhoneControl[K]>): Promise<Asked<K>> {
    // As text: what compiles this file may put helpers of its own into functions, which the page does not have.
    return this.page.evaluate<Asked<K>>(`phone.${what}(...${JSON.stringify(given)})`);
  }

  /**
   * Voices in the ear during the next `ms`, one after the other, as `name` tells them; `other` for what is no voice. A
   * voice of less than 100 ms is left out: where one stops and the next begins there is some of both.
   */
  async hears(ms: number, name: (frequency: number) => string): Promise<readonly string[]> {
    await this.ask('heard');
    await this.page.waitForTimeout(ms);
    const order: { readonly voice: number; looks: number }[] = [];
    for (const { voice } of await this.ask('heard')) {
      const last = order.at(-1);
      if (last?.voice === voice) last.looks += 1;
      else order.push({ voice, looks: 1 });
    }
    const names = order.filter(({ looks }) => looks >= 5).map(({ voice }) => named(voice, name));
    return names.filter((one, index) => one !== names[index - 1]);
  }

  async untilTalking(talking = true): Promise<void> {
    await until(`the phone in the browser to be ${talking ? 'in a' : 'without a'} call`, async () =>
      (await this.ask('talking')) === talking ? true : undefined,
    );
  }

  /** Hang up, and close the page. */
  async close(): Promise<void> {
    await this.ask('close');
    await this.page.context().close();
  }
}

function named(voice: number, name: (frequency: number) => string): string {
  if (voice === 0) return 'nobody';
  return voice < 0 ? 'other' : name(voice);
}
