/** How rtpengine is called. */

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** See `EngineProcessSettings`. */
export interface CommandSettings {
  readonly interfaces: readonly string[];
  readonly threads: number;
  readonly keysPort?: number;
}

const forgottenAfterSeconds = 21_600;

/** The command line. `--config-file=none` is what keeps it from a configuration of the system. */
export function engineArguments(
  settings: CommandSettings,
  port: number,
  ports: PortRange,
  captures: string | null = null,
): string[] {
  return [
    '--config-file=none',
    '--table=-1',
    '--foreground',
    '--log-stderr',
    '--no-log-timestamps',
    '--log-level=5',
    `--listen-ng=127.0.0.1:${port}`,
    ...settings.interfaces.map((address) => `--interface=${address}`),
    `--port-min=${ports.min}`,
    `--port-max=${ports.max}`,
    `--num-threads=${settings.threads}`,
    // It ends calls in which nobody sends, whatever plays to them: by default after a minute of a silent hold. We
    // end calls ourselves; this is for one that was forgotten.
    `--timeout=${forgottenAfterSeconds}`,
    `--silent-timeout=${forgottenAfterSeconds}`,
    // It refuses to start where it cannot write to this folder.
    ...(captures === null
      ? []
      : [`--recording-dir=${captures}`, '--recording-method=pcap', '--recording-format=raw']),
    ...(settings.keysPort === undefined ? [] : [`--dtmf-log-dest=127.0.0.1:${settings.keysPort}`]),
  ];
}

/** The lower half of a range for even numbers of earlier starts, the upper one for odd ones; both begin even. */
export function halfOf({ min, max }: PortRange, starts: number): PortRange {
  const middle = min + 2 * Math.ceil((max - min + 1) / 4);
  return starts % 2 === 0 ? { min, max: middle - 1 } : { min: middle, max };
}
