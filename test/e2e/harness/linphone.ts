import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from './end-with-us.js';
import { udpPortBound } from './ports.js';
import { type PhoneAccount, voiceFile } from './softphone.js';
import { until } from './wait.js';

/** linphonec, a real softphone that can transfer attended; told what to do on its command line. */
export class Linphone {
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly voice: string,
  ) {
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /**
   * Start a phone that answers by itself, on a UDP port of 127.0.0.1; its files go to `folder`. With `account` it
   * registers.
   */
  static async start(
    user: string,
    port: number,
    folder: string,
    account: PhoneAccount | null = null,
  ): Promise<Linphone> {
    // Without a folder for its database it starts and never listens.
    mkdirSync(join(folder, '.local', 'share', 'linphone'), { recursive: true });
    writeFileSync(join(folder, 'linphonerc'), configuration(user, port, account));
    const child = spawn('linphonec', ['-a', '-c', join(folder, 'linphonerc')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, HOME: folder },
    });
    endWithUs(child);
    let failure: Error | undefined;
    child.once('error', (error: NodeJS.ErrnoException) => {
      failure =
        error.code === 'ENOENT'
          ? new Error(
              'linphonec was not found: install it with `apt-get install linphone-cli`, or run scripts/test',
            )
          : error;
    });
    const voice = join(folder, 'voice.wav');
    writeFileSync(voice, voiceFile(account?.voice ?? 0));
    const phone = new Linphone(child, voice);
    await until('the softphone to listen', () => {
      if (failure !== undefined) throw failure;
      return udpPortBound(port) || undefined;
    });
    // Without a sound card it would not answer; with files it sends silence.
    phone.type('soundcard use files');
    return phone;
  }

  /** Say its tone in the call that is up, for 40 s. */
  speak(): void {
    this.type(`play ${this.voice}`);
  }

  /** Press keys, one after the other. */
  press(keys: string): void {
    this.type(keys);
  }

  type(command: string): void {
    this.child.stdin?.write(`${command}\n`);
  }

  /** Wait until it has said something like this; gives the match. */
  async says(what: RegExp): Promise<RegExpExecArray> {
    return until(`linphonec to say ${what}`, () => what.exec(this.#output) ?? undefined).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}\n${this.#output}`);
      },
    );
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

function configuration(user: string, port: number, account: PhoneAccount | null): string {
  return [
    '[sip]',
    `sip_port=${port}`,
    `sip_tcp_port=${account?.transport === 'tcp' ? -1 : 0}`,
    `sip_tls_port=${account?.transport === 'tls' ? -1 : 0}`,
    'bind_address=127.0.0.1',
    'use_ipv6=0',
    'ipv6_migration_done=1',
    'guess_hostname=0',
    `contact=sip:${user}@127.0.0.1:${port}`,
    ...(account?.transport === 'tls' ? [`root_ca=${account.ca ?? ''}`, 'verify_server_certs=1'] : []),
    `default_proxy=${account === null ? -1 : 0}`,
    'register_only_when_network_is_up=0',
    '[net]',
    'firewall_policy=0',
    '[rtp]',
    'audio_rtp_port=0',
    '[video]',
    'capture=0',
    'display=0',
    ...(account === null ? [] : registration(user, account)),
    '',
  ].join('\n');
}

function registration(user: string, { server, password, transport }: PhoneAccount): readonly string[] {
  return [
    '[proxy_0]',
    `reg_proxy=<sip:${server};transport=${transport}>`,
    `reg_identity=<sip:${user}@${server}>`,
    'reg_expires=120',
    'reg_sendregister=1',
    'publish=0',
    '[auth_info_0]',
    `username=${user}`,
    `passwd=${password}`,
    'realm=onekey',
  ];
}
