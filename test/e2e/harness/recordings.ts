import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readStereo, runsIn } from '../../unit/media/recording/read-stereo.js';
import type { Server } from './server.js';
import { voices } from './voice-stage.js';
import { until } from './wait.js';

const recordingSchema = z.object({
  id: z.string(),
  callId: z.string(),
  startedAt: z.coerce.date(),
  endedAt: z.coerce.date(),
  durationMs: z.number().nullable(),
  trigger: z.string(),
  requestedBy: z.string().nullable(),
  outcome: z.string(),
  endedBy: z.string(),
  cause: z.string().nullable(),
  announcedAt: z.string().nullable(),
  file: z.string().nullable(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  voices: z.array(
    z.object({
      channel: z.string(),
      role: z.string(),
      member: z.string().nullable(),
      fromAt: z.coerce.date(),
      toAt: z.coerce.date(),
    }),
  ),
});
export type RecordingRow = z.output<typeof recordingSchema>;

/** Recordings of a call, oldest first, once the ledger has so many. */
export function recordingsOf(server: Server, callId: string, count = 1): Promise<readonly RecordingRow[]> {
  return until(
    `${count} recordings of call ${callId}`,
    async () => {
      const page = await server.api.get(`/v1/recordings?callId=${callId}&order=oldest`);
      const { items } = z.object({ items: z.array(recordingSchema) }).parse(page);
      return items.length >= count ? items : undefined;
    },
    30_000,
  );
}

/** What is heard on both channels, by the names of players: runs of at least 100 ms, such as `agent 1.5`, in seconds. */
export function heardOn(file: Buffer): { readonly left: readonly Part[]; readonly right: readonly Part[] } {
  const { left, right } = readStereo(file);
  return { left: partsOf(left), right: partsOf(right) };
}

/** Somebody is heard, or nobody (null), for so long. */
export interface Part {
  readonly who: string | null;
  readonly ms: number;
}

function partsOf(samples: Int16Array): readonly Part[] {
  const names = new Map<number, string>(Object.entries(voices).map(([name, frequency]) => [frequency, name]));
  const parts: { who: string | null; ms: number }[] = [];
  for (const run of runsIn(samples, [...names.keys()])) {
    const [heard = '', count = ''] = run.split(' x ');
    const ms = Number(count) * 20;
    if (ms < 100) continue;
    const who = names.get(Number(heard)) ?? null;
    const last = parts.at(-1);
    if (last !== undefined && last.who === who) last.ms += ms;
    else parts.push({ who, ms });
  }
  return parts;
}

/** Files that are in the spool of a server. */
export function spoolOf({ dataFolder }: Server): readonly string[] {
  const spool = join(dataFolder, 'recordings', 'spool');
  const found = readdirSync(spool, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}
