import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Api } from './api.js';
import { endWithUs } from './end-with-us.js';
import { type DialPlanFile, planText } from './plan.js';
import { freePort } from './ports.js';
import { until } from './wait.js';

/** The command line of the product as it is built. */
export const cliFile = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'onekey.js');

/** What a server is started with. */
export interface ServerOptions {
  /** Folder for its configuration, dial plan and data; made by the caller. */
  readonly folder: string;
  readonly plan: DialPlanFile;
  /** Settings beside addresses, as in config/onekey.yaml. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** SIP and HTTP ports; free ones when left out. Give those of before to start again after a crash. */
  readonly ports?: ServerPorts;
}

export interface ServerPorts {
  readonly sip: number;
  readonly http: number;
}

function isAnchored({ settings = {} }: ServerOptions): boolean {
  const { media } = settings;
  return typeof media === 'object' && media !== null && 'anchor' in media && media.anchor === 'rtpengine';
}

/** A slow machine starts media servers of our own after calls are taken. */
function isOfOwnMedia(problem: string): boolean {
  return /^the (media server own|mixer) does not answer/.test(problem);
}

/** `onekey serve` as a child process on loopback ports of its own, with one listener for UDP and one for TCP. */
export class Server {
  readonly api: Api;
  readonly dialPlanFile: string;
  readonly dataFolder: string;
  readonly #exit: Promise<number>;

  private constructor(
    readonly options: ServerOptions,
    readonly ports: ServerPorts,
    readonly child: ChildProcess,
    readonly logged: () => string,
  ) {
    this.dialPlanFile = join(options.folder, 'plan.yaml');
    this.dataFolder = join(options.folder, 'data');
    this.api = new Api(`http://127.0.0.1:${ports.http}`, join(this.dataFolder, 'api-token'));
    this.#exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? -9 : -1)));
    });
  }

  /** Start and wait until calls can be taken, and where they are to be anchored until they are. */
  static async start(options: ServerOptions): Promise<Server> {
    const server = await Server.launch(options);
    let ended = false;
    void server.#exit.then(() => {
      ended = true;
    });
    await until(
      'the server to be ready',
      async () => {
        if (ended) throw new Error(`the server ended at its start:\n${server.logged()}`);
        const problems = await server.api.problems();
        const waits = problems === undefined || (isAnchored(options) && problems.some(isOfOwnMedia));
        return waits ? undefined : true;
      },
      45_000,
    ).catch((error: unknown) => {
      server.child.kill('SIGKILL');
      throw new Error(`${String(error)}\n${server.logged()}`);
    });
    return server;
  }

  /** Start without waiting, for starts that are to fail. */
  static async launch(options: ServerOptions): Promise<Server> {
    if (!existsSync(cliFile))
      throw new Error(`${cliFile} is missing: build first with \`npm run build\`, or run scripts/test`);
    const ports = options.ports ?? { sip: await freePort(), http: await freePort() };
    const configFile = join(options.folder, 'onekey.yaml');
    writeFileSync(join(options.folder, 'plan.yaml'), planText(options.plan));
    writeFileSync(configFile, stringify(configuration(options, ports)));
    const child = spawn(
      process.execPath,
      [
        cliFile,
        'serve',
        '--config',
        configFile,
        '--dialplan',
        join(options.folder, 'plan.yaml'),
        '--data',
        join(options.folder, 'data'),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: withoutOurVariables(process.env) },
    );
    endWithUs(child);
    let log = '';
    const keep = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-200_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    return new Server(options, ports, child, () => log);
  }

  /** `host:port` for SIP. */
  get sip(): string {
    return `127.0.0.1:${this.ports.sip}`;
  }

  /** Ask the server to stop in good order; resolves to its exit code. */
  async stop(): Promise<number> {
    this.child.kill('SIGTERM');
    return this.ended();
  }

  /** The exit code, when the server has ended. */
  async ended(): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.child.kill('SIGKILL');
        reject(new Error(`the server did not end within 20 s:\n${this.logged().slice(-4000)}`));
      }, 20_000);
    });
    return Promise.race([this.#exit, late]).finally(() => clearTimeout(timer));
  }

  /** End it as a crash would. */
  async crash(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exit;
  }

  /** Write another dial plan and have it read again. */
  reload(text: string): void {
    writeFileSync(this.dialPlanFile, text);
    this.child.kill('SIGHUP');
  }

  /** Bytes of memory in use, as the kernel counts them. */
  residentBytes(): number {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'));
    return Number(match?.[1] ?? 0) * 1024;
  }
}

function configuration(options: ServerOptions, ports: ServerPorts): Readonly<Record<string, unknown>> {
  const { sip, ...others } = options.settings ?? {};
  return {
    sip: {
      server: 'embedded',
      listeners: [
        { transport: 'udp', host: '127.0.0.1', port: ports.sip },
        { transport: 'tcp', host: '127.0.0.1', port: ports.sip },
      ],
      ...(typeof sip === 'object' ? sip : {}),
    },
    media: { anchor: 'direct' },
    ...others,
    http: { host: '127.0.0.1', port: ports.http, ...section(options.settings?.http) },
  };
}

function section(settings: unknown): object {
  return typeof settings === 'object' && settings !== null ? settings : {};
}

/** Settings in the environment of whoever runs the tests must not reach the server under test. */
function withoutOurVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ONEKEY_')));
}

/** Run `onekey ledger verify` on a data folder. */
export function verifyLedger(dataFolder: string): { readonly exitCode: number; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cliFile, 'ledger', 'verify', '--data', dataFolder],
    { encoding: 'utf8' },
  );
  return { exitCode: status ?? -1, output: `${stdout}${stderr}` };
}
