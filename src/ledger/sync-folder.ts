import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Make durable what names a folder has: a file that was made, renamed or deleted. Throws errors of the system. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
