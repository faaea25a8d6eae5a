import { readFileSync } from 'node:fs';
import type { Fault } from './fault.js';

/** Text of a file, or the fault that says why it cannot be had. Reads UTF-8, with or without a byte order mark. */
export type TextResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: Fault };

/** Read a small text file at once; used at start and on reload only. */
export function readText(file: string): TextResult {
  try {
    const text = readFileSync(file, 'utf8');
    return { ok: true, text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text };
  } catch (error) {
    return { ok: false, fault: unreadable(file, error) };
  }
}

function unreadable(file: string, error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [message, remedy] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? ['there is no such file', 'check the path, or create the file']
      : code === 'EACCES' || code === 'EPERM'
        ? ['the file may not be read', 'give the user that runs onekey the right to read it']
        : code === 'EISDIR'
          ? ['this is a folder, not a file', 'name the file in it']
          : [
              `the file cannot be read (${error instanceof Error ? error.message : String(error)})`,
              'check the path',
            ];
  return { file, line: 0, column: 0, path: '', message, remedy };
}
