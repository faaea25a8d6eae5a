import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool } from '../../../src/ledger/spool.js';
import type { Batch } from '../../../src/ledger/writer-store.js';
import { callRecord } from './fixtures.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'onekey-spool-')), 'spool');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

function batch(number: number, records = 1): Batch {
  const all = Array.from({ length: records }, (_, i) => callRecord(`call-${number}-${i}`));
  return { number, records: all, journal: [{ callId: `call-${number}`, snapshot: null, writtenAt: 0 }] };
}

/** Everything that waits, taken out in small handfuls. */
function drained(spool: Spool): readonly Batch[] {
  const all: Batch[] = [];
  while (!spool.empty) {
    all.push(...spool.peek(3, 1000));
    spool.drop();
  }
  return all;
}

const files = (): readonly string[] => readdirSync(folder).sort();

describe('Spool', () => {
  it('gives batches back as they came, in order, and leaves no file', () => {
    const spool = new Spool(folder);
    const all = Array.from({ length: 10 }, (_, i) => batch(i + 1));
    for (const each of all) spool.append(each);
    expect(spool.figures).toEqual({ batches: 10, records: 10, damaged: 0 });
    expect(drained(spool)).toEqual(all);
    expect(files()).toEqual([]);
  });

  it('gives the same batches until they are dropped, and takes more meanwhile', () => {
    const spool = new Spool(folder);
    spool.append(batch(1));
    expect(spool.peek(1, 10)).toEqual([batch(1)]);
    spool.append(batch(2));
    expect(spool.peek(1, 10)).toEqual([batch(1)]);
    spool.drop();
    expect(spool.peek(1, 10)).toEqual([batch(2)]);
  });

  it('gives no more records than are asked for, but one batch at least', () => {
    const spool = new Spool(folder);
    for (const number of [1, 2, 3]) spool.append(batch(number, 4));
    expect(spool.peek(10, 1).length).toBe(1);
    spool.drop();
    expect(spool.peek(10, 5).length).toBe(2);
  });

  it('is there again after the program was killed', () => {
    const first = new Spool(folder);
    for (const number of [7, 8, 9]) first.append(batch(number));
    const seen: number[] = [];
    const second = new Spool(folder, ({ number }) => seen.push(number));
    expect(seen).toEqual([7, 8, 9]);
    expect(second.lastNumber).toBe(9);
    second.append(batch(10));
    expect(drained(second).map(({ number }) => number)).toEqual([7, 8, 9, 10]);
  });

  it('passes over half a line that a crash has left', () => {
    const first = new Spool(folder);
    first.append(batch(1));
    first.close();
    const [name] = files();
    appendFileSync(join(folder, String(name)), '0123456789abcdef {"number":2,"rec');
    const second = new Spool(folder);
    second.append(batch(2));
    expect(drained(second)).toEqual([batch(1), batch(2)]);
    expect(second.figures.damaged).toBe(0);
  });

  it('says of a line that is damaged that it is lost, and goes on', () => {
    const first = new Spool(folder);
    for (const number of [1, 2, 3]) first.append(batch(number));
    first.close();
    const path = join(folder, String(files()[0]));
    writeFileSync(path, readFileSync(path, 'utf8').replace('call-2-0', 'call-X-0'));
    const second = new Spool(folder);
    expect(drained(second).map(({ number }) => number)).toEqual([1, 3]);
    expect(second.figures.damaged).toBe(1);
  });

  it('goes on in another file when one is long, and drops files that are done', () => {
    const spool = new Spool(folder);
    for (let number = 1; number <= 9; number++) spool.append(batch(number, 10_000));
    const before = files().length;
    expect(before).toBeGreaterThan(1);
    let taken = 0;
    while (files().length === before) {
      taken += spool.peek(1, 1).length;
      spool.drop();
    }
    expect(taken).toBeLessThan(9);
    spool.append(batch(10));
    const rest = Array.from({ length: 10 - taken }, (_, i) => taken + 1 + i);
    expect(drained(spool).map(({ number }) => number)).toEqual(rest);
    expect(files()).toEqual([]);
  });

  it('lets nobody else on the machine read callers’ numbers', () => {
    const spool = new Spool(folder);
    spool.append(batch(1));
    expect(statSync(join(folder, String(files()[0]))).mode & 0o007).toBe(0);
    expect(statSync(folder).mode & 0o007).toBe(0);
  });
});
