/** The dialog that a Replaces header names (RFC 3891 §3). */
import { parameterOf, splitOnce } from './header-values.js';

export interface DialogName {
  readonly callId: string;
  /** Tag of whoever gets the Replaces: ours. */
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

const LONGEST = 1000;

/** Null when Call-ID or a tag is missing. */
export function parseReplaces(value: string): DialogName | null {
  if (value.length > LONGEST) return null;
  const callId = splitOnce(value, ';')[0].trim();
  const toTag = parameterOf(value, 'to-tag') ?? '';
  const fromTag = parameterOf(value, 'from-tag') ?? '';
  if (callId === '' || toTag === '' || fromTag === '') return null;
  return { callId, toTag, fromTag, earlyOnly: parameterOf(value, 'early-only') !== null };
}
