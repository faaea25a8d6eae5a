import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commonOptions, parseCommandLine, readDialPlan, readSettings } from '../../../src/cli/options.js';
import { packageInfo } from '../../../src/config/package-root.js';
import { GOOD_PLAN } from '../dialplan/plan-text.js';
import { recorder } from './surroundings.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onekey-options-'));
  file = join(folder, 'onekey.yaml');
  writeFileSync(file, 'http: { port: 1001 }\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('readSettings', () => {
  it('takes the shipped file when none is named', () => {
    expect(readSettings({}, recorder())).toMatchObject({
      ok: true,
      configFile: join(packageInfo().root, 'config', 'onekey.yaml'),
      config: { http: { port: 8080 } },
    });
  });

  it('takes the file of the command line before that of the environment', () => {
    const inEnvironment = recorder({ ONEKEY_CONFIG: file });
    expect(readSettings({}, inEnvironment)).toMatchObject({
      configFile: file,
      config: { http: { port: 1001 } },
    });
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'http: { port: 1002 }\n');
    expect(readSettings({ config: other }, inEnvironment)).toMatchObject({
      config: { http: { port: 1002 } },
    });
  });

  it('lays --set, --dialplan and --data over file and environment', () => {
    const surroundings = recorder({ ONEKEY_HTTP_PORT: '1003', ONEKEY_DATA: '/a' });
    const values = {
      config: file,
      data: '/b',
      dialplan: '/c.yaml',
      set: ['http.port=1004', 'sip.drachtio.secret=a=b'],
    };
    expect(readSettings(values, surroundings)).toMatchObject({
      ok: true,
      config: { http: { port: 1004 }, data: '/b', dialplan: '/c.yaml', sip: { drachtio: { secret: 'a=b' } } },
    });
  });

  it('prints faults, each with its place', () => {
    const surroundings = recorder();
    const result = readSettings({ config: join(folder, 'none.yaml') }, surroundings);
    expect(result).toEqual({ ok: false, exitCode: 1 });
    expect(surroundings.errors).toEqual([
      `${join(folder, 'none.yaml')}: there is no such file; check the path, or create the file`,
    ]);
  });
});

describe('readDialPlan', () => {
  it('gives the plan, or prints its faults', () => {
    const plan = join(folder, 'plan.yaml');
    writeFileSync(plan, GOOD_PLAN);
    expect(readDialPlan({ dialplan: plan }, recorder())).toMatchObject({ ok: true, plan: { file: plan } });
    writeFileSync(plan, `${GOOD_PLAN}extra: 1\n`);
    const surroundings = recorder();
    expect(readDialPlan({ dialplan: plan }, surroundings)).toEqual({ ok: false, exitCode: 1 });
    expect(surroundings.errors).toHaveLength(1);
  });
});

describe('parseCommandLine', () => {
  it('gives values, or the mistake as a value', () => {
    const parsed = parseCommandLine({
      args: ['-c', 'x', '--set', 'a=1', '--set', 'b=2'],
      options: commonOptions,
    });
    expect(parsed).toMatchObject({ ok: true, line: { values: { config: 'x', set: ['a=1', 'b=2'] } } });
    for (const args of [['--nope'], ['word'], ['--data']]) {
      expect(parseCommandLine({ args, options: commonOptions })).toMatchObject({
        ok: false,
        message: expect.stringContaining(args[0] ?? ''),
      });
    }
  });
});
