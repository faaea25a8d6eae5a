import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RecordingFiles } from '../../../src/api/context.js';
import { recordingSchema, storySchema } from '../../../src/api/recording-schemas.js';
import type { AuditRecord } from '../../../src/ledger/records.js';
import { callRecord, recordingRecord, START } from '../ledger/records.js';
import { type Bench, bench, OPERATOR, VIEWER } from './bench.js';

const bytes = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251));
const path = '/v1/recordings/call-1-rec1/audio';
let audits: AuditRecord[];
let refusing: boolean;
let now: number;

/** An API with one recording in the ledger, and its file. */
function withRecording(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'onekey-api-recordings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'one.wav');
  writeFileSync(file, bytes);
  const recordings: RecordingFiles = {
    open: async (wanted) => (wanted === '2026/03/02/one.wav' ? open(file, 'r') : null),
    audit: async (record) => {
      if (refusing) throw new Error('the disk is full');
      audits.push(record);
    },
  };
  const made = bench({ recordings, now: () => now });
  made.write(
    callRecord('call-1'),
    recordingRecord('call-1-rec1', { file: '2026/03/02/one.wav', bytes: 1000 }),
    recordingRecord('call-2-rec1', { callId: 'call-2', outcome: 'failed', cause: 'no-space', file: null }),
    recordingRecord('call-3-rec1', { callId: 'call-3', file: '2025/01/01/deleted.wav' }),
  );
  return made;
}

beforeEach(() => {
  audits = [];
  refusing = false;
  now = START;
});

const as = (token: string, more: Record<string, string> = {}): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  ...more,
});

describe('recordings', () => {
  it('are listed, by call too, and belong to its story', async () => {
    const { get } = withRecording();
    const all = (await get('/v1/recordings?order=oldest')).json();
    expect(all.items.map(({ id }: { id: string }) => id)).toEqual([
      'call-1-rec1',
      'call-2-rec1',
      'call-3-rec1',
    ]);
    const { items } = (await get('/v1/recordings?callId=call-1')).json();
    expect(recordingSchema.strict().parse(items[0])).toMatchObject({
      id: 'call-1-rec1',
      sha256: 'ab'.repeat(32),
      voices: [{ channel: 'left', fromAt: '2026-03-02T08:00:02.000Z' }, { channel: 'right' }],
    });
    const story = storySchema.parse((await get('/v1/calls/call-1')).json());
    expect(story.recordings.map(({ id }) => id)).toEqual(['call-1-rec1']);
    expect((await get('/v1/recordings?outcome=lost')).statusCode).toBe(400);
  });

  it('are heard whole or in part, by an operator', async () => {
    const { app } = withRecording();
    const whole = await app.inject({ url: path, headers: as(OPERATOR) });
    expect(whole.statusCode).toBe(200);
    expect(whole.headers).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': '1000',
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
    });
    expect(whole.rawPayload.equals(bytes)).toBe(true);
    const part = await app.inject({ url: path, headers: as(OPERATOR, { range: 'bytes=100-199' }) });
    expect(part.statusCode).toBe(206);
    expect(part.headers).toMatchObject({ 'content-range': 'bytes 100-199/1000', 'content-length': '100' });
    expect(part.rawPayload.equals(bytes.subarray(100, 200))).toBe(true);
    const behind = await app.inject({ url: path, headers: as(OPERATOR, { range: 'bytes=1000-' }) });
    expect([behind.statusCode, behind.headers['content-range']]).toEqual([416, 'bytes */1000']);
    const head = await app.inject({ method: 'HEAD', url: path, headers: as(OPERATOR) });
    expect([head.statusCode, head.rawPayload.length]).toEqual([200, 0]);
  });

  it('are heard by nobody else', async () => {
    const { app } = withRecording();
    expect((await app.inject({ url: path })).statusCode).toBe(401);
    expect((await app.inject({ url: path, headers: as(VIEWER) })).statusCode).toBe(403);
    expect((await app.inject({ url: '/v1/audits', headers: as(VIEWER) })).statusCode).toBe(403);
    const links = '/v1/recordings/call-1-rec1/links';
    expect((await app.inject({ method: 'POST', url: links, headers: as(VIEWER) })).statusCode).toBe(403);
    expect(audits).toEqual([]);
  });

  it('leave a record of each listening, however many requests it takes, and of each listener', async () => {
    const { app } = withRecording();
    for (const range of ['bytes=0-', 'bytes=500-599', 'bytes=600-']) {
      now += 1000;
      await app.inject({ url: path, headers: as(OPERATOR, { range }) });
    }
    expect(audits).toMatchObject([
      {
        kind: 'audit',
        actor: 'desk',
        action: 'recording-played',
        subject: 'call-1-rec1',
        callId: 'call-1',
        detail: '127.0.0.1',
        doneAt: START + 1000,
      },
    ]);
    now += 120_000;
    await app.inject({ url: path, headers: as(OPERATOR) });
    expect(audits).toHaveLength(2);
    expect(new Set(audits.map(({ id }) => id)).size).toBe(2);
  });

  it('are not heard while the audit cannot be written', async () => {
    const { app, post } = withRecording();
    refusing = true;
    const answer = await app.inject({ url: path, headers: as(OPERATOR) });
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'no-audit']);
    expect((await post('/v1/recordings/call-1-rec1/links')).statusCode).toBe(503);
    refusing = false;
    expect((await app.inject({ url: path, headers: as(OPERATOR) })).statusCode).toBe(200);
    expect(audits).toHaveLength(1);
  });

  it('that have no file, or never were, are said to', async () => {
    const { app } = withRecording();
    const code = async (id: string): Promise<unknown> =>
      (await app.inject({ url: `/v1/recordings/${id}/audio`, headers: as(OPERATOR) })).json().error.code;
    expect(await code('call-2-rec1')).toBe('no-file');
    expect(await code('call-3-rec1')).toBe('no-file');
    expect(await code('call-9-rec1')).toBe('unknown-recording');
    expect(audits).toEqual([]);
  });
});

