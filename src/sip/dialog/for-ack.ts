/** All that an ACK needs of its INVITE. */
export const FOR_ACK: ReadonlySet<string> = new Set([
  'Via',
  'Route',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Authorization',
  'Proxy-Authorization',
]);
