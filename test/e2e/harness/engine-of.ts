import { readdirSync, readFileSync } from 'node:fs';
import { NgClient } from '../../../src/media/rtpengine/ng-client.js';
import type { Server } from './server.js';

/** The rtpengine that a server started. */
export interface RunningEngine {
  readonly pid: number;
  /** Calls that it holds, by their names there. */
  calls(): Promise<readonly string[]>;
}

/** Process id of the Janus that a server started; undefined while there is none. */
export function mixerOf(server: Server): number | undefined {
  return childrenOf(server).find((pid) => commandOf(pid).includes('janus'));
}

function childrenOf(server: Server): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => parentOf(pid) === server.child.pid).map(Number);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}

/** Found among the children of the server; undefined while there is none. */
export function engineOf(server: Server): RunningEngine | undefined {
  for (const pid of childrenOf(server)) {
    const port = /--listen-ng=127\.0\.0\.1:(\d+)/.exec(commandOf(pid))?.[1];
    if (port !== undefined) return { pid, calls: () => callsIn(Number(port)) };
  }
  return undefined;
}

/** Calls in the rtpengine whose ng port this is. */
export async function callsIn(port: number): Promise<readonly string[]> {
  const client = new NgClient({ host: '127.0.0.1', port });
  const reply = await client.request('list', { limit: 1000 });
  client.close();
  if (!reply.ok) throw new Error('the engine does not answer');
  return Array.isArray(reply.fields.calls) ? reply.fields.calls.map(String) : [];
}
