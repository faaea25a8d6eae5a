/** Wide characters of East Asian scripts (Unicode UAX #11 W and F), as ranges of code points. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) continue;
    width += WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
  }
  return width;
}

/** A text that a peer may have written, safe for a terminal: control characters show as `\x1b`. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => {
      const code = character.charCodeAt(0);
      return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
    },
  );
}

/** The first line of a text, at most so many columns wide; `…` stands for what is left out. */
export function shortened(text: string | null, width: number): string | null {
  if (text === null) return null;
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  if (line === text && displayWidth(text) <= width) return text;
  let kept = '';
  for (const character of line) {
    // One column stays for the mark.
    if (displayWidth(kept + character) >= width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Lines of a table with aligned columns, the first row being the heading. Numbers stand right. */
export function table(rows: readonly (readonly (string | number | null)[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '-' : printable(String(cell)))));
  const right = (rows[0] ?? []).map((_, column) =>
    rows.slice(1).some((row) => typeof row[column] === 'number'),
  );
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return right[column] === true ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** UTC milliseconds in the time zone of this machine: `2026-03-02 16:00:00.000`. */
export function localTime(milliseconds: number | null): string | null {
  if (milliseconds === null) return null;
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return String(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Milliseconds as seconds: `12.3 s`. */
export function seconds(milliseconds: number | null): string | null {
  return milliseconds === null ? null : `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * A time as a person types it: `2026-03-02`, `2026-03-02 08:00` or with a `T`, in the time zone of this
 * machine unless one is given (`Z`, `+08:00`). As ISO 8601 in UTC; undefined when it is none.
 */
export function parseLocalTime(text: string): string | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (match === null) return undefined;
  const date = new Date(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? ''}`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
