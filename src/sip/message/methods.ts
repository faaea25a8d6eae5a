/** The methods of RFC 3261 and its extensions that the stack knows. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'MESSAGE',
  'UPDATE',
]);

/** Whether a method is one that is registered with IANA; names are case-sensitive (RFC 3261 §7.1). */
export const isKnownMethod = (method: string): boolean => KNOWN_METHODS.has(method);
