import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { help, summary } from '../../../src/cli/ledger.js';
import type { ChainHead } from '../../../src/ledger/chain.js';
import { ledgerFolder } from '../../../src/ledger/ledger-folder.js';
import {
  legRecord,
  newestMonth,
  START,
  temporaryFolder,
  transferRecord,
  writerOf,
} from '../ledger/fixtures.js';
import { ledgerCommand, RECORDS } from './a-ledger.js';

let dir = '';
let head: ChainHead = { count: 0, hash: '' };

const onekey = (...argv: string[]) => ledgerCommand(dir, ...argv);

beforeEach(() => {
  dir = temporaryFolder();
  const store = writerOf(dir);
  head = store.commit({ number: 1, records: RECORDS, journal: [] }).head;
  store.close();
});

describe('onekey ledger query', () => {
  it('lists in an aligned table, wide characters and all', async () => {
    const { code, out } = await onekey('query', 'calls');
    expect(code).toBe(0);
    expect(out.map((line) => line.trim().split(/ {2,}/)[2])).toEqual(['caller', '022-热线', '13800001111']);
    // "热线" takes four columns of the terminal and two characters of the text.
    const [heading = '', wide = '', plain = ''] = out;
    expect(plain.indexOf(' 12345 ')).toBe(heading.indexOf(' dialled'));
    expect(wide.indexOf(' 12345 ')).toBe(heading.indexOf(' dialled') - 2);
  });

  it('gives JSON lines as the API does', async () => {
    const { out } = await onekey('query', 'legs', '--json', '--order', 'oldest');
    expect(out.map((line) => JSON.parse(line).id)).toEqual(['leg-1', 'leg-2', 'leg-3']);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ seq: 1, startedAt: '2026-03-02T08:00:00.000Z' });
  });

  it('takes the filters', async () => {
    const ids = async (...argv: string[]) =>
      (await onekey('query', ...argv, '--json')).out.map((line) => JSON.parse(line).id).join(' ');
    expect(await ids('calls', '--missed')).toBe('call-2');
    expect(await ids('calls', '--caller', '138*')).toBe('call-1');
    expect(await ids('calls', '--from', '2026-03-02T08:30:00Z')).toBe('call-2');
    expect(await ids('calls', '--to', '2026-03-02T08:30:00Z')).toBe('call-1');
    expect(await ids('legs', '--call-id', 'call-1', '--role', 'target')).toBe('leg-3');
    expect(await ids('legs', '--sip-status', '486')).toBe('');
    expect(await ids('transfers', '--to-member', 'police-110')).toBe('transfer-1');
    expect(await ids('calls', '--limit', '1')).toBe('call-2');
  });

  it('says when there are more, and gives all when asked', async () => {
    const store = writerOf(dir);
    const records = Array.from({ length: 1100 }, (_, n) => legRecord(`more-${n}`, { trunk: 'bulk' }));
    store.commit({ number: 2, records, journal: [] });
    store.close();
    const few = await onekey('query', 'legs', '--limit', '600', '--trunk', 'bulk');
    expect(few.out).toHaveLength(601);
    expect(few.err).toContain('--all');
    const all = await onekey('query', 'legs', '--all', '--trunk', 'bulk', '--json');
    expect([all.out.length, all.err]).toEqual([1100, '']);
  });

  it('says when no record fits', async () => {
    expect(await onekey('query', 'calls', '--trunk', 'none')).toMatchObject({
      code: 0,
      out: [],
      err: 'no record fits',
    });
  });

  it.each([
    [['query'], 'calls, legs, transfers, recordings or audits'],
    [['query', 'people'], 'not "people"'],
    [['query', 'calls', 'legs'], 'one word too many'],
    [['query', 'calls', '--outcome', 'lost'], '--outcome'],
    [['query', 'calls', '--min-wait', 'long'], 'seconds such as 90'],
    [['query', 'calls', '--role', 'caller'], '--role is no filter of these records'],
    [['query', 'legs', '--missed'], '--missed is no filter'],
    [['query', 'calls', '--from', 'yesterday'], '2026-03-02 08:00'],
    [['query', 'calls', '--limit', '0'], 'from 1'],
    [['query', 'calls', '--limit', 'x'], 'from 1'],
    [['query', 'legs', '--sip-status', '7'], '100 to 699'],
    [['query', 'calls', '--cursor', 'x'], '--cursor'],
    [['show'], 'CALL_ID'],
    [['show', 'a', 'b'], 'one word too many'],
    [['verify', 'a'], 'one word too many'],
    [['verify', '--head', '5'], 'NUMBER:HASH'],
    [['import'], 'query, export, report, search, show, statistics, verify'],
    [['export'], 'calls, legs, transfers, recordings or audits'],
    [['export', 'calls'], '--out FILE'],
    [['export', 'calls', '--out', 'x.csv', '--format', 'pdf'], 'csv, xlsx or parquet'],
    [['export', 'calls', '--out', 'x.csv', '--language', 'fr'], 'zh or en'],
    [['export', 'calls', '--out', 'x.csv', '--limit', '5'], '--limit'],
    [['export', 'legs', '--out', 'x.csv', '--missed'], '--missed is no filter'],
  ])('%j is a usage error', async (argv, message) => {
    const { code, err, out } = await onekey(...argv);
    expect([code, out]).toEqual([2, []]);
    expect(err).toContain(message);
  });
});

