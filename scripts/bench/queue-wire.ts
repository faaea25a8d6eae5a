/** Calls at queues as a capture of the wire shows them; knows nothing of the server but its ports. */
import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PacketCapture } from './packet-capture.js';

/** A citizen's call. Times are UTC milliseconds of the kernel. */
export interface WireCall {
  readonly number: string;
  readonly invitedAt: number;
  /** First 200 to the INVITE. */
  answeredAt: number | null;
  cancelled: boolean;
  /** Final status other than 2xx. */
  refusedWith: number | null;
}

/** An agent's phone that was called. */
export interface WireLeg {
  readonly agent: string;
  readonly callId: string;
  readonly startedAt: number;
  /** The phone refused, or answered the BYE; null while that has not come. */
  endedAt: number | null;
  answered: boolean;
}

export interface Wire {
  readonly calls: ReadonlyMap<string, WireCall>;
  readonly legs: readonly WireLeg[];
  readonly messages: number;
}

export interface WirePorts {
  readonly server: number;
  readonly callers: number;
  readonly agents: number;
}

const FIELDS = [
  'frame.time_epoch',
  'udp.srcport',
  'sip.Method',
  'sip.Status-Code',
  'sip.CSeq.method',
  'sip.Call-ID',
  'sip.r-uri.user',
  'sip.from.user',
] as const;

/** Packets of the server's port, and what is in them. */
export class WireCapture {
  private constructor(
    private readonly capture: PacketCapture,
    private readonly server: number,
  ) {}

  static async start(server: number, file: string): Promise<WireCapture> {
    if (spawnSync('tshark', ['--version']).status !== 0)
      throw new Error('tshark is missing: install it with `apt-get install tshark`');
    return new WireCapture(await PacketCapture.start(`udp port ${server}`, file), server);
  }

  /** End it, and read what is in it. */
  async finish(ports: WirePorts): Promise<Wire> {
    await this.capture.stop();
    const fields = FIELDS.flatMap((field) => ['-e', field]);
    const decode = ['-d', `udp.port==${this.server},sip`];
    const argv = [
      '-r',
      this.capture.file,
      ...decode,
      '-Y',
      'sip',
      '-T',
      'fields',
      '-E',
      'occurrence=f',
      ...fields,
    ];
    const tshark = spawn('tshark', argv, { stdio: ['ignore', 'pipe', 'ignore'] });
    const reader = new WireReader(ports);
    for await (const line of createInterface({ input: tshark.stdout })) reader.read(line.split('\t'));
    rmSync(this.capture.file, { force: true });
    return reader;
  }
}

/** Reduces messages in their order to calls and legs. */
class WireReader implements Wire {
  readonly calls = new Map<string, WireCall>();
  readonly legs: WireLeg[] = [];
  messages = 0;
  readonly #byCallId = new Map<string, WireCall>();
  readonly #legOf = new Map<string, WireLeg>();

  constructor(private readonly ports: WirePorts) {}

  read(fields: readonly string[]): void {
    const [time = '', from = '', method = '', status = '', of = '', callId = '', user = '', caller = ''] =
      fields;
    const at = Number(time) * 1000;
    const source = Number(from);
    this.messages++;
    if (status !== '') return this.#answered(callId, of, Number(status), source, at);
    if (method === 'INVITE' && source === this.ports.callers && !this.#byCallId.has(callId)) {
      const call = { number: caller, invitedAt: at, answeredAt: null, cancelled: false, refusedWith: null };
      this.calls.set(caller, call);
      this.#byCallId.set(callId, call);
    } else if (method === 'INVITE' && source === this.ports.server && !this.#byCallId.has(callId)) {
      if (this.#legOf.has(callId)) return;
      const leg = { agent: user, callId, startedAt: at, endedAt: null, answered: false };
      this.legs.push(leg);
      this.#legOf.set(callId, leg);
    } else if (method === 'CANCEL' && source === this.ports.callers) {
      const call = this.#byCallId.get(callId);
      if (call !== undefined) call.cancelled = true;
    }
  }

  #answered(callId: string, of: string, status: number, source: number, at: number): void {
    if (status < 200) return;
    const call = this.#byCallId.get(callId);
    if (call !== undefined && of === 'INVITE' && source === this.ports.server) {
      if (status < 300) call.answeredAt ??= at;
      else call.refusedWith ??= status;
      return;
    }
    const leg = this.#legOf.get(callId);
    if (leg === undefined || source !== this.ports.agents) return;
    if (of === 'INVITE' && status < 300) leg.answered = true;
    else if (of === 'INVITE' || of === 'BYE') leg.endedAt ??= at;
  }
}
