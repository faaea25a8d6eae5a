import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPlan } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

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

describe('a crash (kill -9) during a call', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  // Closing verifies the ledger's chain.
  afterAll(async () => {
    await world.close();
  });

  it('leaves a ledger that is whole and says which legs were interrupted', async () => {
    let restarted = false;
    const caller = await world.perform({
      parties: [
        { at: 'caller', scenario: 'caller-survives-crash' },
        { at: 'pbx-12345', scenario: 'agent-survives-crash' },
      ],
      meanwhile: async () => {
        await until('the caller to talk', async () =>
          (await world.server.api.liveCalls()).some((call) => call.phase === 'talking') ? true : undefined,
        );
        // The last ACKs are on their way: the crash of this story comes while people talk.
        await sleep(500);
        const { options, ports } = world.server;
        await world.server.crash();
        world.server = await Server.start({ ...options, ports });
        restarted = true;
      },
    });
    expect(restarted).toBe(true);
    const { call, legs } = await world.traceOf(caller);
    expect(call).toMatchObject({ outcome: 'interrupted', endedBy: 'crash' });
    expect(legs).toHaveLength(2);
    expect(legs.map((leg) => [leg.outcome, leg.endedBy])).toEqual([
      ['interrupted', 'crash'],
      ['interrupted', 'crash'],
    ]);
  });
});
