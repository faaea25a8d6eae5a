/**
 * What a page must know of its conversation to take it up again after it was loaded anew: the dialog that it had
 * (RFC 3261 §12), so that a new INVITE can replace it (RFC 3891). Kept for this tab alone.
 */
export interface KeptDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Whom to send the INVITE to. */
  readonly remoteUri: string;
  /** When it was last known to be up; UTC milliseconds. */
  readonly seenAt: number;
}

const key = 'onekey.dialog';
/** A dialog whose phone was silent for longer is not taken up again: the other side has given it up. */
const freshMs = 60_000;

export function keepDialog(dialog: KeptDialog): void {
  sessionStorage.setItem(key, JSON.stringify(dialog));
}

export function forgetDialog(): void {
  sessionStorage.removeItem(key);
}

export function keptDialog(now: number): KeptDialog | null {
  const text = sessionStorage.getItem(key);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isDialog(value) && now - value.seenAt < freshMs ? value : null;
  } catch {
    return null;
  }
}

function isDialog(value: unknown): value is KeptDialog {
  if (typeof value !== 'object' || value === null) return false;
  const { callId, localTag, remoteTag, remoteUri, seenAt } = value as Record<string, unknown>;
  return (
    [callId, localTag, remoteTag, remoteUri].every((each) => typeof each === 'string' && each !== '') &&
    typeof seenAt === 'number'
  );
}

/** Value of the Replaces header that names the dialog as its other side knows it (RFC 3891 §3, §6.1). */
export function replacesOf({ callId, localTag, remoteTag }: KeptDialog): string {
  return `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
}
