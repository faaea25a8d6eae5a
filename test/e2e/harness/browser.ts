import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser as Chromium, chromium } from 'playwright-core';
import type { PhoneWishes } from '../page/phone-control.js';
import { BrowserPhone } from './browser-phone.js';

/** Debian's package chromium. */
const program = '/usr/bin/chromium';
/** Browsers give pages of this name the microphone; what it shows is given by us. */
const address = 'http://localhost/';

/** For pages that are phones. */
export const chromiumSwitches = [
  '--no-sandbox',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // Everything is on this machine.
  '--allow-loopback-in-peer-connection',
  '--ignore-certificate-errors',
  '--mute-audio',
];

/** A real browser, whose pages are softphones. */
export class Browser {
  private constructor(
    private readonly chromium: Chromium,
    private readonly script: string,
  ) {}

  static async open(): Promise<Browser> {
    const executablePath = chromiumProgram();
    const bundled = await build({
      entryPoints: [join(import.meta.dirname, '..', 'page', 'softphone-page.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      logLevel: 'error',
    });
    const script = bundled.outputFiles[0]?.text ?? '';
    return new Browser(await chromium.launch({ executablePath, args: chromiumSwitches }), script);
  }

  get version(): string {
    return this.chromium.version();
  }

  async phone(wishes: PhoneWishes): Promise<BrowserPhone> {
    const context = await this.chromium.newContext({ permissions: ['microphone', 'local-network-access'] });
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.route('**/*', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Softphone</title>' }),
    );
    await page.goto(address);
    await page.addScriptTag({ content: this.script });
    const phone = new BrowserPhone(page, wishes);
    await phone.ask('open', wishes).catch((error: unknown) => {
      throw new Error(`the phone in the browser does not start: ${String(error)}\n${said.join('\n')}`);
    });
    return phone;
  }

  async close(): Promise<void> {
    await this.chromium.close();
  }
}

/** Debian's browser; an error that says how to get it where it is missing. */
export function chromiumProgram(): string {
  if (existsSync(program)) return program;
  throw new Error(
    `${program} was not found: install it with \`apt-get install chromium\`, or run scripts/test`,
  );
}
