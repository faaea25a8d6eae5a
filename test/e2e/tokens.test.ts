import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPlan } from './harness/plan.js';
import { cliFile, Server, verifyLedger } from './harness/server.js';
import { until } from './harness/wait.js';

const exec = promisify(execFile);

describe('tokens of the API, at the command line while the server runs', () => {
  let folder: string;
  let server: Server;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'onekey-tokens-'));
    const pbx = {
      'pbx-12345': 21_001,
      'pbx-110': 21_002,
      'pbx-96456': 21_003,
      'pbx-96456-b': 21_004,
      'pbx-12333': 21_005,
    };
    server = await Server.start({ folder, plan: testPlan({ caller: 21_000, desk: 21_006, pbx }) });
  });
  afterAll(async () => {
    await server.crash();
    rmSync(folder, { recursive: true, force: true });
  });

  async function token(...words: string[]): Promise<string> {
    const args = [cliFile, 'token', ...words, '--data', server.dataFolder];
    return (await exec(process.execPath, args)).stdout.trim();
  }

  const ask = (secret: string) =>
    fetch(`http://127.0.0.1:${server.ports.http}/v1/calls/live`, {
      headers: { authorization: `Bearer ${secret}` },
    });

  function answered(secret: string, status: number): Promise<true> {
    return until(`the answer ${status}`, async () => (await ask(secret)).status === status || undefined);
  }

  it('are issued, get another secret without a gap, are revoked, and the ledger knows all of it', async () => {
    const first = await token('add', 'wall', '--role', 'viewer');
    await answered(first, 200);
    const second = await token('rotate', 'wall');
    await answered(second, 200);
    await answered(first, 200);
    const events = await fetch(`http://127.0.0.1:${server.ports.http}/v1/events`, {
      headers: { authorization: `Bearer ${second}` },
    });
    const cut = events.text().catch(() => 'cut off');
    await token('revoke', 'wall');
    await answered(second, 401);
    await answered(first, 401);
    expect(await cut).toBe('cut off');
    expect(await (await ask(first)).json()).toMatchObject({ error: { code: 'token-revoked' } });

    const actions = await until('the audits to be in the ledger', async () => {
      const { body } = await server.api.ask('GET', '/v1/audits?subject=wall&order=oldest');
      const { items } = body as { readonly items: readonly { readonly action: string }[] };
      return items.length === 3 ? items.map(({ action }) => action) : undefined;
    });
    expect(actions).toEqual(['token-added', 'token-rotated', 'token-revoked']);
    expect(await server.stop()).toBe(0);
    expect(verifyLedger(server.dataFolder).exitCode).toBe(0);
    const listed = JSON.parse(await token('list', '--all', '--json'));
    expect(listed.secrets).toMatchObject([{ usedAt: expect.any(Number) }, { usedAt: expect.any(Number) }]);
  });
});
