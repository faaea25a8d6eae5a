import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExportDesk } from '../../../src/api/export-desk.js';
import type { ExportRequest } from '../../../src/ledger/export/export-request.js';
import { LedgerReadError } from '../../../src/ledger/ledger-read-error.js';
import type { AuditRecord } from '../../../src/ledger/records.js';
import { bench, OPERATOR, VIEWER } from './bench.js';
import { START } from './little-engine.js';

/** A desk whose exports end when the test says so. */
class LittleDesk implements ExportDesk {
  readonly asked: ExportRequest[] = [];
  readonly audits: AuditRecord[] = [];
  readonly streams: PassThrough[] = [];
  full = false;
  diskRefuses = false;
  begin: () => Promise<void> = () => Promise.resolve();
  closed = false;

  start(request: ExportRequest) {
    if (this.full) return null;
    this.asked.push(request);
    const stream = new PassThrough();
    this.streams.push(stream);
    return {
      stream,
      begun: this.begin(),
      stopped: Promise.resolve(),
      progress: () => ({ rows: 0, at: null }),
    };
  }

  close(): void {
    this.closed = true;
    for (const stream of this.streams) stream.destroy();
  }

  async audit(record: AuditRecord): Promise<void> {
    if (this.diskRefuses) throw new Error('no space');
    this.audits.push(record);
  }
}

let desk = new LittleDesk();

function api() {
  return bench({ exports: desk, now: () => START });
}

async function fetched(url: string, token = OPERATOR) {
  const { app } = api();
  const answer = app.inject({ url, headers: { authorization: `Bearer ${token}` } });
  // What the thread of an export does.
  const given = setInterval(() => desk.streams[0]?.end('a,b\r\n'), 5);
  return answer.finally(() => clearInterval(given));
}

beforeEach(() => {
  desk = new LittleDesk();
});

describe('GET /v1/export', () => {
  it('sends the file as a download', async () => {
    const answer = await fetched('/v1/export/calls');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="calls.csv"');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toBe('a,b\r\n');
  });

  it.each([
    ['calls?format=xlsx&missed=true', { kind: 'call', filter: { missed: true } }, 'xlsx'],
    ['legs?agent=8017&format=parquet', { kind: 'leg', filter: { agent: '8017' } }, 'parquet'],
    ['transfers?toMember=police-110', { kind: 'transfer', filter: { toMember: 'police-110' } }, 'csv'],
    ['recordings?order=newest', { kind: 'recording', filter: { order: 'newest' } }, 'csv'],
    ['audits?actor=desk', { kind: 'audit', filter: { actor: 'desk' } }, 'csv'],
  ])('exports %s', async (path, listing, format) => {
    expect((await fetched(`/v1/export/${path}`)).statusCode).toBe(200);
    expect(desk.asked).toEqual([{ listing, format, language: 'zh', zone: 'Asia/Shanghai', masked: false }]);
  });

  it('masks numbers for a viewer', async () => {
    await fetched('/v1/export/calls?language=en', VIEWER);
    expect(desk.asked).toMatchObject([{ masked: true, language: 'en' }]);
  });

  it('writes first who takes what', async () => {
    await fetched('/v1/export/calls?from=2026-03-01&format=xlsx', VIEWER);
    expect(desk.audits).toMatchObject([
      { kind: 'audit', doneAt: START, actor: 'wall', action: 'exported', subject: 'calls', callId: null },
    ]);
    expect(JSON.parse(desk.audits[0]?.detail ?? '')).toEqual({
      format: 'xlsx',
      masked: true,
      filter: { from: Date.UTC(2026, 2, 1) },
      from: '127.0.0.1',
    });
  });

  it('sends nothing that cannot be audited', async () => {
    desk.diskRefuses = true;
    const answer = await fetched('/v1/export/calls');
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'not-audited']);
    expect(desk.streams[0]?.destroyed).toBe(true);
  });

  it('asks to come back when as many run as may', async () => {
    desk.full = true;
    const answer = await fetched('/v1/export/calls');
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'exports-busy']);
    expect(answer.headers['retry-after']).toBe('10');
  });

  it('says so when the ledger cannot be read', async () => {
    desk.begin = () => Promise.reject(new LedgerReadError('failed', 'the disk is gone'));
    const answer = await fetched('/v1/export/calls');
    expect([answer.statusCode, answer.json().error.code]).toEqual([500, 'ledger-unreadable']);
    expect(desk.audits).toEqual([]);
  });

  it.each([
    ['calls?format=pdf', 'format'],
    ['calls?limit=5', 'limit'],
    ['calls?cursor=x', 'cursor'],
    ['legs?missed=true', 'missed'],
  ])('refuses %s', async (path, field) => {
    const answer = await fetched(`/v1/export/${path}`);
    expect([answer.statusCode, answer.json().error.field]).toEqual([400, field]);
    expect(desk.asked).toEqual([]);
  });

  it('is described, with its filters', async () => {
    const { app } = api();
    const { paths } = (await app.inject('/docs/json')).json();
    const { parameters, responses } = paths['/v1/export/calls'].get;
    expect(Object.keys(responses['200'].content)).toHaveLength(3);
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['from', 'member', 'format', 'language']),
    );
    expect(JSON.stringify(paths)).not.toContain('Default Response');
  });

  it('needs a token', async () => {
    expect((await fetched('/v1/export/calls', 'somebody-else-0123')).statusCode).toBe(401);
  });
});

describe('an export over a connection', () => {
  async function connected(): Promise<{ readonly app: FastifyInstance; readonly sent: ClientRequest }> {
    const { app } = api();
    const url = new URL('/v1/export/calls', await app.listen({ host: '127.0.0.1', port: 0 }));
    const sent = httpRequest(url, { headers: { authorization: `Bearer ${OPERATOR}` } });
    sent.on('error', () => undefined);
    sent.end();
    return { app, sent };
  }

  /** The answer to a request whose export has sent its first line. */
  async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
    await expect.poll(() => desk.streams.length).toBe(1);
    desk.streams[0]?.write('a,b\r\n');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    return response;
  }

  it('ends when the client goes away', async () => {
    const { sent } = await connected();
    await answerTo(sent);
    const ended = new Promise((resolve) => desk.streams[0]?.once('close', resolve));
    sent.destroy();
    await ended;
  });

  it('ends when the client goes away before it begins', async () => {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    desk.begin = () => begun;
    const { sent } = await connected();
    await expect.poll(() => desk.streams.length).toBe(1);
    sent.destroy();
    await expect.poll(() => desk.streams[0]?.destroyed).toBe(true);
    begin();
  });

  it('is cut when the ledger cannot be read to the end', async () => {
    const { sent } = await connected();
    const response = await answerTo(sent);
    const cut = new Promise((resolve) => response.once('error', resolve));
    response.resume();
    desk.streams[0]?.destroy(new LedgerReadError('failed', 'the disk is gone'));
    expect(await cut).toMatchObject({ code: 'ECONNRESET' });
  });

  it('ends when the server stops', async () => {
    const { app, sent } = await connected();
    await answerTo(sent);
    await app.close();
    expect(desk.closed).toBe(true);
  });
});
