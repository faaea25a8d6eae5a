import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RecordingRecord } from '../../../../src/ledger/records.js';
import { silentLog } from '../../../../src/media/log.js';
import type { RecordingEntry } from '../../../../src/media/recording/entry.js';
import type { RecordingJob, RecordingResult } from '../../../../src/media/recording/job.js';
import { MakerThread } from '../../../../src/media/recording/maker-thread.js';
import { expiredFiles, removeFile } from '../../../../src/media/recording/retention.js';
import { Spool } from '../../../../src/media/recording/spool.js';
import { Workshop, type WorkshopParts } from '../../../../src/media/recording/workshop.js';
import { VirtualClock } from '../../engine/virtual-clock.js';
import { START, temporaryFolder, toneStream, writeCapture } from './capture.js';
import { readStereo, runsIn } from './read-stereo.js';

let folder: string;
let spool: Spool;
let clock: VirtualClock;
let kept: RecordingRecord[];
let jobs: RecordingJob[];
let outcome: RecordingResult;
let refusing: boolean;
let rooms: boolean[];

beforeEach(() => {
  folder = join(temporaryFolder(), 'recordings');
  spool = new Spool(folder, null);
  expect(spool.prepare()).toBeNull();
  [clock, kept, jobs, refusing, rooms] = [new VirtualClock(), [], [], false, []];
  outcome = { outcome: 'empty', endedAt: START + 2000 };
});

function workshop(parts: Partial<WorkshopParts> = {}): Workshop {
  const made = new Workshop({
    spool,
    maker: {
      make: async (job) => {
        jobs.push(job);
        return outcome;
      },
    },
    decoder: null,
    minFreeBytes: 1,
    clock: { now: () => clock.now().mono, after: (ms, fire) => clock.after(ms, fire) },
    now: () => START + 60_000,
    log: silentLog,
    keep: async (record) => {
      if (refusing) throw new Error('the disk is full');
      kept.push(record);
    },
    onRoom: (enough) => void rooms.push(enough),
    ...parts,
  });
  onTestFinished(() => made.stop());
  return made;
}

function entry(id: string, changes: Partial<RecordingEntry> = {}): RecordingEntry {
  return {
    id,
    callId: id.split('-')[0] ?? '',
    startedAt: START,
    endedAt: START + 2000,
    cutOffAt: null,
    trigger: 'policy',
    requestedBy: null,
    endedBy: 'call',
    cause: null,
    announcedAt: null,
    places: [{ leg: 'c', family: 4, port: 30_000, codecs: { 8: 'pcma/8000' } }],
    voices: [{ channel: 'left', leg: 'c', role: 'caller', member: null, fromAt: START, toAt: START + 2000 }],
    ...changes,
  };
}

/** Captures as rtpengine names them. */
function capture(call: string, hex = '0123456789abcdef'): string {
  const pcaps = join(spool.captures, 'pcaps');
  mkdirSync(pcaps, { recursive: true });
  mkdirSync(join(spool.captures, 'metadata'), { recursive: true });
  writeFileSync(join(spool.captures, 'metadata', `rtpengine-meta-${call}-${hex}.txt`), '');
  return writeCapture(
    join(pcaps, `${call}-${hex}.pcap`),
    toneStream({ port: 30_000, frequency: 400, ssrc: 1, from: 0, packets: 100 }),
  );
}

const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ name }) => name)
    .sort();

