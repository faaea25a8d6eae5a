import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { chromiumProgram } from './browser.js';
import { until } from './wait.js';

/** Sizes that the page of operations is made for: a notebook, and a screen on a wall. */
export const SIZES = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
] as const;

/** The page of operations, in a real browser, as the server serves it. */
export class OpsPage {
  private constructor(
    private readonly chromium: Chromium,
    readonly page: Page,
    private readonly said: readonly string[],
  ) {}

  static async open(address: string): Promise<OpsPage> {
    const browser = await chromium.launch({ executablePath: chromiumProgram(), args: ['--no-sandbox'] });
    const context = await browser.newContext({ viewport: SIZES[0], timezoneId: 'Asia/Shanghai' });
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    // The policy of the page lets no other script in later.
    await page.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
    await page.goto(address);
    return new OpsPage(browser, page, said);
  }

  /** Errors that the page wrote into the console of the browser, or threw. */
  get errors(): readonly string[] {
    return this.said.filter((line) => /error/i.test(line) && !line.includes('401'));
  }

  /** Log in at the form; the status of the answer, which the page may show some time later. */
  async logIn(name: string, password: string): Promise<number> {
    await this.page.fill('#name', name);
    await this.page.fill('#password', password);
    const answered = this.page.waitForResponse(
      (response) => response.url().endsWith('/v1/session') && response.request().method() === 'POST',
    );
    await this.page.click('button[type=submit]');
    return (await answered).status();
  }

  /** Log in with an account that was just made, as soon as the server knows it. */
  async enter(name: string, password: string): Promise<void> {
    await this.page.waitForSelector('#name');
    // Seldom, because wrong passwords lock an account, and one that is not known yet is as wrong.
    await until(
      'the account to be known',
      async () => {
        const status = await this.logIn(name, password);
        if (status === 200) return true;
        await this.page.waitForSelector('.is-loading', { state: 'detached' });
        await this.page.waitForTimeout(2000);
        return undefined;
      },
      60_000,
    );
    await this.page.waitForSelector('nav');
  }

  async logOut(): Promise<void> {
    await this.click('退出');
    await this.page.waitForSelector('#name');
  }

  /** Go to a place of the page, as a link or a bookmark does. */
  async goTo(place: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(place)}`);
  }

  /** Wait until the page says this, anywhere. */
  async says(text: string): Promise<void> {
    await until(`the page to say ${text}`, async () =>
      (await this.text()).includes(text) ? true : undefined,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}; it says:\n${await this.text()}\n${this.said.join('\n')}`);
    });
  }

  text(): Promise<string> {
    return this.page.evaluate<string>('document.body.innerText');
  }

  /** The figure of a tile; empty while there is none. */
  async tile(name: string): Promise<string> {
    const [figure = ''] = await this.page.locator(`[data-tile=${name}] dd`).allTextContents();
    return figure;
  }

  /** Press the button that is called so. */
  click(name: string): Promise<void> {
    return this.page.getByRole('button', { name, exact: true }).first().click();
  }

  /** Wait until no part of the page is reading any more. */
  async settled(): Promise<void> {
    await this.page.waitForSelector('[aria-busy=true]', { state: 'detached', timeout: 30_000 });
  }

  /** Whether something is wider than the place that it has. */
  cut(selector: string): Promise<boolean> {
    return this.page.evaluate<boolean>(
      `(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)(document.querySelector(${JSON.stringify(selector)}))`,
    );
  }

  /** What axe-core finds that is serious or worse. */
  async barriers(): Promise<readonly string[]> {
    await this.page.waitForSelector('.is-loading', { state: 'detached' });
    // Colours change gradually.
    await this.page.waitForTimeout(400);
    return this.page.evaluate<readonly string[]>(`axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, failureSummary, html].join('; '))))`);
  }

  /** The page as a whole when it does not fit on the screen; its parts may scroll. */
  overflow(): Promise<readonly string[]> {
    return this.page.evaluate<readonly string[]>(`[document.documentElement]
      .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
      .map(({ scrollWidth, scrollHeight }) => scrollWidth + 'x' + scrollHeight)`);
  }

  /** When something was painted first; milliseconds after the page was asked for. */
  firstPaint(): Promise<number> {
    return this.page.evaluate<number>(`new Promise((resolve) =>
      new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime))
        .observe({ type: 'paint', buffered: true }))`);
  }

  /** Bytes that were sent for the page and all that it is made of, as they were sent. */
  sentBytes(): Promise<number> {
    return this.page.evaluate<number>(`[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ initiatorType }) => initiatorType !== 'fetch')
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`);
  }

  /** A picture of the page as it is, where a folder for pictures is named in the environment. */
  async picture(name: string): Promise<void> {
    const folder = process.env.OPS_PICTURES;
    if (folder !== undefined) await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.chromium.close();
  }
}