describe('filters of onekey ledger query', () => {
  it.each([
    [['calls', '--min-duration', '60', '--max-wait', '2'], 2],
    [['calls', '--min-duration', '60.5'], 0],
    [['calls', '--first-member', 'city-12345', '--to-member', 'police-110'], 1],
    [['calls', '--agent', '8017'], 0],
    [['legs', '--transfer-id', 'transfer-1', '--min-talk', '28'], 1],
    [['transfers', '--caller', '138*', '--max-switch', '5.01'], 1],
    [['transfers', '--max-switch', '5'], 0],
  ])('%j finds %d', async (argv, count) => {
    const { code, out } = await onekey('query', ...argv, '--json');
    expect({ code, found: out.length }).toEqual({ code: 0, found: count });
  });
});

describe('onekey ledger export', () => {
  it('writes all that fits to a file, in the form that its name asks for', async () => {
    const out = join(dir, 'calls.csv');
    const { code, err } = await onekey('export', 'calls', '--missed', '--language', 'en', '--out', out);
    expect({ code, err }).toEqual({ code: 0, err: `${out}: 1 records` });
    const [heading, call, ...rest] = readFileSync(out, 'utf8').slice(1).split('\r\n');
    expect(heading).toMatch(/^No\.,Id,Caller,/);
    // The dial plan that is shipped lies in China.
    expect(call).toMatch(/^6,call-2,022-热线,.*,2026-03-02 17:00:00\.000,/);
    expect(rest).toEqual(['']);
    expect(readdirSync(dir)).not.toContain('calls.csv.part');
  });

  it('masks numbers when it is told to', async () => {
    const out = join(dir, 'calls.parquet');
    expect((await onekey('export', 'calls', '--mask', '--out', out)).code).toBe(0);
    const file = readFileSync(out, 'latin1');
    expect(file.slice(0, 4)).toBe('PAR1');
    expect(file).toContain('138****1111');
    expect(file).not.toContain('13800001111');
  });

  it('leaves nothing behind when it fails', async () => {
    const { code, err } = await onekey('export', 'calls', '--out', join(dir, 'nowhere', 'x.csv'));
    expect(code).toBe(1);
    expect(err).toContain('ENOENT');
  });
});

describe('onekey ledger show', () => {
  it('tells a call as a ladder, in the order of time', async () => {
    const { code, out } = await onekey('show', 'call-1');
    expect(code).toBe(0);
    const rungs = out.slice(out.indexOf('') + 1).map((line) => line.slice(23).trim());
    expect(rungs).toEqual([
      '+0.000  ┬      caller 13800001111 calls 12345 over carrier',
      '+0.010  │ ┬    city-12345 is called at 8001 over pbx-12345',
      '+0.100  ○ │    caller hears ringing',
      '+0.100  │ ○    city-12345 rings',
      '+2.000  ● │    caller is answered',
      '+2.000  │ ●    city-12345 answers',
      '+20.000  │ │    city-12345 asks to transfer to police-110 (refer *1, blind)',
      '+20.010  │ │ ┬  police-110 is called at 8001 over pbx-12345 for the transfer',
      '+25.000  │ │ ●  police-110 answers',
      '+25.010  │ │ │  the caller is connected to police-110 5.0 s after it was asked for',
      '+30.000  │ ┴ │  city-12345: answered, ended by us after 28.0 s of talk',
      '+60.000  ┴   │  caller: answered, ended by us after 28.0 s of talk',
      '+60.000      ┴  police-110: answered, ended by us after 28.0 s of talk (再见\\x1b[2J)',
    ]);
    expect(out[0]).toBe('Call call-1');
  });

  it('gives JSON, and says when there is no such call', async () => {
    const { out } = await onekey('show', 'call-1', '--json');
    expect(JSON.parse(out.join(''))).toMatchObject({
      call: { id: 'call-1' },
      legs: [{}, {}, {}],
      transfers: [{}],
    });
    const none = await onekey('show', 'call-9');
    expect(none.code).toBe(1);
    expect(none.err).toContain('call-9');
  });
});

