import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHearing } from '../media/harness/hearing-log.js';
import { Browser } from './harness/browser.js';
import type { BrowserPhone } from './harness/browser-phone.js';
import { VoiceStage, voices } from './harness/voice-stage.js';
import { webServer, webSide } from './harness/web-side.js';

describe('probe', () => {
  let stage: VoiceStage;
  let browser: Browser;
  beforeAll(async () => {
    const web = await webSide();
    stage = await VoiceStage.open({ web });
    browser = await Browser.open();
    console.log(browser.version);
    phone = await browser.phone({ server: webServer(web, 'citizen'), user: 'web', password: null, frequency: 1900, voices: Object.values(voices), codec: null });
  });
  let phone: BrowserPhone;
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  const nameOf = (f: number) => Object.entries(voices).find(([, v]) => v === f)?.[0] ?? String(f);
  it('calls', async () => {
    try {
      const answer = await phone.ask('call', '12345');
      console.log(answer);
      console.log(await phone.hears(500, nameOf), await phone.ask('figures'));
      const now = performance.now();
      console.log(reportHearing(stage.phone('agent').voice.heard, [{ name: 'web', frequency: 1900 }], now - 400, now));
      expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
      await stage.phone('agent').untilTalking(false);
      console.log(await phone.hears(800, nameOf), await phone.ask('figures'), await phone.ask('asked'));
      const after = performance.now();
      console.log(reportHearing(stage.phone('target').voice.heard, [{ name: 'web', frequency: 1900 }], after - 400, after));
      await phone.ask('hangUp');
    } catch (e) { console.log(stage.world.server.logged().slice(-8000)); throw e; }
  });
});
