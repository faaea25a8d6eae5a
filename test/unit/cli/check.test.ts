import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/check.js';
import { GOOD_PLAN, planText } from '../dialplan/plan-text.js';
import { recorder } from './surroundings.js';

let folder: string;
let plan: string;
let config: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onekey-check-'));
  plan = join(folder, 'plan.yaml');
  config = join(folder, 'onekey.yaml');
  writeFileSync(plan, GOOD_PLAN);
  writeFileSync(config, 'dialplan: plan.yaml\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('onekey check', () => {
  it('sums up the shipped files', async () => {
    const surroundings = recorder();
    expect(await run([], surroundings)).toBe(0);
    expect(surroundings.errors).toEqual([]);
    const text = surroundings.output.join('\n');
    expect(text).toContain('17 members (4 emergency) with 17 numbers, 17 transfer keys');
    expect(text).toContain('18 trunks (1 carrier, 17 member) with 18 gateways');
    expect(text).toMatch(/\*17 +12329 +housing-12329/);
    expect(text).toContain('at most 1 transfer a caller');
  });

  it('sums up the files it is given', async () => {
    const surroundings = recorder();
    expect(await run(['-c', config], surroundings)).toBe(0);
    const text = surroundings.output.join('\n');
    expect(text).toContain(`configuration ${config}: no faults`);
    expect(text).toContain(`dial plan ${plan}`);
    expect(text).toContain('2 members (1 emergency) with 3 numbers, 2 transfer keys');
    expect(text).toContain('carrier (carrier): to nowhere; from 127.0.0.0/8');
    expect(text).toContain(
      'pbx-police (member): to 127.0.0.1:5110/udp, checked every 30 s; from 127.0.0.1:5110',
    );
  });

  it('shows hours, capacity, rights, liaison desks and how desks ring', async () => {
    const settings = [
      'source: field',
      'hours: { weekly: ["mon-fri 08:30-12:00", sat 09:00-12:00], holidays: { 2026-10-01..2026-10-03: closed, 2026-10-10: 08:30-12:00 } }',
      'capacity: 1',
      'mayTransferTo: []',
    ];
    const desks = '{ trunk: pbx-city, number: 1, weight: 3 }, { trunk: pbx-city, number: 2 }';
    writeFileSync(
      plan,
      planText(
        ['source: field', settings.join('\n    ')],
        [
          'targets: [{ trunk: pbx-city, number: 8001 }]',
          `targets: [{ weighted: [${desks}] }, { together: [${desks.replace(', weight: 3', '')}] }, { for: [police], trunk: pbx-city, number: 3 }]`,
        ],
        ['kind: carrier', 'kind: carrier\n    capacity: 90'],
      ),
    );
    const surroundings = recorder();
    expect(await run(['-c', config], surroundings)).toBe(0);
    const text = surroundings.output.join('\n');
    expect(text).toContain('City: (1@pbx-city 75% | 2@pbx-city 25%) > (1@pbx-city + 2@pbx-city)\n');
    expect(text).toMatch(/\n +transfers from police first: 3@pbx-city\n/);
    expect(text).toContain(
      'open mon-fri 08:30-12:00; sat 09:00-12:00 (Asia/Shanghai), closed on 3 dates, other hours on 1 date\n',
    );
    expect(text).toMatch(/\n +at most 1 call at once\n +may transfer to police\n/);
    expect(text).toContain('carrier (carrier): to nowhere; from 127.0.0.0/8, at most 90 legs at once');
    expect(text).toContain(
      'keys: * before a transfer key consults, *# completes, *0 takes back, **# toggles; at most 2 s between two keys',
    );
  });

  it('says nothing when asked to and all is well', async () => {
    const surroundings = recorder();
    expect(await run(['-q', '--config', config], surroundings)).toBe(0);
    expect([surroundings.output, surroundings.errors]).toEqual([[], []]);
  });

  it('prints every fault of the dial plan', async () => {
    writeFileSync(
      plan,
      planText(['ringSeconds: 15', 'ringSeconds: 0'], ['fallback: city', 'fallback: none']),
    );
    const surroundings = recorder();
    expect(await run(['--config', config], surroundings)).toBe(1);
    expect(surroundings.output).toEqual([]);
    expect(surroundings.errors).toHaveLength(2);
    expect(surroundings.errors.every((line) => line.startsWith(`${plan}:`))).toBe(true);
  });

  it('prints the faults of configuration, environment, command line and dial plan in one run', async () => {
    writeFileSync(config, 'log: { level: loud }\n');
    writeFileSync(plan, planText(['fallback: city', 'fallback: none']));
    const surroundings = recorder({ ONEKEY_HTTP_PORT: 'x' });
    expect(
      await run(['--config', config, '--dialplan', plan, '--set', 'sip.trace=perhaps'], surroundings),
    ).toBe(1);
    expect(surroundings.errors.map((line) => line.replace(/: .*$/, '')).sort()).toEqual(
      [
        `${config}:1:15 log.level`,
        `${plan}:11:15 members.police.fallback`,
        'command line --set sip.trace',
        'environment ONEKEY_HTTP_PORT',
      ].sort(),
    );
  });

  it('fails for a bad configuration although the plan is good', async () => {
    writeFileSync(config, 'log: { level: loud }\n');
    const surroundings = recorder();
    expect(await run(['--config', config, '--dialplan', plan], surroundings)).toBe(1);
    expect(surroundings.output).toEqual([]);
    expect(surroundings.errors).toHaveLength(1);
  });

  it.each([[['--what']], [['file']], [['--config']], [['--set', 'http.port']], [['--set', '=1']]])(
    'takes %j for a mistake on the command line',
    async (argv) => {
      const surroundings = recorder();
      expect(await run(argv, surroundings)).toBe(2);
      expect(surroundings.output).toEqual([]);
      expect(surroundings.errors).toHaveLength(1);
    },
  );
});
