import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../src/media/log.js';
import { engineArguments, halfOf } from '../../../../src/media/rtpengine/engine-arguments.js';
import { EngineLog, readEngineLine } from '../../../../src/media/rtpengine/engine-log.js';
import { EngineProcess } from '../../../../src/media/rtpengine/engine-process.js';
import { findProgram } from '../../../../src/media/rtpengine/find-program.js';
import { readKeyEvent } from '../../../../src/media/rtpengine/key-events.js';
import { readFigures } from '../../../../src/media/rtpengine/query-figures.js';

describe('a line of rtpengine', () => {
  it.each([
    ['ERR: [call-1]: [core] no ports', { level: 'error', callId: 'call-1', text: '[core] no ports' }],
    ['NOTICE: [call-1 port 41000]: [core] x', { level: 'info', callId: 'call-1', text: '[core] x' }],
    ['WARNING: [core] x', { level: 'warn', callId: null, text: '[core] x' }],
    ['INFO: [core] Startup complete', { level: 'debug', callId: null, text: '[core] Startup complete' }],
    ['something else', { level: 'info', callId: null, text: 'something else' }],
    ['', { level: 'info', callId: null, text: '' }],
  ])('%j has its level and call', (line, read) => {
    expect(readEngineLine(line)).toEqual(read);
  });

  it('is put together from pieces, and cut when it is too long', () => {
    const lines: string[] = [];
    const take = (_fields: object, text: string) => lines.push(text);
    const log = new EngineLog({ ...silentLog, info: take, error: take });
    log.take('ERR: [core] no ');
    log.take('ports\nNOTICE: [core] x\n\nrest');
    expect(lines).toEqual(['[core] no ports', '[core] x']);
    expect(log.lastWords).toBe('[core] no ports');
    for (let piece = 0; piece < 100; piece += 1) log.take('y'.repeat(1000));
    log.take('\n');
    expect(lines.at(-1)).toHaveLength(4096);
  });
});

describe('the command line', () => {
  it('keeps the configuration of the system out, and reports keys only when asked to', () => {
    const settings = { interfaces: ['192.0.2.1!203.0.113.5', '2001:db8::1'], threads: 1 };
    const line = engineArguments(settings, 22_222, { min: 10_000, max: 10_999 }).join(' ');
    expect(line).toContain('--config-file=none --table=-1 --foreground');
    expect(line).toContain(
      '--interface=192.0.2.1!203.0.113.5 --interface=2001:db8::1 --port-min=10000 --port-max=10999',
    );
    expect(line).not.toContain('dtmf');
    const recording = engineArguments(settings, 1, { min: 1, max: 2 }, '/recordings/spool/engine');
    expect(recording).toContain('--recording-dir=/recordings/spool/engine');
    expect(line).not.toContain('--recording');
    expect(engineArguments({ ...settings, keysPort: 5 }, 1, { min: 1, max: 2 })).toContain(
      '--dtmf-log-dest=127.0.0.1:5',
    );
  });

  it('uses the halves of the port range in turn, each from an even port', () => {
    expect(halfOf({ min: 10_000, max: 10_999 }, 0)).toEqual({ min: 10_000, max: 10_499 });
    expect(halfOf({ min: 10_000, max: 10_999 }, 1)).toEqual({ min: 10_500, max: 10_999 });
    expect(halfOf({ min: 10_000, max: 10_999 }, 2)).toEqual({ min: 10_000, max: 10_499 });
    expect(halfOf({ min: 10_000, max: 10_201 }, 1)).toEqual({ min: 10_102, max: 10_201 });
  });
});

describe('a program', () => {
  it('is found by the search path, or by its own path', () => {
    const folder = mkdtempSync(join(tmpdir(), 'onekey-program-'));
    const program = join(folder, 'engine');
    writeFileSync(program, '', { mode: 0o755 });
    writeFileSync(join(folder, 'plain'), '', { mode: 0o644 });
    expect(findProgram('engine', `relative:${folder}`)).toBe(program);
    expect(findProgram(program, '')).toBe(program);
    expect(findProgram('plain', folder)).toBeNull();
    expect(findProgram(folder, '')).toBeNull();
    rmSync(folder, { recursive: true });
  });

  it('that is missing is told with the package that has it', async () => {
    const started = await EngineProcess.start({
      program: 'no-such-rtpengine',
      interfaces: ['127.0.0.1'],
      ports: { min: 10_000, max: 10_999 },
      threads: 1,
      log: silentLog,
    });
    expect(started).toEqual({
      ok: false,
      fault: {
        kind: 'not-installed',
        message: 'the program no-such-rtpengine was not found',
        remedy: 'install the Debian package rtpengine-daemon',
      },
    });
  });
});

describe('a key event', () => {
  const event = (change: object): Buffer =>
    Buffer.from(
      JSON.stringify({ callid: 'c', source_tag: 'a', type: 'DTMF', event: 10, duration: 120, ...change }),
    );

  it.each([
    [{}, '*'],
    [{ event: 0 }, '0'],
    [{ event: 11 }, '#'],
    [{ event: 15 }, 'D'],
  ])('%j is read', (change, key) => {
    expect(readKeyEvent(event(change))).toEqual({ callId: 'c', leg: 'a', key, durationMs: 120 });
  });

  it.each([
    [{ event: 17 }],
    [{ event: -1 }],
    [{ event: 'x' }],
    [{ callid: 1 }],
    [{ type: 'x' }],
    [{ source_tag: null }],
  ])('with %j is none', (change) => {
    expect(readKeyEvent(event(change))).toBeNull();
  });

  it('is no other datagram', () => {
    for (const text of ['', 'null', '[]', '7', '{']) expect(readKeyEvent(Buffer.from(text))).toBeNull();
  });
});

describe('figures', () => {
  const stream = { SSRC: 7, stats: { packets: 50, bytes: 8600, errors: 1 }, 'last packet': 1000 };
  const quality = { MOS: 43, 'packet loss': 2, jitter: 3, 'round-trip time': 20_000, samples: 4 };

  it('are those of the first stream of each leg, with what RTCP reported about it', () => {
    const figures = readFigures(
      { tags: { a: { medias: [{ streams: [stream, {}] }] } }, SSRC: { '7': { 'average MOS': quality } } },
      ['a', 'b'],
    );
    expect(Object.fromEntries(figures)).toEqual({
      a: {
        packets: 50,
        bytes: 8600,
        errors: 1,
        lastPacketAt: 1000,
        reported: { mos: 4.3, lossPercent: 2, jitterMs: 3, roundTripMs: 20, samples: 4 },
      },
    });
  });

  it('of anything else are none', () => {
    for (const tags of [null, [], { a: null }, { a: { medias: 3 } }, { a: { medias: [{ streams: [{}] }] } }])
      expect(readFigures({ tags }, ['a', '__proto__']).size).toBe(0);
    const silent = { medias: [{ streams: [{ ...stream, stats: { packets: 0 } }] }] };
    expect(readFigures({ tags: { a: silent } }, ['a']).get('a')).toMatchObject({
      lastPacketAt: null,
      reported: null,
    });
  });
});
