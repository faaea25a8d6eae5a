import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { endWithUs } from './end-with-us.js';
import { freePort, udpPortBound } from './ports.js';
import { until } from './wait.js';

/** Where Debian's package baresip-core has its modules. */
const modulePath = '/usr/lib/baresip/modules';

/** Something that the phone reports; `type` as in baresip, e.g. `CALL_ESTABLISHED`, `TRANSFER_FAILED`. */
export interface PhoneEvent {
  readonly type: string;
  readonly param: string;
}

/** Where a phone registers, and with what. */
export interface PhoneAccount {
  /** `host:port`. */
  readonly server: string;
  readonly password: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** TLS: the certificate that the server has to show, PEM; baresip takes any. */
  readonly ca?: string;
  /** Outbound (RFC 5626): the phone keeps its flow open by itself. */
  readonly outbound?: boolean;
  /** What the phone says, Hz; silence when left out. */
  readonly voice?: number;
}

/** baresip, a real softphone, that answers calls by itself and is told over its control port what to press. */
export class Softphone {
  readonly events: PhoneEvent[] = [];
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly control: Socket,
  ) {
    let waiting: Buffer = Buffer.alloc(0);
    control.on('data', (chunk: Buffer) => {
      waiting = this.#take(Buffer.concat([waiting, chunk]));
    });
    control.on('error', () => undefined);
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-8000);
    });
  }

  /**
   * Start a phone with this user name on a UDP port of 127.0.0.1; its files go to `folder`. With `account` it registers
   * and is called by its account.
   */
  static async start(
    user: string,
    port: number,
    folder: string,
    account: PhoneAccount | null = null,
  ): Promise<Softphone> {
    mkdirSync(folder, { recursive: true });
    const controlPort = await freePort();
    writeFileSync(join(folder, 'voice.wav'), voiceFile(account?.voice ?? 0));
    writeFileSync(join(folder, 'config'), configuration(port, controlPort, folder));
    writeFileSync(
      join(folder, 'accounts'),
      account === null
        ? `<sip:${user}@127.0.0.1>;regint=0;answermode=auto;audio_codecs=pcma\n`
        : `<sip:${user}@${account.server};transport=${account.transport}>;${registration(user, account)};answermode=auto;audio_codecs=pcma\n`,
    );
    writeFileSync(join(folder, 'contacts'), '');
    const child = spawn('baresip', ['-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    endWithUs(child);
    let failure: Error | undefined;
    child.once('error', (error: NodeJS.ErrnoException) => {
      failure =
        error.code === 'ENOENT'
          ? new Error(
              'baresip was not found: install it with `apt-get install baresip-core`, or run scripts/test',
            )
          : error;
    });
    const control = await until('the softphone to listen', async () => {
      if (failure !== undefined) throw failure;
      return udpPortBound(port) ? await connected(controlPort) : undefined;
    });
    return new Softphone(child, control);
  }

  /** Press the transfer key: REFER to this URI. */
  transfer(to: string): void {
    this.#command('transfer', to);
  }

  /** Press keys, one after the other. */
  press(keys: string): void {
    for (const key of keys) this.#command('sndcode', key);
  }

  hangUp(): void {
    this.#command('hangup', '');
  }

  /** Wait for an event. */
  async hears(type: string): Promise<PhoneEvent> {
    return until(`the softphone to report ${type}`, () =>
      this.events.find((event) => event.type === type),
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${JSON.stringify(this.events)}\n${this.#output}`);
    });
  }

  async stop(): Promise<void> {
    this.control.destroy();
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }

  #command(command: string, params: string): void {
    const text = JSON.stringify({ command, params, token: command });
    this.control.write(`${Buffer.byteLength(text)}:${text},`);
  }

  /** Reads netstrings; returns the bytes of one that is not complete yet. */
  #take(bytes: Buffer): Buffer {
    let rest = bytes;
    for (;;) {
      const colon = rest.indexOf(':');
      const length = colon === -1 ? Number.NaN : Number(rest.toString('latin1', 0, colon));
      if (Number.isNaN(length) || rest.length < colon + 1 + length + 1) return rest;
      const message: unknown = JSON.parse(rest.toString('utf8', colon + 1, colon + 1 + length));
      rest = rest.subarray(colon + 1 + length + 1);
      if (typeof message === 'object' && message !== null && 'type' in message) {
        const param = 'param' in message ? String(message.param) : '';
        this.events.push({ type: String(message.type), param });
      }
    }
  }
}

function connected(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

function registration(user: string, { server, transport, password, outbound }: PhoneAccount): string {
  const flow = outbound === true ? `;sipnat=outbound;outbound="sip:${server};transport=${transport}"` : '';
  return `auth_user=${user};auth_pass=${password};regint=60${flow}`;
}

function configuration(port: number, controlPort: number, folder: string): string {
  return [
    `sip_listen 127.0.0.1:${port}`,
    `audio_source aufile,${join(folder, 'voice.wav')}`,
    `audio_player aufile,${join(folder, 'heard.wav')}`,
    `audio_alert aufile,${join(folder, 'alert.wav')}`,
    `module_path ${modulePath}`,
    'module g711.so',
    'module aufile.so',
    // Before the accounts: one with Outbound needs the name of the device.
    'module uuid.so',
    'module account.so',
    'module menu.so',
    'module ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    '',
  ].join('\n');
}

/** Forty seconds of a tone, or of silence for 0 Hz, as a WAV file: 8 kHz, 16 bit, mono. */
export function voiceFile(hertz: number): Buffer {
  const count = 8000 * 40;
  const samples = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i++)
    samples.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hertz * i) / 8000)), i * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
