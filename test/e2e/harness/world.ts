import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallRow, LegRow, TransferRow } from './api.js';
import { type Party, type PartySpec, startParty } from './party.js';
import { type DialPlanFile, type PbxName, type Ports, testPlan } from './plan.js';
import { freePort } from './ports.js';
import type { ScenarioParameters } from './render-scenario.js';
import { type SeenDialog, seenDialog } from './seen-dialog.js';
import { Server, verifyLedger } from './server.js';
import { SmallDisk } from './small-disk.js';
import { until } from './wait.js';

/** A party of a story: the caller, a citizen whom we call, or the PBX of a trunk. */
export interface Role {
  readonly scenario: string;
  readonly at: 'caller' | 'citizen' | 'desk' | PbxName;
  readonly with?: ScenarioParameters;
  readonly transport?: 'udp' | 'tcp';
  /** Calls that it plays; 1 when left out. */
  readonly times?: number;
  readonly rate?: number;
  /** The scenario sees every copy of a message, for stories in which messages are lost. */
  readonly seesCopies?: boolean;
}

/** What the ledger holds of one story's caller once the story is over. */
export interface Trace {
  readonly call: CallRow;
  /** Every call of this caller; one unless the story has several. */
  readonly calls: readonly CallRow[];
  readonly legs: readonly LegRow[];
  readonly transfers: readonly TransferRow[];
}

export interface Story {
  /** The caller's number; a new one when left out. */
  readonly caller?: string;
  readonly parties: readonly Role[];
  /** Done while the parties play, e.g. a request to the API. `caller` is the caller's number. */
  readonly meanwhile?: (caller: string, stage: Stage) => Promise<void>;
  /** How long legs may take to end once all parties are done; milliseconds, 10 s when left out. */
  readonly settleMs?: number;
}

/** A story while it plays. */
export interface Stage {
  /** Bring in another party. It must end well like the others. */
  enter(role: Role): Promise<void>;
  /** The dialog of a party that is being called, once it has answered. */
  dialogOf(scenario: string): Promise<SeenDialog>;
}

export interface WorldOptions {
  readonly plan?: (ports: Ports) => DialPlanFile;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Where parties send SIP to, when it is not the server under test that listens there. */
  readonly sipPort?: number;
  /** The data folder is a disk of its own, of so many megabytes. */
  readonly diskMegabytes?: number;
  /** Puts into the data folder what is to be there before the server starts. */
  readonly prepare?: (dataFolder: string) => void;
}

/** Number that each PBX is asked for. */
const numberAt: Readonly<Record<PbxName, string>> = {
  'pbx-12345': '8001',
  'pbx-110': '9001',
  'pbx-96456': '6001',
  'pbx-96456-b': '6002',
  'pbx-12333': '3001',
};

/** A server with a carrier and PBXs around it, each of which is a sipp process while a story plays. */
export class World {
  #stories = 0;
  #failed = false;

  private constructor(
    public server: Server,
    readonly ports: Ports,
    readonly folder: string,
    /** Null when the data folder is on the disk that everything is on. */
    readonly disk: SmallDisk | null,
  ) {}

