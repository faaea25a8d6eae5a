import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/config/fault.js';
import { loadDialPlan, parseDialPlan } from '../../../src/dialplan/load.js';
import { GOOD_PLAN, planOf, planText } from './plan-text.js';

function faultsOf(text: string): readonly Fault[] {
  const loaded = parseDialPlan(text, 'plan.yaml');
  return loaded.ok ? [] : loaded.faults;
}

describe('a plan without faults', () => {
  const plan = planOf(GOOD_PLAN);

  it('is read with its defaults', () => {
    expect(plan.members.get('police')).toEqual({
      id: 'police',
      numbers: ['110'],
      name: { zh: '警察', en: 'Police' },
      field: 'police',
      emergency: true,
      source: 'published',
      targets: [
        {
          ring: 'one',
          desks: [{ kind: 'trunk', trunk: 'pbx-police', number: '8001', ringSeconds: 15, weight: 1 }],
          onlyFor: [],
        },
      ],
      queue: {
        ringAtOnce: 1,
        afterCallSeconds: 10,
        maxLength: null,
        announceSeconds: 30,
        readyWhenRegistered: true,
        skillSeconds: 0,
      },
      fallback: 'city',
      hours: null,
      capacity: null,
      mayTransferTo: null,
      recording: 'on-demand',
    });
    expect(plan.members.get('city')).toMatchObject({
      emergency: false,
      fallback: null,
      targets: [{ ring: 'one', desks: [{ trunk: 'pbx-city', number: '8001', ringSeconds: 20 }] }],
    });
    expect(plan.trunks.get('pbx-city')).toEqual({
      id: 'pbx-city',
      kind: 'member',
      member: 'city',
      gateways: [
        { id: 'pbx-city/pbx.example.org:5060/tcp', host: 'pbx.example.org', port: 5060, transport: 'tcp' },
        { id: 'pbx-city/[::1]:5062/udp', host: '::1', port: 5062, transport: 'udp' },
      ],
      sources: [],
      numberFormat: 'asis',
      auth: null,
      media: 'rtp',
      language: 'caller',
      healthCheck: null,
      capacity: null,
    });
    expect(plan.trunks.get('pbx-police')).toMatchObject({
      sources: [{ text: '127.0.0.1:5110' }],
      healthCheck: { intervalSeconds: 30 },
    });
    expect(plan.policies).toEqual({
      maxHops: 1,
      maxHuntSeconds: 120,
      maxCallSeconds: 0,
      timezone: 'Asia/Shanghai',
      betweenKeysSeconds: 2,
      ringback: 'prompt',
      announcement: { prompt: 'call-back', maxSeconds: 30 },
      agentsCallAgents: false,
      callBack: { trunks: [], ringSeconds: 60, abroad: false },
      keyCodes: { cancel: '*0', complete: '*#', toggle: '**#', conference: '***', consultPrefix: '*' },
      recording: 'on-demand',
      announceRecording: true,
    });
    expect([...plan.members.keys()]).toEqual(['police', 'city']);
    expect([...plan.keys]).toEqual([
      ['*1', 'police'],
      ['*2', 'city'],
    ]);
  });

  it('is named by the hash of its text', () => {
    expect(plan.version).toBe(createHash('sha256').update(GOOD_PLAN).digest('hex').slice(0, 12));
    expect(planOf(`${GOOD_PLAN}# more\n`).version).not.toBe(plan.version);
    expect(plan.file).toBe('plan.yaml');
  });

  it('cannot be changed', () => {
    const members = plan.members as Map<string, unknown>;
    expect(() => members.set('x', {})).toThrow(TypeError);
    expect(() => members.delete('police')).toThrow(TypeError);
    expect(() => members.clear()).toThrow(TypeError);
    expect(() => Object.assign(plan, { version: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(plan.policies, { maxHops: 9 })).toThrow(TypeError);
    expect(() =>
      Object.assign(plan.members.get('police')?.targets[0].desks[0] ?? {}, { number: '1' }),
    ).toThrow(TypeError);
    expect(plan.members.size).toBe(2);
  });

  it.each([
    ['healthCheck: { intervalSeconds: 30 }', 'healthCheck: off'],
    ['healthCheck: { intervalSeconds: 30 }', 'healthCheck: null'],
  ])('takes %s and %s', (piece, by) => {
    expect(planOf(planText([piece, by])).trunks.get('pbx-police')?.healthCheck).toBeNull();
  });

  it('takes digits with and without quotes, and keeps their zeros', () => {
    const plan = planOf(
      planText(
        ['["12345", "+862212346"]', '[12345, 02212346, "12-347"]'],
        ['number: "8001"', 'number: 0081'],
      ),
    );
    expect(plan.members.get('city')?.numbers).toEqual(['12345', '02212346', '12347']);
    expect(plan.members.get('police')?.targets[0].desks[0]).toMatchObject({ number: '0081' });
    expect(planOf(planText(['country: "86", area: "22"', 'country: 86, area: 22'])).numbering).toEqual({
      country: '86',
      area: '22',
    });
  });
});

describe('several faults', () => {
  it('are all told at once, in the order of the file, also those in one malformed member', () => {
    const text = planText(
      ['numbers: ["110"]', 'numbers: ["110", "022110"]'],
      ['    field: police', '    feild: police'],
      ['ringSeconds: 15', 'ringSeconds: 999'],
      ['fallback: city', 'fallback: police'],
      ['[127.0.0.0/8]', '[127.0.0.1/8, 1.2.3]'],
      ['"*2": city', '"*2": cities'],
    );
    expect(faultsOf(text).map((fault) => fault.path)).toEqual([
      'members.police.field',
      'members.police.numbers[1]',
      'members.police.feild',
      'members.police.targets[0].ringSeconds',
      'members.police.fallback',
      'trunks.carrier.sources[0]',
      'trunks.carrier.sources[1]',
      'keys["*2"]',
    ]);
  });

  it('do not make what refers to a malformed entry unknown', () => {
    const faults = faultsOf(planText(['    kind: member\n    member: city\n', '    kind: membr\n']));
    expect(faults.map((fault) => fault.path)).toEqual(['trunks.pbx-city.kind']);
  });
});

describe('hostile and broken text', () => {
  it.each([
    ['nothing', ''],
    ['a list', '- 1\n'],
    ['text', 'hello'],
    ['sections of the wrong kind', 'numbering: 1\npolicies: [1]\nmembers: x\ntrunks: [y]\nkeys: 7\n'],
    ['empty sections', 'numbering:\nmembers:\ntrunks:\nkeys:\n'],
    ['members that are nothing', 'members: { a: , b: 1, c: [], d: { targets: 1, numbers: {} } }'],
    [
      'names of built-in properties',
      'members: { __proto__: { a: 1 } }\ntrunks: { toString: {}, constructor: {} }\n',
    ],
    ['keys that are lists', '? [1, 2]\n: 3\n'],
    ['an entry that contains itself', 'members: &a\n  x: *a\n'],
    ['bytes that are no text', '\u0000\ud800\ufffe'],
    ['a syntax error', 'members: [\ntrunks: {'],
  ])('%s gives faults and does not throw', (_, text) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault.line > 0 && fault.column > 0 && fault.message !== '')).toBe(true);
  });

  it('of any cut or change does not throw, and what it accepts is a plan', () => {
    for (let cut = 0; cut < GOOD_PLAN.length; cut += 7) {
      for (const text of [
        GOOD_PLAN.slice(0, cut),
        GOOD_PLAN.slice(cut),
        `${GOOD_PLAN.slice(0, cut)}*${GOOD_PLAN.slice(cut)}`,
        `${GOOD_PLAN.slice(0, cut)}\n${GOOD_PLAN.slice(cut)}`,
        `${GOOD_PLAN.slice(0, cut)}${GOOD_PLAN.slice(cut + 5)}`,
      ]) {
        const loaded = parseDialPlan(text, 'plan.yaml');
        if (loaded.ok) expect(loaded.plan.members.size).toBeGreaterThan(0);
        else expect(loaded.faults.length).toBeGreaterThan(0);
      }
    }
  });
});

describe('files', () => {
  it('that are not there, or are folders, are told as such', () => {
    const folder = mkdtempSync(join(tmpdir(), 'onekey-plan-'));
    try {
      const file = join(folder, 'plan.yaml');
      expect(loadDialPlan(file)).toMatchObject({
        ok: false,
        faults: [{ file, line: 0, message: 'there is no such file' }],
      });
      expect(loadDialPlan(folder)).toMatchObject({
        ok: false,
        faults: [{ message: 'this is a folder, not a file' }],
      });
      writeFileSync(file, `\ufeff${GOOD_PLAN}`);
      expect(loadDialPlan(file)).toMatchObject({ ok: true, plan: { file } });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
