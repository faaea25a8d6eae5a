import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** Clock ticks per second in which the kernel counts CPU time. */
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time that a process and its threads have used, user and system; milliseconds, in steps of 10. */
export function cpuMs(pid: number): number {
  // The name of the program stands in parentheses and may hold spaces: count the fields after it.
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** Memory of a process that is in RAM; bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** The machine and the programs, in one line. */
export function machineLine(): string {
  const [cpu] = cpus();
  const sipp = /SIPp v([\d.]+)/.exec(sippVersion())?.[1] ?? 'unknown';
  const memory = (totalmem() / 2 ** 30).toFixed(1);
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB; node ${process.version}; sipp ${sipp}`;
}

/** sipp ends with 99 after its version. */
function sippVersion(): string {
  try {
    return execFileSync('sipp', ['-v'], { encoding: 'utf8' });
  } catch (error) {
    const text = typeof error === 'object' && error !== null && 'stdout' in error ? error.stdout : '';
    return String(text);
  }
}
