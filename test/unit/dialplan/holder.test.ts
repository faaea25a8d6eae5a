import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { loadDialPlan } from '../../../src/dialplan/load.js';
import { GOOD_PLAN, planText } from './plan-text.js';

let folder: string;
let file: string;
let holder: DialPlanHolder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onekey-holder-'));
  file = join(folder, 'plan.yaml');
  writeFileSync(file, GOOD_PLAN);
  const loaded = loadDialPlan(file);
  if (!loaded.ok) throw new Error('the plan of the test has faults');
  holder = new DialPlanHolder(loaded.plan);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const OTHER_PLAN = planText(['"110"', '"119"']);

describe('DialPlanHolder', () => {
  it('puts a changed file in force and tells its listeners; who holds the old plan keeps it', async () => {
    const before = holder.current;
    const told: [string, string][] = [];
    holder.onChange((plan, previous) => told.push([plan.version, previous.version]));
    writeFileSync(file, OTHER_PLAN);
    const result = await holder.reload();
    expect(result).toEqual({ ok: true, version: holder.current.version, faults: [] });
    expect(holder.current.memberByAddress('119')?.id).toBe('police');
    expect(before.memberByAddress('110')?.id).toBe('police');
    expect(before.memberByAddress('119')).toBeUndefined();
    expect(told).toEqual([[holder.current.version, before.version]]);
  });

  it('keeps the plan in force when the file has faults, is gone, or is cut off', async () => {
    const before = holder.current;
    let told = 0;
    holder.onChange(() => told++);
    writeFileSync(
      file,
      planText(['ringSeconds: 15', 'ringSeconds: 0'], ['fallback: city', 'fallback: none']),
    );
    const faulty = await holder.reload();
    expect(faulty).toMatchObject({ ok: false, version: before.version });
    expect(faulty.faults).toHaveLength(2);
    expect(faulty.faults[0]).toMatch(
      /plan\.yaml:10:\d+ members\.police\.targets\[0\]\.ringSeconds: .*; write a whole/,
    );

    writeFileSync(file, GOOD_PLAN.slice(0, 300));
    expect((await holder.reload()).ok).toBe(false);
    rmSync(file);
    expect(await holder.reload()).toMatchObject({
      ok: false,
      faults: [`${file}: there is no such file; check the path, or create the file`],
    });

    expect(holder.current).toBe(before);
    expect(told).toBe(0);
  });

  it('tells nobody when nothing changed', async () => {
    const before = holder.current;
    let told = 0;
    holder.onChange(() => told++);
    expect(await holder.reload()).toEqual({ ok: true, version: before.version, faults: [] });
    expect(holder.current).toBe(before);
    expect(told).toBe(0);
  });

  it('stops telling a listener that has ended its subscription', async () => {
    const told: string[] = [];
    const end = holder.onChange(() => told.push('a'));
    holder.onChange(() => told.push('b'));
    end();
    writeFileSync(file, OTHER_PLAN);
    await holder.reload();
    expect(told).toEqual(['b']);
  });

  it('tells all listeners although one throws, and does not hide that', async () => {
    const told: string[] = [];
    holder.onChange(() => {
      throw new Error('listener');
    });
    holder.onChange((plan) => told.push(plan.version));
    writeFileSync(file, OTHER_PLAN);
    await expect(holder.reload()).rejects.toThrow('listeners of the dial plan failed');
    expect(told).toEqual([holder.current.version]);
    expect(holder.current.memberByAddress('119')?.id).toBe('police');
  });
});
