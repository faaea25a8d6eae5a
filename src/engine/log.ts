/** The logger that the engine is given: pino, or anything of its shape. */
export interface EngineLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
  child(fields: Record<string, unknown>): EngineLog;
}
