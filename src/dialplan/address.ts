/** What somebody dialled or named, taken out of the form it came in. */
export interface Address {
  /** Number or key, unescaped, visual separators still in it. */
  readonly number: string;
  /** `phone-context` of a local number (RFC 3966 section 5.1.5); undefined when there is none. */
  readonly context: string | undefined;
}

/** Longer ones are nobody's number; the bound keeps hostile input cheap. */
const MAX_LENGTH = 512;

/**
 * Read a bare number or key, a SIP or SIPS URI (RFC 3261 section 19.1) or a tel URI (RFC 3966). Of a SIP
 * URI only the user part counts, with or without `user=phone`; parameters inside the user part are those
 * of a telephone subscriber (RFC 3261 section 19.1.6). A SIP URI that has no user part, as some phones
 * write it (`sip:110`), is read as if the host were the user: no host name is all digits.
 * Undefined when it cannot be read.
 */
export function parseAddress(address: string): Address | undefined {
  if (address.length > MAX_LENGTH) return undefined;
  const text = address.trim();
  const scheme = /^(sips?|tel):/i.exec(text);
  const rest = scheme === null ? text : text.slice(scheme[0].length);
  const isSip = scheme !== null && scheme[0].toLowerCase() !== 'tel:';
  const [number = '', ...parameters] = (isSip ? sipUser(rest) : rest).split(';');
  const unescaped = unescapeText(number);
  if (unescaped === undefined || unescaped === '') return undefined;
  return { number: unescaped, context: phoneContext(parameters) };
}

/** User part of what follows `sip:`, without the password. */
function sipUser(rest: string): string {
  const at = rest.indexOf('@');
  if (at < 0) return rest.replace(/[:?].*$/s, '');
  return rest.slice(0, at).replace(/:.*$/s, '');
}

function phoneContext(parameters: readonly string[]): string | undefined {
  for (const parameter of parameters) {
    const match = /^phone-context=(.*)$/is.exec(parameter);
    if (match !== null) return unescapeText(match[1] ?? '');
  }
  return undefined;
}

function unescapeText(text: string): string | undefined {
  if (!text.includes('%')) return text.trim();
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return undefined;
  }
}
