import { INVALID } from './invalid.js';
import { SEMANTIC } from './semantic.js';
import { VALID } from './valid.js';
import type { TortureMessage } from './write.js';

/** Every message of RFC 4475. */
export const TORTURE: readonly TortureMessage[] = [...VALID, ...INVALID, ...SEMANTIC];
