import { join } from 'node:path';
import { Gauge, type Registry } from 'prom-client';
import type { Config } from './config/config.js';
import type { MediaAnchor } from './media/anchor.js';
import { type OfficeHooks, RecordingOffice } from './media/recording/recording-office.js';

/** The office of recordings as the settings want it; null where media servers write nowhere that we see. */
export function recordingOffice(
  { data, recording, media }: Pick<Config, 'data' | 'recording' | 'media'>,
  hooks: OfficeHooks,
): RecordingOffice | null {
  const { engineFolder, retentionDays, minFreeMegabytes } = recording;
  if (media.anchor === 'direct' || (!media.rtpengine.spawn && engineFolder === '')) return null;
  return new RecordingOffice(
    {
      folder: recordingsFolder({ data, recording }),
      engineFolder: media.rtpengine.spawn ? null : engineFolder,
      retentionDays,
      minFreeMegabytes,
    },
    hooks,
  );
}

/** Where recordings are, absolute. */
export function recordingsFolder({ data, recording }: Pick<Config, 'data' | 'recording'>): string {
  return recording.folder === '' ? join(data, 'recordings') : recording.folder;
}

/** Adds what recordings do to a Prometheus registry; read when it is scraped. */
export function addRecordingMetrics(registry: Registry, { workshop }: RecordingOffice): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const waiting = 'Recordings that have ended and whose files are not made yet';
  gauge('onekey_recordings_waiting', waiting, () => workshop.waiting);
  const free = 'Room on the disk of recordings; -1 when it cannot be told';
  gauge('onekey_recordings_free_bytes', free, () => workshop.freeBytes ?? -1);
}

/** Why nothing is recorded although the settings want it, for people. */
export function recordingProblems(
  anchor: Pick<MediaAnchor, 'kind' | 'recording'>,
  office: RecordingOffice | null,
): readonly string[] {
  if (office === null || anchor.kind === 'direct') return [];
  if (anchor.recording === null)
    return ['nothing can be recorded: the folder of recordings cannot be written'];
  return office.workshop.enoughRoom ? [] : ['nothing is recorded: the disk of recordings is nearly full'];
}
