import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPlan } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { Server } from './harness/server.js';

describe('a start that cannot work', () => {
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

  it('because the ledger has no place says so with the path and what to do', async () => {
    const place = join(folder, 'no-place');
    mkdirSync(place);
    // A file where the folder should be: not writable for anybody, root included.
    writeFileSync(join(place, 'data'), '');
    const server = await Server.launch({ folder: place, plan: testPlan(somePorts) });
    expect(await server.ended()).not.toBe(0);
    expect(server.logged()).toContain(join(place, 'data'));
    expect(server.logged()).not.toMatch(/^\s+at .*\.js:\d+/m);
  });

  it('because another program has the SIP port says which', async () => {
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
});
