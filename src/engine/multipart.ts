/** Bodies of several parts (RFC 2046 §5.1, RFC 5621): a reader that takes whatever comes, and a writer. */
import { parameterOf, splitOnce } from './header-values.js';

export interface BodyPart {
  /** Media type, lower case, without parameters. */
  readonly type: string;
  /** Content-ID without angle brackets (RFC 2392); null when it has none. */
  readonly id: string | null;
  readonly text: string;
}

export interface NewPart extends BodyPart {
  /** Value of Content-Disposition; null for none. */
  readonly disposition: string | null;
}

/** Longest body that is looked into, characters; the SIP server takes no larger messages. */
const MOST_TEXT = 65_536;
const MOST_PARTS = 16;
const MOST_HEADER_LINES = 16;
/** Parts within parts. */
const DEEPEST = 3;

/** `multipart/mixed` of `Multipart/Mixed; boundary=x`. */
export function mediaType(contentType: string): string {
  return splitOnce(contentType, ';')[0].trim().toLowerCase();
}

/**
 * The parts of a body, those inside of others included, in their order; none when the body is no multipart or has
 * no boundary. A missing last delimiter is forgiven.
 */
export function readParts(contentType: string, body: string): readonly BodyPart[] {
  return body.length > MOST_TEXT ? [] : partsWithin(contentType, body, 1).slice(0, MOST_PARTS);
}

function partsWithin(contentType: string, body: string, depth: number): BodyPart[] {
  if (!mediaType(contentType).startsWith('multipart/')) return [];
  const boundary = parameterOf(contentType, 'boundary') ?? '';
  if (boundary === '' || boundary.length > 70) return [];
  return sections(body, `--${boundary}`).flatMap((section) => {
    const { headers, text } = headed(section);
    const type = headers.get('content-type') ?? 'text/plain';
    if (depth < DEEPEST && mediaType(type).startsWith('multipart/'))
      return partsWithin(type, text, depth + 1);
    // SIP is 8-bit clean (RFC 3261 §7.4.1); what is encoded all the same is left alone.
    const encoding = (headers.get('content-transfer-encoding') ?? 'binary').toLowerCase();
    if (!['binary', '8bit', '7bit'].includes(encoding)) return [];
    return [{ type: mediaType(type), id: contentId(headers.get('content-id')), text }];
  });
}

/** What stands between the delimiter lines. */
function sections(body: string, delimiter: string): string[] {
  const found: string[] = [];
  let start = -1;
  for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, at + 1)) {
    const after = at + delimiter.length;
    const last = body.startsWith('--', after);
    const startsLine = at === 0 || body[at - 1] === '\n';
    if (!startsLine || !(last || endsLine(body, after))) continue;
    if (start !== -1) found.push(withoutLastLineEnd(body.slice(start, at)));
    if (last || found.length >= MOST_PARTS) return found;
    const lineEnd = body.indexOf('\n', after);
    start = lineEnd === -1 ? body.length : lineEnd + 1;
  }
  if (start !== -1) found.push(body.slice(start));
  return found;
}

/** Nothing but white space follows on this line. */
function endsLine(body: string, from: number): boolean {
  for (let i = from; i < body.length && body[i] !== '\n'; i++) {
    if (body[i] !== ' ' && body[i] !== '\t' && body[i] !== '\r') return false;
  }
  return true;
}

function withoutLastLineEnd(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2);
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** Headers of a part, by their names in lower case, and what follows the empty line. */
function headed(section: string): { headers: ReadonlyMap<string, string>; text: string } {
  const headers = new Map<string, string>();
  let start = 0;
  for (let line = 0; line < MOST_HEADER_LINES; line++) {
    const end = section.indexOf('\n', start);
    const raw = section.slice(start, end === -1 ? section.length : end).replace(/\r$/, '');
    const next = end === -1 ? section.length : end + 1;
    if (raw === '') return { headers, text: section.slice(next) };
    const [name, value] = splitOnce(raw, ':');
    headers.set(name.trim().toLowerCase(), value.trim());
    start = next;
    if (end === -1) break;
  }
  return { headers, text: section.slice(start) };
}

/** Content-ID without its brackets; null when there is none that could be named in a `cid:` URL. */
export function contentId(header: string | undefined): string | null {
  const id = (header ?? '').trim().replace(/^<|>$/g, '');
  return /^[!-~]{1,200}$/.test(id) && !/[<>"]/.test(id) ? id : null;
}

/** A multipart/mixed body; its boundary is in none of the parts. */
export function writeParts(parts: readonly NewPart[]): {
  readonly contentType: string;
  readonly body: string;
} {
  let boundary = 'onekey';
  for (let n = 1; parts.some((part) => part.text.includes(`--${boundary}`)); n++) boundary = `onekey-${n}`;
  const sections = parts.map(({ type, id, disposition, text }) => {
    const lines = [`--${boundary}`, `Content-Type: ${type}`];
    if (id !== null) lines.push(`Content-ID: <${id}>`);
    if (disposition !== null) lines.push(`Content-Disposition: ${disposition}`);
    return `${lines.join('\r\n')}\r\n\r\n${text}\r\n`;
  });
  return {
    contentType: `multipart/mixed;boundary=${boundary}`,
    body: `${sections.join('')}--${boundary}--\r\n`,
  };
}
