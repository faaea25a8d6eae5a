import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { makeCertificate } from '../../sip/support/certificate.js';
import { addAgent } from './accounts.js';
import { BreakableLink } from './breakable-link.js';
import { DeskPage } from './desk-page.js';
import { expectHeard } from './expect-heard.js';
import type { DialPlanFile } from './plan.js';
import { Server } from './server.js';
import { hears, VoiceStage } from './voice-stage.js';
import { until } from './wait.js';
import { webSide } from './web-side.js';

export const PASSWORD = 'of-the-tests-739182';

/**
 * 12345 is served by the queue of its agents, and by nobody else; the carrier takes calls, too. At 110 it rings for as long
 * as a page may take to be loaded anew.
 */
function deskPlan(plan: DialPlanFile): DialPlanFile {
  const { city, police } = plan.members;
  if (city === undefined || police === undefined) throw new Error('the test plan has lost its member');
  const targets = [{ queue: 'city', ringSeconds: 20, maxWaitSeconds: 60 }];
  const queue = { afterCallSeconds: 30 };
  const line = plan.trunks['city-line'] as { readonly sources: readonly [string] };
  const trunks = { ...plan.trunks, 'city-line': { ...line, gateways: [`${line.sources[0]}/udp`] } };
  const patient = { ...police, targets: police.targets.map((target) => ({ ...target, ringSeconds: 30 })) };
  return {
    ...plan,
    trunks,
    members: { ...plan.members, city: { ...city, targets, queue }, police: patient },
  };
}

/** How the page reaches the server, where that can be broken. */
export interface DeskLinks {
  readonly signalling: BreakableLink;
  readonly page: BreakableLink;
}

export interface DeskStageOptions {
  /** Page and phone (by WSS) go through links that can be broken. */
  readonly breakable?: boolean;
  readonly media?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Li Na of 12345, whose phone and desk are a page in a real browser; everybody else has a telephone. */
export class DeskStage {
  #callers = 0;
  #call: Promise<number> | undefined;

  private constructor(
    readonly stage: VoiceStage,
    readonly desk: DeskPage,
    private readonly ways: DeskLinks | null,
    private readonly folder: string,
  ) {}

  static async open({ breakable = false, media, settings }: DeskStageOptions = {}): Promise<DeskStage> {
    const folder = mkdtempSync(join(tmpdir(), 'onekey-desk-'));
    const plain = await webSide();
    const signalling = breakable ? await BreakableLink.open(plain.web) : null;
    const web =
      signalling === null
        ? plain
        : { ...plain, secure: { ...makeCertificate(folder), told: signalling.port } };
    const stage = await VoiceStage.open({
      plan: deskPlan,
      web,
      ...(media === undefined ? {} : { media }),
      ...(settings === undefined ? {} : { settings }),
    });
    const { server } = stage.world;
    await addAgent(server, { id: 'li-na', member: 'city', extension: '8017', password: PASSWORD });
    const page = signalling === null ? null : await BreakableLink.open(server.ports.http);
    const desk = await DeskPage.open(`http://localhost:${page?.port ?? server.ports.http}/desk/`);
    const links = signalling === null || page === null ? null : { signalling, page };
    return new DeskStage(stage, desk, links, folder);
  }

  get links(): DeskLinks {
    if (this.ways === null) throw new Error('the links of this stage cannot be broken');
    return this.ways;
  }

  /** The number of the last caller. */
  get number(): string {
    return `1390000700${this.#callers}`;
  }

  /** Status of the last call, once it has one. */
  get called(): Promise<number> {
    return this.#call ?? Promise.reject(new Error('nobody has called'));
  }

  async logIn(password = PASSWORD): Promise<void> {
    await until('the account to be known', async () => {
      await this.desk.logIn('li-na', password);
      // Too many attempts would lock the account.
      await this.desk.page.waitForTimeout(500);
      return (await this.desk.text()).includes('退出') ? true : undefined;
    });
    await this.desk.says('已注册');
  }

  /** A citizen calls 12345. */
  dial(): string {
    this.#callers += 1;
    this.#call = this.stage.phone('caller').call('12345', this.stage.sip, { as: this.number });
    return this.number;
  }

  /** A citizen calls 12345, and the desk shows it. */
  async rings(): Promise<string> {
    await this.desk.press('F6');
    await this.desk.says('就绪');
    const number = this.dial();
    await this.desk.says(number);
    await this.desk.says('接听');
    await this.desk.picture('incoming');
    return number;
  }

  async answered(): Promise<string> {
    const number = await this.rings();
    await this.desk.press('F2');
    expect(await this.called).toBe(200);
    await this.desk.says('通话中');
    await this.desk.hears();
    expectHeard('the desk talks', await this.stage.listen(), hears({ caller: 'desk' }), []);
    return number;
  }

  /** The server is gone, as by a crash or in good order, and is started again; its calls outlive it. */
  async startServerAgain(how: 'killed' | 'stopped'): Promise<void> {
    const { world } = this.stage;
    const { options, ports } = world.server;
    if (how === 'killed') await world.server.crash();
    else expect(await world.server.stop()).toBe(0);
    world.server = await Server.start({ ...options, ports });
  }

  /** After a story that failed: nobody is in a call. */
  async clear(): Promise<void> {
    await this.#call?.catch(() => undefined);
    this.#call = undefined;
    await this.stage.clear();
  }

  async close(): Promise<void> {
    await this.desk.close();
    await this.ways?.signalling.cut();
    await this.ways?.page.cut();
    await this.stage.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
