/** SIP as the phones and the observer of a simulation read it: from a few lines of their own, not the server's code. */
export interface WireMessage {
  readonly kind: 'request' | 'response';
  /** Of a response: that of its CSeq. */
  readonly method: string;
  /** Request-URI; empty in a response. */
  readonly uri: string;
  /** 0 in a request. */
  readonly status: number;
  readonly reason: string;
  readonly callId: string;
  readonly seq: number;
  readonly fromTag: string;
  readonly toTag: string;
  /** Of the topmost Via. */
  readonly branch: string;
  readonly body: string;
  /** First value of a header, by its lower-case name; empty when there is none. */
  header(name: string): string;
  all(name: string): readonly string[];
}

class Parsed implements WireMessage {
  readonly kind: 'request' | 'response';
  readonly method: string;
  readonly uri: string = '';
  readonly status: number = 0;
  readonly reason: string = '';
  readonly callId: string;
  readonly seq: number;
  readonly fromTag: string;
  readonly toTag: string;
  readonly branch: string;
  private readonly names: string[] = [];
  private readonly values: string[] = [];

  constructor(
    first: string,
    lines: readonly string[],
    readonly body: string,
  ) {
    for (const line of lines) {
      const colon = line.indexOf(':');
      this.names.push(line.slice(0, colon).toLowerCase());
      this.values.push(line.slice(colon + 1).trim());
    }
    const [seq = '', method = ''] = this.header('cseq').split(' ');
    this.seq = Number(seq);
    if (first.startsWith('SIP/2.0 ')) {
      this.kind = 'response';
      this.method = method;
      this.status = Number(first.slice(8, 11));
      this.reason = first.slice(12);
    } else {
      const [name = '', uri = ''] = first.split(' ');
      this.kind = 'request';
      this.method = name;
      this.uri = uri;
    }
    this.callId = this.header('call-id');
    this.fromTag = parameter(this.header('from'), 'tag');
    this.toTag = parameter(this.header('to'), 'tag');
    this.branch = parameter(this.header('via'), 'branch');
  }

  header(name: string): string {
    const at = this.names.indexOf(name);
    return at < 0 ? '' : (this.values[at] ?? '');
  }

  all(name: string): readonly string[] {
    return this.values.filter((_, index) => this.names[index] === name);
  }
}

/** A header parameter after the address; empty when there is none. */
export function parameter(value: string, name: string): string {
  const at = value.lastIndexOf(`;${name}=`);
  if (at < 0) return '';
  const rest = value.slice(at + name.length + 2);
  const end = rest.search(/[;,>\s]/);
  return end < 0 ? rest : rest.slice(0, end);
}

/** The URI between angle brackets. */
export function uriOf(address: string): string {
  const open = address.indexOf('<');
  return open < 0 ? (address.split(';')[0] ?? '') : address.slice(open + 1, address.indexOf('>', open));
}

/** `8001` of `sip:8001@host`. */
export function userOf(uri: string): string {
  const at = uri.indexOf('@');
  return at < 0 ? '' : decodeURIComponent(uri.slice(uri.indexOf(':') + 1, at));
}

/** Everybody who gets one datagram reads it once. */
const known = new WeakMap<Buffer, WireMessage>();

/** Throws when this is no SIP message: nobody in a simulation says anything else. */
export function read(bytes: Buffer): WireMessage {
  const before = known.get(bytes);
  if (before !== undefined) return before;
  const text = bytes.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no SIP message: ${text.slice(0, 60)}`);
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const message = new Parsed(first, lines, text.slice(end + 4));
  known.set(bytes, message);
  return message;
}

export function write(lines: readonly string[], body: string, type = 'application/sdp'): Buffer {
  const content = body === '' ? [] : [`Content-Type: ${type}`];
  const head = [...lines, ...content, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`);
}
