/** User-to-User (RFC 7433): the transfer id, as agents' desktops get it from any PBX. */

/** Octets that the header may carry; ISDN takes no more (RFC 7434 §5). */
const MOST_OCTETS = 128;
/** Protocol discriminator "IA5 characters" (ITU-T Q.931 §4.5.30). */
const IA5 = '04';

/**
 * The package is `isdn-uui` (RFC 7434), the one that PBXs and computer-telephony links pass on and that survives an
 * ISDN hop: hexadecimal, first octet 04, then the id in ASCII. With the id a desktop asks the API for the transfer;
 * matter and note are personal data and travel behind the link in Call-Info. Null when the id is too long.
 */
export function transferIdToUser(id: string): string | null {
  const octets = Buffer.from(id, 'ascii');
  if (octets.length > MOST_OCTETS) return null;
  return `${IA5}${octets.toString('hex')};encoding=hex;purpose=isdn-uui;content=isdn-uui`;
}
