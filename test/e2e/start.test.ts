import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPlan } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';

describe('a start', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'onekey-start-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const somePorts = {
    caller: 21_000,
    desk: 21_006,
    pbx: {
      'pbx-12345': 21_001,
      'pbx-110': 21_002,
      'pbx-96456': 21_003,
      'pbx-96456-b': 21_004,
      'pbx-12333': 21_005,
    },
  };

  it('that cannot work because the ledger has no place says so with the path and what to do', async () => {
    const place = join(folder, 'no-place');
    mkdirSync(place);
    // A file where the folder should be: not writable for anybody, root included.
    writeFileSync(join(place, 'data'), '');
    const server = await Server.launch({ folder: place, plan: testPlan(somePorts) });
    expect(await server.ended()).not.toBe(0);
    expect(server.logged()).toContain(join(place, 'data'));
    expect(server.logged()).not.toMatch(/^\s+at .*\.js:\d+/m);
  });

  it('that cannot work because another program has the SIP port says which', async () => {
    const place = join(folder, 'taken');
    mkdirSync(place);
    const sip = await freePort();
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) =>
      socket.bind({ port: sip, address: '127.0.0.1', exclusive: true }, resolve),
    );
    try {
      const server = await Server.launch({
        folder: place,
        plan: testPlan(somePorts),
        ports: { sip, http: await freePort() },
      });
      expect(await server.ended()).not.toBe(0);
      expect(server.logged()).toContain(String(sip));
      expect(server.logged()).not.toMatch(/^\s+at .*\.js:\d+/m);
    } finally {
      await new Promise<void>((resolve) => socket.close(resolve));
    }
  });

  /** A program that does this before it is another one; a path to it. */
  function instead(of: string, does: string): string {
    const file = join(folder, `${of}-${does.length}`);
    writeFileSync(file, `#!/bin/sh\n${does}\nexec ${of} "$@"\n`, { mode: 0o755 });
    return file;
  }

  it('that cannot work because the media server that is asked for ends at once says how, and what it said', async () => {
    const place = join(folder, 'no-engine');
    mkdirSync(place);
    const program = instead('rtpengine', 'echo "no such option" >&2; exit 7');
    const settings = { media: { anchor: 'rtpengine', rtpengine: { program } } };
    const server = await Server.launch({ folder: place, plan: testPlan(somePorts), settings });
    expect(await server.ended()).not.toBe(0);
    expect(server.logged()).toContain('rtpengine does not start (exit code 7): no such option');
    expect(server.logged()).not.toMatch(/^\s+at .*\.js:\d+/m);
  });

  it('does not depend on media servers that take their time: calls are taken meanwhile', async () => {
    const place = join(folder, 'slow-media');
    mkdirSync(place);
    const now = join(place, 'now');
    const late = `while [ ! -e ${now} ]; do sleep 0.1; done`;
    const media = {
      anchor: 'auto',
      rtpengine: { program: instead('rtpengine', late) },
      mixer: { program: instead('janus', late) },
    };
    const server = await Server.start({ folder: place, plan: testPlan(somePorts), settings: { media } });
    try {
      expect(await server.api.problems()).toEqual([
        'the media server own does not answer',
        'the mixer does not answer: no conferences',
      ]);
      writeFileSync(now, '');
      await until(
        'the media servers to answer',
        async () => (await server.api.problems())?.length === 0 || undefined,
        60_000,
      );
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });
});
