/** The page's requests to the server. */
import { mediaEngines } from './media-engines.js';
import type {
  Alert,
  DialPlan,
  Figures,
  Health,
  Ladder,
  LiveCall,
  MediaEngine,
  MissedCall,
  Queue,
  Surge,
} from './shapes.js';

/** Something was refused, or the server could not be reached (`server-away`). `code` is stable. */
export class OpsError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'OpsError';
  }
}

let answeredAt = Date.now();

/** When the server last answered a request; UTC milliseconds of this machine. */
export const lastAnswerAt = (): number => answeredAt;

/** What is not set, or empty, is left out. */
export type Query = Readonly<Record<string, string | undefined>>;

export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

export interface SendOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @throws OpsError when the answer is none, or no good one */
export async function send(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { signal, headers, body }: SendOptions = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { ...headers },
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    throw new OpsError('server-away', error instanceof Error ? error.message : String(error));
  }
  if (response.ok) {
    answeredAt = Date.now();
    return response;
  }
  const answer: unknown = await response.json().catch(() => ({}));
  const { error } = answer as { readonly error?: { readonly code?: string; readonly message?: string } };
  // A reverse proxy without a server behind it.
  const without = [502, 504].includes(response.status) ? 'server-away' : `http-${response.status}`;
  throw new OpsError(error?.code ?? without, error?.message ?? response.statusText);
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  const response = await send('GET', withQuery(path, query));
  return (await response.json()) as T;
}

function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return send('POST', path, { headers, body: JSON.stringify(body) });
}

interface Listing<T> {
  readonly items: readonly T[];
}

async function health(): Promise<Health> {
  // 503 tells of problems, too.
  const response = await fetch('/healthz').catch((error: unknown) => {
    throw new OpsError('server-away', String(error));
  });
  return (await response.json()) as Health;
}

async function engines(): Promise<readonly MediaEngine[]> {
  return mediaEngines(await (await send('GET', '/metrics')).text());
}

export const opsClient = {
  liveCalls: () => get<Listing<LiveCall>>('/v1/calls/live'),
  queues: () => get<Listing<Queue>>('/v1/queues'),
  alerts: () => get<Listing<Alert>>('/v1/alerts'),
  surges: () => get<Listing<Surge>>('/v1/statistics/surges'),
  figures: (from: string) => get<{ readonly all: Figures }>('/v1/statistics', { from }),
  dialPlan: () => get<DialPlan>('/v1/dialplan'),
  matters: () =>
    get<Listing<{ readonly code: string; readonly zh: string; readonly en: string | null }>>('/v1/matters', {
      limit: '500',
    }),
  story: (id: string) => get<Ladder>(`/v1/calls/${encodeURIComponent(id)}/story`),
  agents: () => get<Listing<{ readonly id: string; readonly displayName: string }>>('/v1/agents'),
  missedCalls: (query: Query) => get<Listing<MissedCall>>('/v1/missed-calls', query),
  callBack: (id: string, agent: string) =>
    post(`/v1/missed-calls/${encodeURIComponent(id)}/call-back`, { agent }),
  calledBack: (id: string) => post(`/v1/missed-calls/${encodeURIComponent(id)}/done`, {}),
  /** A masked number of a caller, for a reason that the audit keeps; null when it was withheld. */
  callerNumber: async (call: string, reason: string) => {
    const response = await post(`/v1/calls/${encodeURIComponent(call)}/caller-number`, { reason });
    return ((await response.json()) as { readonly callerNumber: string | null }).callerNumber;
  },
  recordingLink: async (id: string) => {
    const response = await send('POST', `/v1/recordings/${encodeURIComponent(id)}/links`);
    return (await response.json()) as { readonly audio: string };
  },
  health,
  engines,
};