describe('a link to a recording', () => {
  it('opens a page with a player, and what it plays, for a while and for this recording alone', async () => {
    const { app, post } = withRecording();
    const made = await post('/v1/recordings/call-1-rec1/links');
    expect(made.statusCode).toBe(201);
    const { page, audio, endsAt } = made.json();
    expect(endsAt).toBe(new Date(START + 600_000).toISOString());
    const shown = await app.inject({ url: page });
    expect(shown.statusCode).toBe(200);
    expect(shown.headers['content-security-policy']).toContain("media-src 'self'");
    expect(shown.body).toContain(`<audio controls preload="metadata" src="${audio}">`);
    expect(shown.body).not.toContain('<script');
    const played = await app.inject({ url: audio, headers: { range: 'bytes=0-9' } });
    expect([played.statusCode, played.rawPayload.length]).toEqual([206, 10]);
    expect(audits.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      'desk recording-linked',
      'desk recording-played',
    ]);
    const other = audio.replace('call-1-rec1', 'call-3-rec1');
    expect((await app.inject({ url: other })).statusCode).toBe(401);
    expect((await app.inject({ url: page.replace('call-1', 'call-3') })).statusCode).toBe(403);
    expect((await app.inject({ url: audio.replace('.desk.', '.boss.') })).statusCode).toBe(401);
    expect((await app.inject({ url: '/v1/recordings/call-1-rec1/page?key=a.b.c' })).statusCode).toBe(403);
    now += 600_001;
    expect((await app.inject({ url: audio })).statusCode).toBe(401);
    expect((await app.inject({ url: page })).statusCode).toBe(403);
  });
});

describe('recording on demand', () => {
  it('begins and ends by an operator, who is noted', async () => {
    const { app, engine, post } = withRecording();
    engine.start('call-7');
    const start = await post('/v1/calls/call-7/recording/start');
    expect([start.statusCode, start.json()]).toEqual([202, { callId: 'call-7' }]);
    expect([...engine.recorded]).toEqual([['call-7', 'desk']]);
    expect((await post('/v1/calls/call-7/recording/stop')).statusCode).toBe(202);
    expect(audits.map(({ action, subject }) => [action, subject])).toEqual([
      ['recording-started', 'call-7'],
      ['recording-stopped', 'call-7'],
    ]);
    const again = await post('/v1/calls/call-7/recording/stop');
    expect([again.statusCode, again.json().error.code]).toEqual([409, 'not-recorded']);
    expect((await post('/v1/calls/call-8/recording/start')).statusCode).toBe(404);
    const url = '/v1/calls/call-7/recording/start';
    expect((await app.inject({ method: 'POST', url, headers: as(VIEWER) })).statusCode).toBe(403);
    expect(audits).toHaveLength(2);
  });
});
