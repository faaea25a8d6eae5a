/** What an INVITE carries for whoever is called in the end: privacy, location, history, priority. */
import type { Carried, CarriedBody } from '../call/carried.js';
import type { Trunk } from '../dialplan/plan.js';
import type { SipMessageParts } from './drachtio.js';
import { oneLine, readAddress, splitOnce, splitValues, unescaped } from './header-values.js';
import { contentId, mediaType, readParts } from './multipart.js';

/** A location as an object (RFC 4119, RFC 6442). */
const LOCATION_TYPE = 'application/pidf+xml';

/** Longest value of a carried header, characters. */
const LONGEST_VALUE = 1500;
/** Bodies are kept with the call, in memory and in the journal: their number, and their characters in all. */
const MOST_BODIES = 4;
const MOST_TEXT = 8192;

const HEADERS = [
  'Privacy',
  'Geolocation',
  'Geolocation-Routing',
  'Resource-Priority',
  'History-Info',
  'User-to-User',
  'Accept-Language',
] as const;

export const NOTHING_CARRIED: Carried = { headers: {}, bodies: [] };

/**
 * Headers that only a member's PBX may set. A citizen must neither claim priority (RFC 4412 §8) nor put data before
 * an agent's desktop that looks like a transfer's.
 */
const OF_MEMBERS_ONLY: ReadonlySet<string> = new Set(['Resource-Priority', 'User-to-User']);

/** What the INVITE carries. Session-ID is not among it: each leg has its own (`session-id.ts`). */
export function carriedBy(invite: SipMessageParts): Carried {
  const bodies = locationsIn(invite);
  const headers: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = oneLine(invite.get(name), LONGEST_VALUE);
    if (value !== null) headers[name] = value;
  }
  const locators = headers.Geolocation === undefined ? null : locatorsFor(headers.Geolocation, bodies);
  if (locators !== null) headers.Geolocation = locators;
  else delete headers.Geolocation;
  return bodies.length === 0 && Object.keys(headers).length === 0 ? NOTHING_CARRIED : { headers, bodies };
}

/** As much of it as may come from a trunk of this kind. */
export function admitted(carried: Carried, from: Trunk['kind']): Carried {
  if (from === 'member' || !Object.keys(carried.headers).some((name) => OF_MEMBERS_ONLY.has(name)))
    return carried;
  const headers = Object.fromEntries(
    Object.entries(carried.headers).filter(([name]) => !OF_MEMBERS_ONLY.has(name)),
  );
  return { ...carried, headers };
}

function locationsIn(invite: SipMessageParts): readonly CarriedBody[] {
  const { body } = invite;
  const contentType = invite.get('Content-Type');
  if (typeof body !== 'string' || body === '' || contentType === undefined) return [];
  const parts =
    mediaType(contentType) === LOCATION_TYPE
      ? [{ type: LOCATION_TYPE, id: contentId(invite.get('Content-ID')), text: body }]
      : readParts(contentType, body);
  const kept: CarriedBody[] = [];
  let room = MOST_TEXT;
  for (const part of parts) {
    if (part.type !== LOCATION_TYPE || part.text.length > room || kept.length === MOST_BODIES) continue;
    kept.push(part);
    room -= part.text.length;
  }
  return kept;
}

/** Geolocation without `cid:` URLs that name no kept body (RFC 6442 §4.1); null when nothing is left. */
function locatorsFor(geolocation: string, bodies: readonly CarriedBody[]): string | null {
  const left = splitValues(geolocation).filter((value) => {
    const uri = readAddress(value)?.uri ?? '';
    const [scheme, rest] = splitOnce(uri, ':');
    if (scheme.toLowerCase() !== 'cid') return uri !== '';
    return bodies.some((body) => body.id === unescaped(rest));
  });
  return left.length === 0 ? null : left.join(', ');
}

/** The headers as they are for a message that brings none of the bodies. */
export function withoutBodies(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { Geolocation: geolocation, 'Geolocation-Routing': routing, ...others } = headers;
  const locators = geolocation === undefined ? null : locatorsFor(geolocation, []);
  if (locators === null) return others;
  return {
    ...others,
    Geolocation: locators,
    ...(routing === undefined ? {} : { 'Geolocation-Routing': routing }),
  };
}
