import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ports between which REFER and INVITE are looked for. */
export interface LatencyPorts {
  readonly agent: number;
  readonly server: number;
  readonly target: number;
}

/**
 * Time from a REFER on the wire to the INVITE that it causes at the target, as the kernel stamps both on the
 * loopback interface. The two are matched by the Referred-By header, which each agent makes different.
 */
export class LatencyCapture {
  private constructor(
    private readonly child: ChildProcess,
    private readonly file: string,
    private readonly ports: LatencyPorts,
  ) {}

  /** Undefined when packets cannot be captured here (dumpcap or tshark missing, or no permission). */
  static async start(ports: LatencyPorts, folder: string): Promise<LatencyCapture | undefined> {
    if (spawnSync('tshark', ['--version']).status !== 0) return undefined;
    const file = join(folder, 'refer.pcap');
    const filter = `udp and ((src port ${ports.agent} and dst port ${ports.server}) or (src port ${ports.server} and dst port ${ports.target}))`;
    const child = spawn('dumpcap', ['-q', '-i', 'lo', '-B', '64', '-s', '2000', '-f', filter, '-w', file], {
      stdio: 'ignore',
    });
    const failed = new Promise<true>((resolve) => {
      child.once('error', () => resolve(true));
      child.once('exit', () => resolve(true));
    });
    // dumpcap has no sign for "capturing now" that does not need its output parsed; it takes well under a second.
    if (await Promise.race([failed, sleep(1000, false)])) return undefined;
    return new LatencyCapture(child, file, ports);
  }

  /** End the capture; latencies in milliseconds, sorted. Transfers without both messages are left out. */
  async finish(): Promise<readonly number[]> {
    await new Promise((resolve) => {
      this.child.removeAllListeners('exit');
      this.child.once('exit', resolve);
      this.child.kill('SIGINT');
    });
    const { agent, server, target } = this.ports;
    const decode = [agent, server, target].flatMap((port) => ['-d', `udp.port==${port},sip`]);
    const fields = ['frame.time_epoch', 'sip.Method', 'sip.Referred-by'].flatMap((field) => ['-e', field]);
    const text = execFileSync(
      'tshark',
      [
        '-r',
        this.file,
        ...decode,
        '-Y',
        'sip.Method == "REFER" || sip.Method == "INVITE"',
        '-T',
        'fields',
        ...fields,
      ],
      { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    rmSync(this.file, { force: true });
    return match(text);
  }
}

/** Pair the first REFER and the first INVITE of each Referred-By. */
function match(text: string): number[] {
  const referred = new Map<string, number>();
  const latencies: number[] = [];
  for (const line of text.split('\n')) {
    const [time, method, by] = line.split('\t');
    if (time === undefined || by === undefined || by === '') continue;
    const at = Number(time) * 1000;
    if (method === 'REFER') {
      if (!referred.has(by)) referred.set(by, at);
      continue;
    }
    const asked = referred.get(by);
    if (asked === undefined) continue;
    latencies.push(at - asked);
    // A repeated INVITE must not be paired a second time.
    referred.set(by, Number.NaN);
  }
  return latencies.filter((latency) => !Number.isNaN(latency)).sort((a, b) => a - b);
}

/** The value below which a share of sorted figures lies. @param share 0 to 1. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
