import { readFileSync } from 'node:fs';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** The parts that we read of a profile as `node --cpu-prof` writes it. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly name: string;
  readonly ms: number;
  /** Of the time that was not idle, 0 to 1. */
  readonly share: number;
}

export interface ProfileSummary {
  readonly busyMs: number;
  /** Rooms of src/sip, and `node`, `(garbage collector)`, `(program)` (system calls among it); most time first. */
  readonly rooms: readonly Share[];
  readonly functions: readonly Share[];
}

/** Where a profile's time went, without what was called (self time). */
export function summariseProfile(file: string, mostFunctions = 25): ProfileSummary {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const rooms = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  profile.samples.forEach((sample, index) => {
    const frame = frames.get(sample);
    if (frame === undefined || frame.functionName === '(idle)') return;
    // A sample stands for the time until the next one.
    const ms = (profile.timeDeltas[index + 1] ?? 0) / 1000;
    busy += ms;
    add(rooms, roomOf(frame), ms);
    add(functions, `${frame.functionName || '(anonymous)'} ${placeOf(frame)}`.trim(), ms);
  });
  return {
    busyMs: busy,
    rooms: ranking(rooms, busy),
    functions: ranking(functions, busy).slice(0, mostFunctions),
  };
}

function roomOf({ url, functionName }: CallFrame): string {
  const inside = /\/sip\/(?:([\w-]+)\/)?([\w-]+)\.[jt]s$/.exec(url);
  if (inside !== null) return inside[1] ?? inside[2] ?? '';
  return functionName.startsWith('(') && url === '' ? functionName : 'node';
}

const placeOf = ({ url, lineNumber }: CallFrame): string =>
  url === '' ? '' : `${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;

function add(sums: Map<string, number>, name: string, ms: number): void {
  sums.set(name, (sums.get(name) ?? 0) + ms);
}

function ranking(sums: ReadonlyMap<string, number>, whole: number): Share[] {
  return [...sums]
    .map(([name, ms]) => ({ name, ms, share: ms / Math.max(whole, 0.001) }))
    .sort((a, b) => b.ms - a.ms);
}
