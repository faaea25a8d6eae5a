import * as z from 'zod';
import type { RecordingRecord } from '../../ledger/records.js';
import type { RecordingJob, RecordingResult } from './job.js';

/** A recording on its way: what a restart needs to finish it. Kept in the spool as JSON. */
const place = z.object({
  leg: z.string(),
  family: z.union([z.literal(4), z.literal(6)]),
  port: z.number(),
  codecs: z.record(z.string(), z.string()),
});

const voice = z.object({
  channel: z.enum(['left', 'right']),
  leg: z.string(),
  role: z.enum(['caller', 'agent', 'target', 'monitor']),
  member: z.string().nullable(),
  fromAt: z.number(),
  /** Null while it is on the channel. */
  toAt: z.number().nullable(),
});

const entrySchema = z.object({
  /** Letters, digits and dashes only: it is part of names of files. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
  callId: z.string().regex(/^[A-Za-z0-9]{1,64}$/),
  startedAt: z.number(),
  /** Null while it goes on. */
  endedAt: z.number().nullable(),
  /** When a restart found that nobody had noted the end; null else. */
  cutOffAt: z.number().nullable(),
  trigger: z.enum(['policy', 'request']),
  requestedBy: z.string().nullable(),
  endedBy: z.enum(['call', 'request', 'policy', 'no-space', 'crash']).nullable(),
  /** Why nothing is written down, where nothing is. */
  cause: z.string().nullable(),
  announcedAt: z.number().nullable(),
  places: z.array(place),
  voices: z.array(voice),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
export type RecordingEntry = DeepReadonly<z.output<typeof entrySchema>>;
export type OpenVoice = RecordingEntry['voices'][number];

/** The entry in a file; null when it is none that we understand. */
export function readEntry(text: string): RecordingEntry | null {
  try {
    const read = entrySchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Path of the file of a recording within the folder of kept ones: by the day (UTC) on which it began. */
export function fileOf({ id, startedAt }: Pick<RecordingEntry, 'id' | 'startedAt'>): string {
  return `${new Date(startedAt).toISOString().slice(0, 10).replaceAll('-', '/')}/${id}.wav`;
}

/** What an entry asks the maker for. */
export function jobOf(
  entry: RecordingEntry,
  parts: Pick<RecordingJob, 'captures' | 'output' | 'decoder'>,
): RecordingJob {
  const { startedAt, endedAt, places } = entry;
  const voices = entry.voices.map(({ leg, channel, fromAt, toAt }) => ({
    leg,
    channel,
    fromAt,
    toAt: toAt ?? endedAt ?? Number.MAX_SAFE_INTEGER,
  }));
  return { ...parts, startedAt, endedAt, noLaterThan: entry.cutOffAt, places, voices };
}

/** What the ledger keeps of it. */
export function recordOf(entry: RecordingEntry, result: RecordingResult): RecordingRecord {
  const { id, callId, startedAt, trigger, requestedBy, announcedAt } = entry;
  const endedAt = result.outcome === 'failed' ? (entry.endedAt ?? startedAt) : result.endedAt;
  const kept = result.outcome === 'kept' ? result : null;
  return {
    kind: 'recording',
    id,
    callId,
    startedAt,
    endedAt,
    durationMs: kept?.durationMs ?? null,
    trigger,
    requestedBy,
    // Where nothing was written down it is no wonder that nothing was heard.
    outcome: entry.cause !== null && result.outcome === 'empty' ? 'failed' : result.outcome,
    endedBy: entry.endedBy ?? 'crash',
    cause: entry.cause ?? causeOf(result),
    announcedAt,
    file: kept === null ? null : fileOf(entry),
    format: kept?.format ?? null,
    bytes: kept?.bytes ?? null,
    sha256: kept?.sha256 ?? null,
    voices: entry.voices.map((one) => ({ ...one, toAt: one.toAt ?? endedAt })),
  };
}

function causeOf(result: RecordingResult): string | null {
  if (result.outcome === 'failed') return result.cause;
  return result.outcome === 'kept' && result.undecoded.length > 0 ? 'no-decoder' : null;
}
