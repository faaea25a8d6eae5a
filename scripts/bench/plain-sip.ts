/** As much of SIP over UDP as parties of a bench need. Nothing of the server's own: what it sends is read independently. */

/** A message as it came; header names are compared as they are written, which a server does the usual way. */
export interface PlainMessage {
  readonly text: string;
  /** Null: a request. */
  readonly status: number | null;
  /** Of the request, or from CSeq. */
  readonly method: string;
  readonly callId: string;
  /** Request-URI; empty for a response. */
  readonly uri: string;
}

/** A session description that offers or takes PCMA; media is not sent. */
export const PLAIN_SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000',
  '',
].join('\r\n');

export function readPlain(text: string): PlainMessage {
  const [first = ''] = text.split('\r\n', 1);
  const words = first.split(' ');
  const response = words[0] === 'SIP/2.0';
  const method = header(text, 'CSeq').split(' ')[1] ?? '';
  return {
    text,
    status: response ? Number(words[1]) : null,
    method: response ? method : (words[0] ?? ''),
    callId: header(text, 'Call-ID'),
    uri: response ? '' : (words[1] ?? ''),
  };
}

/** The first header of that name; empty when there is none. */
export function header(text: string, name: string): string {
  return headers(text, name)[0] ?? '';
}

export function headers(text: string, name: string): readonly string[] {
  const head = text.split('\r\n\r\n', 1)[0] ?? '';
  return head
    .split('\r\n')
    .flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
}

/** The text between `<` and `>`. */
export function uriIn(value: string): string {
  return /<([^>]+)>/.exec(value)?.[1] ?? value;
}

/** A message with its length; `body` is SDP unless `content` says what it is. */
export function plainMessage(
  first: string,
  lines: readonly string[],
  body = '',
  content = 'application/sdp',
): string {
  const type = body === '' ? [] : [`Content-Type: ${content}`];
  return `${[first, ...lines, ...type, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
}

/** A response to a request, with the tag and Contact of whoever answers. */
export function plainAnswer(
  request: PlainMessage,
  status: string,
  tag: string,
  contact: string,
  body = '',
): string {
  const { text } = request;
  const to = header(text, 'To');
  return plainMessage(
    `SIP/2.0 ${status}`,
    [
      ...headers(text, 'Via').map((via) => `Via: ${via}`),
      ...headers(text, 'Record-Route').map((route) => `Record-Route: ${route}`),
      `From: ${header(text, 'From')}`,
      `To: ${to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${header(text, 'CSeq')}`,
      `Contact: <${contact}>`,
    ],
    body,
  );
}
