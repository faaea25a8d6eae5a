import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { chromiumProgram, chromiumSwitches } from './browser.js';
import { voices } from './voice-stage.js';
import { until } from './wait.js';

/** Gives pages a list of their peer connections, so that what they receive can be counted. */
const countConnections = `
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.connections.push(this); }
  };`;

/** The microphone hears the tone of a desk all the time, where that of the browser would beep now and then. */
const singingMicrophone = `
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: ${voices.desk} });
    const out = context.createMediaStreamDestination();
    tone.connect(new GainNode(context, { gain: 0.25 })).connect(out);
    tone.start();
    return out.stream;
  };`;

const packetsReceived = `Promise.all(window.connections.map((one) => one.getStats())).then((all) =>
  all.flatMap((stats) => [...stats.values()])
    .filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
    .reduce((sum, { packetsReceived }) => sum + packetsReceived, 0))`;

const logInAnswered = `document.querySelector('.is-loading') === null &&
  (document.querySelector('.log-in') === null || document.querySelector('.said').textContent !== '')`;

/** The desk of an agent, in a real browser, as the server serves it. */
export class DeskPage {
  private constructor(
    private readonly chromium: Chromium,
    readonly page: Page,
    private readonly said: readonly string[],
  ) {}

  static async open(address: string): Promise<DeskPage> {
    const browser = await chromium.launch({ executablePath: chromiumProgram(), args: chromiumSwitches });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 720 },
      permissions: ['microphone', 'local-network-access'],
    });
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.addInitScript(countConnections);
    await page.addInitScript(singingMicrophone);
    // The policy of the page lets no other script in later.
    await page.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
    await page.goto(address);
    return new DeskPage(browser, page, said);
  }

  /** Log in, and wait until the page shows what came of it. */
  async logIn(agent: string, password: string): Promise<void> {
    await this.page.fill('#agent', agent);
    await this.page.fill('#password', password);
    await this.page.click('button[type=submit]');
    // The policy of the page forbids what Playwright waits with.
    await until('an answer to the log-in', async () =>
      (await this.page.evaluate<boolean>(logInAnswered)) ? true : undefined,
    );
  }

  /** Wait until the page says this, anywhere. */
  async says(text: string): Promise<void> {
    await until(`the desk to say ${text}`, async () =>
      (await this.text()).includes(text) ? true : undefined,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}; it says:\n${await this.text()}\n${this.said.join('\n')}`);
    });
  }

  text(): Promise<string> {
    return this.page.evaluate<string>('document.body.innerText');
  }

  key(member: string): Promise<void> {
    return this.page.click(`button[data-member=${member}]`);
  }

  /** Press a key of a hotline twice, as people do. */
  keyTwice(member: string): Promise<void> {
    return this.page.dblclick(`button[data-member=${member}]`);
  }

  /** Press the button that is called so, or whose name begins like that. */
  click(name: string): Promise<void> {
    return this.page
      .getByRole('button', { name, exact: name.length === 1 })
      .first()
      .click();
  }

  press(name: string): Promise<void> {
    return this.page.keyboard.press(name);
  }

  /** Wait until audio comes to the phone in the page for most of 300 ms. */
  async hears(): Promise<void> {
    const comes = async (): Promise<true | undefined> => {
      const before = await this.page.evaluate<number>(packetsReceived);
      await this.page.waitForTimeout(300);
      return (await this.page.evaluate<number>(packetsReceived)) - before > 8 ? true : undefined;
    };
    // After a restart of the server it comes when the phone has registered again.
    await until('audio to come to the desk', comes, 20_000);
  }

  /** What axe-core finds that is serious or worse. */
  async barriers(): Promise<readonly string[]> {
    await this.page.waitForSelector('.is-loading', { state: 'detached' });
    // Colours change gradually.
    await this.page.waitForTimeout(500);
    return this.page.evaluate<readonly string[]>(`axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, failureSummary, html].join('; '))))`);
  }

  /** Bytes that were sent for the page and all that it is made of, as they were sent. */
  sentBytes(): Promise<number> {
    return this.page.evaluate<number>(`[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ initiatorType }) => initiatorType !== 'fetch')
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`);
  }

  /** What does not fit on the screen: the page as a whole, or the column with the keys. */
  overflow(): Promise<readonly string[]> {
    return this.page.evaluate<
      readonly string[]
    >(`[document.documentElement, ...document.querySelectorAll('.transfer')]
      .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
      .map(({ tagName, scrollWidth, scrollHeight }) => tagName + ' ' + scrollWidth + 'x' + scrollHeight)`);
  }

  /** A picture of the page as it is, where a folder for pictures is named in the environment. */
  async picture(name: string): Promise<void> {
    const folder = process.env.DESK_PICTURES;
    if (folder !== undefined) await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.chromium.close();
  }
}
