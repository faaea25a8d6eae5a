/** Where the caller is, out of what its INVITE carried (RFC 6442). */
import type { Carried } from '../call/carried.js';
import type { CallerLocation } from './operations.js';

/** Longer documents are not looked into; characters. */
const MAX_PIDF = 64 * 1024;
const PIDF = /^application\/pidf\+xml\s*(;|$)/i;

/** Null when the INVITE told nothing of a location. Never throws. */
export function callerLocation({ headers, bodies }: Carried): CallerLocation | null {
  const references = referencesIn(headers.Geolocation ?? '');
  const pidf = bodies.find(({ type }) => PIDF.test(type))?.text ?? null;
  if (pidf === null && references.length === 0) return null;
  const document = pidf !== null && pidf.length <= MAX_PIDF ? pidf : '';
  return { references, point: pointIn(document), address: addressIn(document), pidf };
}

/** URIs of a Geolocation header but those that mean a body of the same message (`cid:`). */
function referencesIn(header: string): readonly string[] {
  return [...header.matchAll(/<([^<>]*)>/g)]
    .map(([, uri]) => (uri ?? '').trim())
    .filter((uri) => uri !== '' && !/^cid:/i.test(uri));
}

/** The first position, latitude before longitude (RFC 5491 §5.2.1), and the radius where it is a circle's. */
function pointIn(document: string): CallerLocation['point'] {
  const [latitude, longitude] = (textOf(document, 'pos') ?? '').split(/\s+/).map(Number);
  if (latitude === undefined || longitude === undefined) return null;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return null;
  const radius = Number(textOf(document, 'radius') ?? Number.NaN);
  return { latitude, longitude, radius: radius >= 0 ? radius : null };
}

/** The elements of the first civic address (RFC 5139) in their order, with spaces between. */
function addressIn(document: string): string | null {
  const start = /<(?:[\w.-]+:)?civicAddress[\s>]/.exec(document)?.index;
  if (start === undefined) return null;
  const end = /<\/(?:[\w.-]+:)?civicAddress\s*>/.exec(document.slice(start))?.index;
  if (end === undefined) return null;
  const parts = [...document.slice(start, start + end).matchAll(/<(?:[\w.-]+:)?\w+[^<>]*>([^<>]+)<\//g)]
    .map(([, text]) => unescaped(text ?? ''))
    .filter((text) => text !== '');
  return parts.length === 0 ? null : parts.join(' ');
}

function textOf(document: string, element: string): string | null {
  const match = new RegExp(`<(?:[\\w.-]+:)?${element}(?:\\s[^<>]*)?>([^<>]+)<`).exec(document);
  return match === null ? null : (match[1] ?? '').trim();
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(\w{1,4});/g, (whole, name: string) => ENTITIES[name] ?? whole).trim();
}
