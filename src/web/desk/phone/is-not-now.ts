/**
 * An answer to an INVITE with Replaces that says "not now", so that it is worth sending again: the two are being brought
 * together with others at this very moment (491), the server fails or is being started again, or nothing came back at all
 * (RFC 3261 §8.1.3.1). A 6xx says that the conversation is over (RFC 3891 §3).
 */
export function isNotNow(status: number): boolean {
  return status === 491 || status === 408 || (status >= 500 && status < 600);
}
