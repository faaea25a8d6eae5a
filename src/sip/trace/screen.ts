import type { TraceEntry } from '../log.js';

/** An entry for people: a line that says when, where from and where to, then the message, indented. */
export function screenText(entry: TraceEntry): string {
  const { direction, transport, local, remote, time, bytes } = entry;
  const at = new Date(time).toISOString().slice(11, 23);
  const arrow = direction === 'in' ? '<-' : '->';
  const text = bytes.toString('utf8').trimEnd().replace(/\r?\n/g, '\n  ');
  return `${at} ${transport} ${local} ${arrow} ${remote} ${bytes.length} bytes\n  ${printable(text)}\n`;
}

/** A peer's bytes must not drive the terminal. */
function printable(text: string): string {
  let shown = '';
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    const control = (code < 32 && code !== 10 && code !== 9) || (code >= 127 && code < 160);
    shown += control ? `\\x${code.toString(16).padStart(2, '0')}` : c;
  }
  return shown;
}
