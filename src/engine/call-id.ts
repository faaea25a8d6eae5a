const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/**
 * A new call id: 9 base-36 digits of time, so that ids sort by it, and 8 random ones (41 bits). Letters and
 * digits only, because it is part of leg ids, SIP tags and User-to-User.
 */
export function newCallId(utc: number, randomBytes: (size: number) => Uint8Array): string {
  let id = Math.floor(utc).toString(36).padStart(9, '0');
  for (const byte of randomBytes(8)) id += DIGITS[byte % 36];
  return id;
}
