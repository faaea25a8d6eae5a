/** The log that the media side writes to; a pino logger fits. */
export interface MediaLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

const nothing = (): void => undefined;

/** Writes nowhere. */
export const silentLog: MediaLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