/** Real file operations are under way: wait for them. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 2000; n += 1) {
    if (isSo()) return;
    await clock.pass(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain for ${what}; there is ${files().join(', ')}`);
}

describe('a recording that has ended', () => {
  it('becomes a file and a record, and leaves nothing else', async () => {
    const thread = new MakerThread();
    onTestFinished(() => thread.stop());
    const shop = workshop({ maker: thread });
    capture('a');
    await shop.note(entry('a-rec1', { endedAt: null, endedBy: null }));
    expect(files()).toContain('a-rec1.json');
    shop.finish(entry('a-rec1'));
    await until('one file', () => files().length === 1);
    expect(kept).toMatchObject([
      { kind: 'recording', id: 'a-rec1', outcome: 'kept', cause: null, file: '2026/03/02/a-rec1.wav' },
    ]);
    const { left } = readStereo(join(spool.kept, kept[0]?.file ?? ''));
    expect(runsIn(left, [400])).toEqual(['400 x 100']);
  });

  it('leaves what others of its call need, until they have ended too', async () => {
    const shop = workshop();
    capture('a');
    capture('b');
    await shop.note(entry('a-rec2', { endedAt: null }));
    shop.finish(entry('a-rec1'));
    await until('its record', () => kept.length === 1 && !files().includes('a-rec1.json'));
    expect(files()).toContain('a-0123456789abcdef.pcap');
    shop.finish(entry('a-rec2'));
    await until('the other', () => kept.length === 2 && !files().some((name) => /(^|-)a-/.test(name)));
    expect(files()).toEqual(['b-0123456789abcdef.pcap', 'rtpengine-meta-b-0123456789abcdef.txt']);
  });

  it('stays in the spool while the ledger or the disk refuses, and is tried again', async () => {
    const shop = workshop();
    capture('a');
    refusing = true;
    shop.finish(entry('a-rec1'));
    await until('an attempt', () => jobs.length === 1);
    await until('the wait', () => clock.waiting > 0);
    expect(files()).toContain('a-0123456789abcdef.pcap');
    refusing = false;
    outcome = { outcome: 'failed', cause: 'no-space', message: 'ENOSPC' };
    await clock.pass(30_000);
    await until('another attempt', () => jobs.length === 2 && clock.waiting > 0);
    expect(kept).toEqual([]);
    outcome = { outcome: 'empty', endedAt: START + 2000 };
    await clock.pass(30_000);
    await until('the record', () => kept.length === 1 && files().length === 0);
  });

  it('that cannot be made is recorded as failed, with the cause', async () => {
    const shop = workshop();
    outcome = { outcome: 'failed', cause: 'no-decoder', message: 'g722/8000 cannot be decoded' };
    shop.finish(entry('a-rec1'));
    await until('the record', () => kept.length === 1);
    outcome = { outcome: 'empty', endedAt: START + 2000 };
    shop.finish(entry('b-rec1', { cause: 'not-written' }));
    await until('the other', () => kept.length === 2);
    expect(kept.map((one) => [one.outcome, one.cause, one.file])).toEqual([
      ['failed', 'no-decoder', null],
      ['failed', 'not-written', null],
    ]);
  });
});

describe('a start', () => {
  it('finishes what was cut off, makes what was not made, and throws away what belongs to nothing', async () => {
    capture('a');
    capture('b');
    capture('stray');
    await spool.put(entry('a-rec1', { endedAt: null, endedBy: null }));
    await spool.put(entry('b-rec1'));
    writeFileSync(join(folder, 'spool', 'calls', 'broken.json'), '{"id":');
    const shop = workshop();
    await shop.start();
    expect(files().filter((name) => name.includes('stray'))).toEqual([]);
    await until('the one that had ended', () => kept.length === 1);
    expect(kept[0]).toMatchObject({ id: 'b-rec1', endedBy: 'call' });
    // The media server of before may write its last bytes yet.
    await clock.pass(3000);
    await until('the other', () => kept.length === 2);
    expect(kept[1]).toMatchObject({ id: 'a-rec1', endedBy: 'crash' });
    expect(jobs.at(-1)).toMatchObject({ endedAt: null, noLaterThan: START + 60_000 });
    await until('an empty spool', () => files().join() === 'broken.json');
  });

  it('with a spool that cannot be read says so, and does no harm', async () => {
    const errors: string[] = [];
    const gone = new Spool(join(folder, 'gone'), null);
    const shop = workshop({ spool: gone, log: { ...silentLog, error: (_, text) => void errors.push(text) } });
    await shop.start();
    expect(errors).toContain('the spool of recordings cannot be read');
    expect(await shop.note(entry('a-rec1'))).toBe(false);
    expect(await shop.isCaptured('a')).toBe(false);
    expect(shop.enoughRoom).toBe(false);
  });
});

describe('room on the disk', () => {
  it('is looked at again and again, and changes are told', async () => {
    let free = 100;
    const watched = Object.assign(new Spool(folder, null), { freeBytes: async () => free });
    const shop = workshop({ spool: watched, minFreeBytes: 50 });
    await shop.start();
    expect([shop.enoughRoom, shop.freeBytes]).toEqual([true, 100]);
    free = 49;
    await clock.pass(5000);
    expect(shop.enoughRoom).toBe(false);
    free = 50;
    await clock.pass(5000);
    expect(rooms).toEqual([false, true]);
  });
});

describe('a folder that cannot be written', () => {
  it('is told of with the reason', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(new Spool(join(folder, 'file'), null).prepare()).toMatch(/EEXIST|ENOTDIR/);
  });
});

describe('files whose time is over', () => {
  const keep = (path: string): string => {
    const file = join(spool.kept, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, path);
    return file;
  };

  it('are those of days before, and go with their empty folders', async () => {
    const now = Date.UTC(2026, 2, 12, 8);
    for (const path of [
      '2025/12/31/a.wav',
      '2026/03/01/b.wav',
      '2026/03/02/c.wav',
      '2026/03/12/d.wav',
      '2026/notes/e.wav',
    ])
      keep(path);
    const expired = await expiredFiles(spool.kept, 10, now);
    expect(expired.map(({ id }) => id)).toEqual(['a', 'b']);
    for (const file of expired) await removeFile(file);
    expect(existsSync(join(spool.kept, '2025'))).toBe(false);
    expect(existsSync(join(spool.kept, '2026', '03', '01'))).toBe(false);
    expect(readFileSync(join(spool.kept, '2026/03/02/c.wav'), 'utf8')).toBe('2026/03/02/c.wav');
    expect(await expiredFiles(spool.kept, 10, now)).toEqual([]);
  });
});
