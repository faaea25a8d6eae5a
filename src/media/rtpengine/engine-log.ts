import type { MediaLog } from '../log.js';

/** Longest line that is kept together; characters. */
const longestLine = 4096;

type Level = 'debug' | 'info' | 'warn' | 'error';

/** One line of what rtpengine writes. */
export interface EngineLine {
  readonly level: Level;
  /** The call it is about, when it says so. */
  readonly callId: string | null;
  readonly text: string;
}

const levels: ReadonlyMap<string, Level> = new Map([
  ['DEBUG', 'debug'],
  ['INFO', 'debug'],
  ['NOTICE', 'info'],
  ['WARNING', 'warn'],
  ['ERR', 'error'],
  ['CRIT', 'error'],
  ['ALERT', 'error'],
  ['EMERG', 'error'],
]);

/** Read a line such as `ERR: [call-id]: [core] text`, written with `--no-log-timestamps`. */
export function readEngineLine(line: string): EngineLine {
  const match = /^([A-Z]+): (?:\[([^\]]*)\]: )?(.*)$/.exec(line);
  const level = match === null ? undefined : levels.get(match[1] ?? '');
  if (match === null || level === undefined) return { level: 'info', callId: null, text: line };
  // The call may come with its port: `[call-id port 41000]`.
  const callId = match[2]?.split(' ', 1)[0] ?? null;
  return { level, callId, text: match[3] ?? '' };
}

/** Takes what rtpengine writes, in whatever pieces it comes, and logs it line by line. */
export class EngineLog {
  #rest = '';
  #lastLine: string | null = null;
  #complaint: string | null = null;

  constructor(private readonly log: MediaLog) {}

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-longestLine);
    for (const line of lines) if (line !== '') this.#write(line.slice(0, longestLine));
  }

  /** Why it stopped, as far as it said so: its last warning, or what is worse; else its last line. */
  get lastWords(): string | null {
    return this.#complaint ?? this.#lastLine;
  }

  #write(line: string): void {
    const { level, callId, text } = readEngineLine(line);
    this.#lastLine = text;
    if (level === 'warn' || level === 'error') this.#complaint = text;
    this.log[level](callId === null ? {} : { callId }, text);
  }
}
