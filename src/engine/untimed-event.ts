import type { CallEvent } from '../call/event.js';

/** An event that the engine has yet to give the time. */
export type UntimedEvent = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;
export type UntimedEventOf<T extends CallEvent['type']> = Extract<UntimedEvent, { type: T }>;
