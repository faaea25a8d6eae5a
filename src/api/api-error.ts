import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../engine/operations.js';
import { LedgerReadError } from '../ledger/ledger-read-error.js';

/** Body of every error; see `errorSchema`. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly field?: string;
    readonly faults?: string[];
    readonly calls?: string[];
  };
}

/** An error body. */
export function errorBody(code: string, message: string): ErrorBody {
  return { error: { code, message } };
}

/** Answer with a refusal of the engine. */
export function refusalBody({ code, message, calls }: Refusal): ErrorBody {
  return { error: { code, message, ...(calls === undefined ? {} : { calls: [...calls] }) } };
}

/** Answer for a path or method that does not exist. */
export function notFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?')[0] ?? '';
  void reply
    .code(404)
    .send(
      errorBody('no-such-route', `There is no ${request.method} ${path} here; see /docs for what there is.`),
    );
}

/** Everything that is thrown on the way to an answer; tells no more than the caller must know. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = describe(error);
  if (status >= 500)
    request.log.error(
      { err: error, method: request.method, url: request.url.replace(/([?&]key=)[^&]*/, '$1…') },
      'api: request failed',
    );
  if (status === 503) void reply.header('retry-after', '1');
  void reply.code(status).send(body);
}

/** What is no HTTP at all gets the same shape, as far as the connection still takes an answer. */
export function onClientError(error: Error & { readonly code: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const body = JSON.stringify(
    tooLong
      ? errorBody('headers-too-large', 'The headers are longer than 16 KiB.')
      : errorBody('bad-request', 'This is no HTTP request.'),
  );
  const status = tooLong ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body);
}

function describe(error: FastifyError): { readonly status: number; readonly body: ErrorBody } {
  const issue = error.validation?.[0];
  if (issue !== undefined) return { status: 400, body: invalid(issue, error.validationContext ?? 'request') };
  if (error instanceof LedgerReadError)
    return error.code === 'failed'
      ? {
          status: 500,
          body: errorBody('ledger-unreadable', 'The ledger could not be read; the log says why.'),
        }
      : { status: 503, body: errorBody('ledger-busy', `Try again in a moment: ${error.message}.`) };
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return { status, body: errorBody(CLIENT_ERRORS[status] ?? 'bad-request', error.message) };
  return { status: 500, body: errorBody('internal', 'Something went wrong here; the log says what.') };
}

const CLIENT_ERRORS: Readonly<Record<number, string>> = {
  404: 'no-such-route',
  413: 'body-too-large',
  414: 'url-too-long',
  415: 'unsupported-media-type',
};

const CONTEXTS: Readonly<Record<string, string>> = {
  querystring: 'query parameter',
  params: 'path parameter',
  body: 'body field',
  headers: 'header',
};

type Issue = NonNullable<FastifyError['validation']>[number];

/** Names the field and what is expected of it. */
function invalid(issue: Issue, context: string): ErrorBody {
  const keys = issue.params.keys;
  const unknown = Array.isArray(keys) ? keys.map(String) : [];
  const field = unknown[0] ?? issue.instancePath.slice(1).replaceAll('/', '.');
  const what = CONTEXTS[context] ?? context;
  const problem =
    unknown.length > 0 ? 'is not known here; see /docs for those that are' : (issue.message ?? 'is wrong');
  const message = field === '' ? `${context}: ${problem}` : `${what} "${field}": ${problem}`;
  return { error: { code: 'bad-request', message, ...(field === '' ? {} : { field }) } };
}