  static async open(options: WorldOptions = {}): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'onekey-e2e-'));
    const ports: Ports = {
      caller: await freePort(),
      desk: await freePort(),
      pbx: {
        'pbx-12345': await freePort(),
        'pbx-110': await freePort(),
        'pbx-96456': await freePort(),
        'pbx-96456-b': await freePort(),
        'pbx-12333': await freePort(),
      },
    };
    const plan = (options.plan ?? testPlan)(ports);
    const disk =
      options.diskMegabytes === undefined ? null : new SmallDisk(join(folder, 'data'), options.diskMegabytes);
    options.prepare?.(join(folder, 'data'));
    const server = await Server.start({
      folder,
      plan,
      ...(options.settings ? { settings: options.settings } : {}),
      ...(options.sipPort ? { ports: { sip: options.sipPort, http: await freePort() } } : {}),
    });
    return new World(server, ports, folder, disk);
  }

  /**
   * Stop the server, which must end with 0 and leave a ledger that verifies, and remove what the stories left;
   * when one failed its files stay.
   */
  async close(): Promise<void> {
    const code = await this.server.stop();
    const { exitCode, output } = verifyLedger(this.server.dataFolder);
    this.disk?.remove();
    if (exitCode !== 0) throw new Error(`onekey ledger verify ended with ${exitCode}:\n${output}`);
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.server.logged().slice(-4000)}`);
    if (!this.#failed) rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Play a story to its end. Every party must have seen exactly what its scenario says, no call may be left,
   * and the server must be healthy.
   *
   * @returns what the ledger holds of it.
   */
  async play(story: Story): Promise<Trace> {
    const caller = await this.perform(story);
    return this.traceOf(caller);
  }

  /** Play a story that leaves nothing in the ledger, or nothing to look at; returns the caller's number. */
  async perform(story: Story): Promise<string> {
    this.#stories += 1;
    const caller = story.caller ?? `1380013${String(this.#stories).padStart(4, '0')}`;
    const folder = join(this.folder, `story-${this.#stories}`);
    mkdirSync(folder);
    const parties: Party[] = [];
    // Phones that are called listen before anybody calls.
    for (const role of [...story.parties].sort(
      (a, b) => Number(a.at === 'caller') - Number(b.at === 'caller'),
    )) {
      parties.push(await startParty(this.#spec(role, caller), this.server.sip, folder));
    }
    try {
      await story.meanwhile?.(caller, {
        enter: async (role) => {
          parties.push(await startParty(this.#spec(role, caller), this.server.sip, folder));
        },
        dialogOf: (scenario) => seenDialog(scenario, parties),
      });
      const codes = await Promise.all(parties.map((party) => party.done));
      if (codes.some((code) => code !== 0)) throw new Error(`parties ended with ${codes.join(', ')}`);
      await until(
        'the server to be without live calls',
        async () => ((await this.server.api.liveCalls()).length === 0 ? true : undefined),
        story.settleMs,
      );
    } catch (error) {
      this.#failed = true;
      for (const party of parties) party.kill();
      const accounts = parties.map((party) => party.account()).join('\n\n');
      throw new Error(`${String(error)}\n\n${accounts}\n\n--- server\n${this.server.logged().slice(-6000)}`);
    }
    return caller;
  }

  /** What the ledger holds of a caller's only call; waits until it is written. */
  async traceOf(caller: string): Promise<Trace> {
    const { api } = this.server;
    const calls = await until('the call to be in the ledger', async () => {
      const found = await api.calls(`caller=${caller}`);
      return found.length > 0 ? found : undefined;
    });
    const [call] = calls;
    if (call === undefined) throw new Error('unreachable: the list is not empty');
    const legs = await api.legs(`callId=${call.id}`);
    const transfers = await api.transfers(`callId=${call.id}`);
    return { call, calls, legs, transfers };
  }

  /** Have a port that takes everything and never answers, while `body` runs. */
  async silentAt<T>(name: PbxName, body: () => Promise<T>): Promise<T> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(this.ports.pbx[name], '127.0.0.1', resolve);
    });
    try {
      return await body();
    } finally {
      await new Promise<void>((resolve) => socket.close(resolve));
    }
  }

  #spec(role: Role, caller: string): PartySpec {
    const { at } = role;
    const calls = at === 'caller' || at === 'desk';
    const own: ScenarioParameters = calls
      ? { dial: '12345' }
      : { number: at === 'citizen' ? caller : numberAt[at] };
    return {
      scenario: role.scenario,
      port: at === 'citizen' ? this.ports.caller : calls ? this.ports[at] : this.ports.pbx[at],
      calls,
      parameters: { caller, ...own, ...role.with },
      transport: role.transport ?? 'udp',
      times: role.times ?? 1,
      rate: role.rate ?? 1,
      seesCopies: role.seesCopies ?? false,
    };
  }
}