describe('agent, matter and note', () => {
  beforeEach(() => {
    const call = { callId: 'call-3' };
    const store = writerOf(dir);
    const note = '停电，老人独居，门牌看不清，请先打电话再上门\u001b[2J';
    store.commit({
      number: 2,
      records: [
        legRecord('leg-7', { ...call, agent: '8017', transferId: null }),
        transferRecord('transfer-3', { ...call, trigger: 'api', mode: 'consult', matter: '水电-07', note }),
        transferRecord('transfer-4', { ...call, trigger: 'replaces', mode: 'alert', note: 'a\nb' }),
      ],
      journal: [],
    });
    store.close();
  });

  it('are listed and filtered by', async () => {
    const legs = await onekey('query', 'legs', '--agent', '8017');
    expect(legs.out).toHaveLength(2);
    expect(legs.out.map((line) => line.trim().split(/ {2,}/)[4])).toEqual(['agent', '8017']);
    const transfers = await onekey('query', 'transfers', '--matter', '水电-07');
    expect(transfers.out).toHaveLength(2);
    expect(transfers.out[1]).toContain('api consult');
    expect(transfers.out[1]).toMatch(/ 水电-07 {2}停电，老人独居，门牌看不清，… {2}call-3 /);
    expect((await onekey('query', 'transfers', '--mode', 'alert', '--trigger', 'replaces')).out).toHaveLength(
      2,
    );
    expect((await onekey('query', 'transfers', '--id', 'transfer-4', '--json')).out).toHaveLength(1);
    expect((await onekey('query', 'recordings', '--agent', '8017')).err).toContain('--agent is no filter');
  });

  it('are told in the story of the call, all of them', async () => {
    const text = (await onekey('show', 'call-3')).out.join('\n');
    expect(text).toContain('city-12345 (8017) answers');
    expect(text).toContain(
      'city-12345 asks to transfer to police-110 (api *1, consult); matter 水电-07; note: 停电，老人独居，门牌看不清，请先打电话再上门\\x1b[2J',
    );
    expect(text).toContain('asks to alert police-110 (replaces *1, alert); note: a\\x0ab');
    expect(text).toContain('police-110 is alerted');
  });
});

describe('onekey ledger search', () => {
  beforeEach(() => {
    const store = writerOf(dir);
    const records = ['小区停水，老人独居', '停水一周', '停电'].map((note, n) =>
      transferRecord(`note-${n}`, { note, matter: 'water-01', requestedAt: START + n }),
    );
    store.commit({ number: 2, records, journal: [] });
    store.close();
  });

  it('shows notes with what was looked for, newest first', async () => {
    const { code, out, err } = await onekey('search', '停水');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.slice(1).map((line) => line.trim().split(/ {2,}/).slice(1))).toEqual([
      ['city-12345', 'police-110', 'water-01', '«停水»一周', 'call-1'],
      ['city-12345', 'police-110', 'water-01', '小区«停水»，老人独居', 'call-1'],
    ]);
  });

  it('gives JSON, a number of hits, and says when there is none', async () => {
    const one = await onekey('search', '停水', '老人', '--json');
    expect(one.out.map((line) => JSON.parse(line).id)).toEqual(['note-0']);
    const first = await onekey('search', '停', '--limit', '1');
    expect([first.out.length, first.err]).toEqual([2, 'there are more; --limit or --all shows them']);
    expect((await onekey('search', '停', '--all')).out.length).toBe(4);
    expect((await onekey('search', '停水', '--to', '2020-01-01')).err).toBe('no note has that');
  });

  it.each([
    [['search'], 'say what to look for'],
    [['search', '。'], 'say what to look for'],
    [['search', '停水', '--limit', '0'], 'from 1'],
    [['search', '停水', '--from', 'yesterday'], '2026-03-02'],
  ])('%j is a usage error', async (argv, message) => {
    const { code, err } = await onekey(...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('onekey ledger verify', () => {
  it('prints the head, which a later verify can hold it to', async () => {
    const { code, out, progress } = await onekey('verify');
    expect(code).toBe(0);
    expect(out[1]).toBe(`head 6:${head.hash}`);
    expect(progress).toContain('6 of 6 records checked');
    expect((await onekey('verify', '--head', `6:${head.hash}`)).code).toBe(0);
    expect((await onekey('verify', '--head', `7:${head.hash}`)).code).toBe(1);
  });

  it('takes one month alone', async () => {
    const month = basename(newestMonth(dir), '.sqlite');
    expect((await onekey('verify', '--month', month)).out[2]).toBe(
      `${month}: 6 records; the file is not closed yet`,
    );
    expect((await onekey('verify', '--month', '1999-01')).code).toBe(1);
    expect((await onekey('verify', '--month', 'March')).err).toContain('write it as 2026-03');
  });

  it('names the record that was changed, and exits with 1', async () => {
    const db = new Database(newestMonth(dir));
    db.exec("UPDATE legs SET talk_ms = 1 WHERE id = 'leg-3'");
    db.close();
    const { code, out } = await onekey('verify');
    expect(code).toBe(1);
    expect(out.join('\n')).toContain('record 4 (leg leg-3)');
    const json = await onekey('verify', '--json');
    expect(JSON.parse(json.out.join(''))).toMatchObject({ ok: false, break: { seq: 4, problem: 'changed' } });
  });

  it('says where it looked when there is no ledger', async () => {
    dir = temporaryFolder();
    const { code, err } = await onekey('verify');
    expect(code).toBe(1);
    expect(err).toContain(ledgerFolder(dir));
    expect(err).toContain('--data');
  });
});

describe('the help', () => {
  it('has every filter and examples', () => {
    expect(summary).not.toBe('');
    for (const option of [
      '--missed',
      '--sip-call-id',
      '--to-member',
      '--agent',
      '--matter',
      'replaces',
      '--json',
      '--head',
      '--data',
      'Examples:',
    ])
      expect(help).toContain(option);
  });
});
