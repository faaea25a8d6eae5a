import { readdirSync, readFileSync } from 'node:fs';
import { NgClient } from '../../../src/media/rtpengine/ng-client.js';
import type { Server } from './server.js';

/** The rtpengine that a server started. */
export interface RunningEngine {
  readonly pid: number;
  /** Calls that it holds, by their names there. */
  calls(): Promise<readonly string[]>;
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
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (parentOf(pid) !== server.child.pid) continue;
    const port = /--listen-ng=127\.0\.0\.1:(\d+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1];
    if (port !== undefined) return { pid: Number(pid), calls: () => callsIn(Number(port)) };
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
