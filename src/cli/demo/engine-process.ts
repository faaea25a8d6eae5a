import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { StoryError } from './happenings.js';

/** SIP ports of the phones around the engine. */
export interface PhonePorts {
  readonly caller: number;
  readonly city: number;
  readonly police: number;
}

const host = '127.0.0.1';
const startLimitMs = 20_000;
const stopLimitMs = 15_000;

/** `onekey serve` as a child process, with a dial plan and data of its own that are removed at the end. */
export class EngineProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** `host:port` for SIP. */
    readonly sip: string,
    private readonly http: string,
    private readonly log: () => string,
  ) {}

  /**
   * @param anchored whether audio passes through rtpengine
   * @throws StoryError when it does not take calls within 20 s; its log is in the message.
   */
  static async start(phones: PhonePorts, anchored: boolean): Promise<EngineProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'onekey-demo-'));
    const sipPort = await freePort();
    const httpPort = await freePort();
    const plan = join(folder, 'plan.yaml');
    const config = join(folder, 'onekey.yaml');
    writeFileSync(plan, stringify(dialPlan(phones)));
    writeFileSync(config, stringify(configuration(sipPort, httpPort, anchored)));
    const entry = join(import.meta.dirname, '..', `onekey${extname(import.meta.filename)}`);
    const child = spawn(
      process.execPath,
      [
        ...process.execArgv,
        entry,
        'serve',
        '--config',
        config,
        '--dialplan',
        plan,
        '--data',
        join(folder, 'data'),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: withoutOurVariables(process.env) },
    );
    let log = '';
    const keep = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-4000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const engine = new EngineProcess(
      child,
      folder,
      `${host}:${sipPort}`,
      `http://${host}:${httpPort}`,
      () => log,
    );
    await engine.#untilReady().catch(async (error: unknown) => {
      await engine.stop();
      throw error;
    });
    return engine;
  }

  /** JSON of a path of its API. */
  async get(path: string): Promise<unknown> {
    const token = readFileSync(join(this.folder, 'data', 'api-token'), 'utf8').trim();
    const response = await fetch(this.http + path, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new StoryError(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Stop in good order; resolves to the exit code. */
  async stop(): Promise<number> {
    const { child } = this;
    const code = await new Promise<number>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        resolve(child.exitCode ?? 1);
        return;
      }
      const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
      child.once('exit', (exitCode) => {
        clearTimeout(timer);
        resolve(exitCode ?? 1);
      });
      child.kill('SIGTERM');
    });
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }

  async #untilReady(): Promise<void> {
    const end = performance.now() + startLimitMs;
    while (performance.now() < end) {
      if (this.child.exitCode !== null) throw new StoryError(`the engine did not start:\n${this.log()}`);
      const ready = await fetch(`${this.http}/healthz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await sleep(50);
    }
    throw new StoryError(`the engine was not ready within ${startLimitMs / 1000} s:\n${this.log()}`);
  }
}

function configuration(sip: number, http: number, anchored: boolean): object {
  return {
    sip: {
      server: 'embedded',
      listeners: [
        { transport: 'udp', host, port: sip },
        { transport: 'tcp', host, port: sip },
      ],
    },
    http: { host, port: http },
    media: { anchor: anchored ? 'rtpengine' : 'direct' },
    log: { level: 'warn' },
    calls: { drainSeconds: 1 },
  };
}

function dialPlan(phones: PhonePorts): object {
  const member = (number: string, zh: string, en: string, field: string, trunk: string): object => ({
    numbers: [number],
    name: { zh, en },
    field,
    source: 'published',
    emergency: number === '110',
    targets: [{ trunk, number: '8001', ringSeconds: 20 }],
  });
  const pbx = (owner: string, port: number): object => ({
    kind: 'member',
    member: owner,
    gateways: [`${host}:${port}/udp`],
    sources: [`${host}:${port}`],
  });
  return {
    numbering: { country: '86', area: '22' },
    members: {
      city: member('12345', '政务服务便民热线', 'City services', 'city-services', 'pbx-12345'),
      police: member('110', '报警求助', 'Police', 'police', 'pbx-110'),
    },
    trunks: {
      'city-line': { kind: 'carrier', sources: [`${host}:${phones.caller}`] },
      'pbx-12345': pbx('city', phones.city),
      'pbx-110': pbx('police', phones.police),
    },
    keys: { '*1': 'city', '*2': 'police' },
  };
}

/** A port that is free for both UDP and TCP on loopback at this moment. */
async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = createSocket('udp4');
    const free = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind({ port, address: host, exclusive: true }, () => resolve(true));
    });
    socket.close();
    await new Promise((resolve) => server.close(resolve));
    if (free) return port;
  }
  throw new StoryError('no free port was found on 127.0.0.1');
}

/** Settings in the environment of whoever shows the demo must not reach its engine. */
function withoutOurVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ONEKEY_')));
}
