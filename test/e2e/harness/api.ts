import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';

const nullableText = z.string().nullable();

const healthSchema = z.object({ problems: z.array(z.string()) });

const callSchema = z.object({
  id: z.string(),
  callerNumber: nullableText,
  firstDialled: z.string(),
  firstMember: nullableText,
  lastMember: nullableText,
  startedAt: z.coerce.date(),
  answeredAt: z.coerce.date().nullable(),
  endedAt: z.coerce.date(),
  outcome: z.string(),
  missed: z.boolean(),
  endedBy: z.string(),
  cause: nullableText,
  legs: z.number(),
  transfers: z.number(),
  durationMs: z.number().nullable(),
  callBackOf: nullableText,
});
const legSchema = z.object({
  id: z.string(),
  callId: z.string(),
  role: z.string(),
  member: nullableText,
  trunk: nullableText,
  agent: nullableText,
  outcome: z.string(),
  endedBy: z.string(),
  sipStatus: z.number().nullable(),
  durationMs: z.number().nullable(),
  transferId: nullableText,
});
const transferSchema = z.object({
  id: z.string(),
  callId: z.string(),
  trigger: z.string(),
  mode: z.string(),
  matter: nullableText,
  note: nullableText,
  fromMember: nullableText,
  toMember: nullableText,
  outcome: z.string(),
  cause: nullableText,
  sipStatus: z.number().nullable(),
});
const liveCallSchema = z.object({ id: z.string(), callerNumber: nullableText, phase: z.string() });

export type CallRow = z.output<typeof callSchema>;
export type LegRow = z.output<typeof legSchema>;
export type TransferRow = z.output<typeof transferSchema>;
export type LiveCallRow = z.output<typeof liveCallSchema>;

/** Answer of the API: its status and its JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Client of the server's API, with the operator token that the server made for itself. */
export class Api {
  constructor(
    readonly base: string,
    private readonly tokenFile: string,
  ) {}

  /** True once the server says that it takes calls; false also while nothing listens. */
  async healthy(): Promise<boolean> {
    return (await this.problems()) !== undefined;
  }

  /** What is wrong while calls are taken; undefined while none are. */
  async problems(): Promise<readonly string[] | undefined> {
    try {
      const answer = await fetch(`${this.base}/healthz`);
      return answer.status === 200 ? healthSchema.parse(await answer.json()).problems : undefined;
    } catch {
      return undefined;
    }
  }

  async get(path: string): Promise<unknown> {
    const answer = await this.ask('GET', path);
    if (answer.status !== 200)
      throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<ApiAnswer> {
    const response = await fetch(this.base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    return { status: response.status, body: json };
  }

  /** GET with the token, whatever the answer is. */
  fetch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.base + path, { headers: { authorization: `Bearer ${this.#token()}`, ...headers } });
  }

  /** The metrics as Prometheus reads them. */
  async metrics(): Promise<string> {
    const response = await fetch(`${this.base}/metrics`, {
      headers: { authorization: `Bearer ${this.#token()}` },
    });
    if (response.status !== 200) throw new Error(`GET /metrics: ${response.status} ${await response.text()}`);
    return response.text();
  }

  async liveCalls(): Promise<readonly LiveCallRow[]> {
    return z.object({ items: z.array(liveCallSchema) }).parse(await this.get('/v1/calls/live')).items;
  }

  async calls(query = ''): Promise<readonly CallRow[]> {
    return this.listing('/v1/calls', callSchema, query);
  }

  /** The first page of calls. */
  async callPage(query: string): Promise<readonly CallRow[]> {
    return z.object({ items: z.array(callSchema) }).parse(await this.get(`/v1/calls?${query}`)).items;
  }

  async legs(query = ''): Promise<readonly LegRow[]> {
    return this.listing('/v1/legs', legSchema, query);
  }

  async transfers(query = ''): Promise<readonly TransferRow[]> {
    return this.listing('/v1/transfers', transferSchema, query);
  }

  /** All pages of a listing. */
  async listing<T extends z.ZodType>(path: string, row: T, query = ''): Promise<z.output<T>[]> {
    const page = z.object({ items: z.array(row), next: z.string().nullable() });
    const rows: z.output<T>[] = [];
    let cursor = '';
    for (;;) {
      const { items, next } = page.parse(
        await this.get(`${path}?limit=500${query === '' ? '' : `&${query}`}${cursor}`),
      );
      rows.push(...items);
      if (next === null) return rows;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }

  /** Empty as long as the server has not made one. */
  #token(): string {
    return existsSync(this.tokenFile) ? readFileSync(this.tokenFile, 'utf8').trim() : '';
  }
}
