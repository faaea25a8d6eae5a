/** Packets of the loopback interface, as the kernel sees them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The kernel gives packets to dumpcap in batches, the last one some time after it has come; milliseconds. */
const LAST_BATCH_MS = 1000;
const START_MS = 10_000;

export class PacketCapture {
  #said = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly file: string,
  ) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-4000);
    });
  }

  /**
   * Begin. Packets that come afterwards are in the file, a pcap.
   *
   * @param filter as of pcap-filter(7)
   * @throws when dumpcap is missing, or packets cannot be captured here.
   */
  static async start(filter: string, file: string): Promise<PacketCapture> {
    if (spawnSync('dumpcap', ['--version']).status !== 0)
      throw new Error('dumpcap is missing: install it with `apt-get install tshark`');
    const argv = ['-P', '-i', 'lo', '-B', '64', '-f', filter, '-w', file];
    const child = spawn('dumpcap', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    const capture = new PacketCapture(child, file);
    // The file is made once the interface is open and the filter set.
    for (const end = Date.now() + START_MS; !existsSync(file); await sleep(20)) {
      if (child.exitCode === null && Date.now() < end) continue;
      child.kill('SIGKILL');
      throw new Error(
        `packets of the loopback interface cannot be captured: run it as root\n${capture.#said}`,
      );
    }
    return capture;
  }

  /** End it; how many packets the kernel had to drop. */
  async stop(): Promise<{ readonly dropped: number }> {
    await sleep(LAST_BATCH_MS);
    await new Promise((resolve) => {
      this.child.once('close', resolve);
      this.child.kill('SIGINT');
    });
    // Packets received/dropped on interface 'lo': 1234/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)
    const dropped = /received\/dropped on interface .*: \d+\/(\d+)/.exec(this.#said)?.[1];
    if (dropped === undefined) throw new Error(`dumpcap did not end well:\n${this.#said}`);
    return { dropped: Number(dropped) };
  }
}
