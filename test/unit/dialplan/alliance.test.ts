import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/config/fault.js';
import { packageInfo } from '../../../src/config/package-root.js';
import { loadDialPlan, parseDialPlan } from '../../../src/dialplan/load.js';

const file = join(packageInfo().root, 'dialplans', 'alliance.yaml');

describe('dialplans/alliance.yaml', () => {
  const loaded = loadDialPlan(file);
  if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'));
  const { plan } = loaded;
  const members = [...plan.members.values()];

  it('has the 17 members, with where their numbers come from', () => {
    const bySource = (source: string): string[] =>
      members.filter((member) => member.source === source).flatMap((member) => member.numbers);
    expect(members).toHaveLength(17);
    expect(bySource('published')).toEqual(['110', '12345', '12355', '96456']);
    expect(bySource('field')).toEqual(['12348', '12356', '12393', '12338', '12351', '12337']);
    expect(bySource('example')).toEqual(['119', '120', '122', '12333', '12315', '12328', '12329']);
    expect(members.filter((member) => member.emergency).map((member) => member.numbers[0])).toEqual([
      '110',
      '119',
      '120',
      '122',
    ]);
  });

  it('has the keys *1 to *17, one for each member in their order', () => {
    expect([...plan.keys.keys()]).toEqual(Array.from({ length: 17 }, (_, index) => `*${index + 1}`));
    expect([...plan.keys.values()]).toEqual([...plan.members.keys()]);
  });

  it('tells each PBX by its port, and takes everything else on this machine for the carrier', () => {
    for (const [index, member] of members.entries()) {
      const trunk = plan.trunkBySource('127.0.0.1', 5110 + index);
      expect(trunk).toMatchObject({
        id: `pbx-${member.id}`,
        kind: 'member',
        member: member.id,
        healthCheck: null,
      });
      expect(trunk?.gateways).toMatchObject([{ host: '127.0.0.1', port: 5110 + index, transport: 'udp' }]);
      expect(
        member.targets
          .flatMap(({ desks }) => desks)
          .every((desk) => desk.kind === 'trunk' && desk.trunk === trunk?.id),
      ).toBe(true);
    }
    for (const [ip, port] of [
      ['127.0.0.1', 5070],
      ['127.0.0.1', 40_000],
      ['127.9.9.9', 5110],
      ['::1', 5110],
    ] as const) {
      expect(plan.trunkBySource(ip, port)).toMatchObject({ id: 'city', kind: 'carrier' });
    }
    expect(plan.trunkBySource('192.0.2.1', 5110)).toBeUndefined();
  });

  it('leads every caller whom a member fails to somebody, 12345 last', () => {
    for (const member of members) {
      let last = member;
      for (let next = last.fallback; next !== null; next = last.fallback)
        last = plan.members.get(next) ?? last;
      expect(last.id).toBe('city-12345');
    }
  });

  it('is open around the clock where callers are led to, and where the reports say so', () => {
    const withHours = members.filter(({ hours }) => hours !== null).map(({ numbers }) => numbers[0]);
    expect(withHours).toEqual(['12348', '12393', '12329']);
    expect(plan.members.get('legal-12348')?.hours).toMatchObject({
      timezone: 'Asia/Shanghai',
      dates: { '2027-01-01': [], '2027-10-07': [] },
    });
  });

  it('has examples of each kind of target: liaison desks, desks that ring together, weighted ones', () => {
    const liaison = (id: string) => plan.members.get(id)?.targets.filter(({ onlyFor }) => onlyFor.length > 0);
    expect(liaison('police-110')).toMatchObject([{ onlyFor: ['city-12345'], desks: [{ number: '8012' }] }]);
    expect(liaison('city-12345')).toMatchObject([{ onlyFor: ['police-110'], desks: [{ number: '8110' }] }]);
    const rings = new Set(members.flatMap(({ targets }) => targets.map(({ ring }) => ring)));
    expect(rings).toEqual(new Set(['one', 'together', 'weighted']));
  });

  it('shows an example of a trunk in its comments that can be taken as it is', () => {
    const text = readFileSync(file, 'utf8');
    const example = /^#\n((?:# {3}.*\n)+)trunks:\n/m.exec(text)?.[1]?.replace(/^# /gm, '') ?? '';
    const before = text.slice(0, text.indexOf('  pbx-police-110:\n    kind'));
    const after = text.slice(text.indexOf('  pbx-city-12345:\n    kind'));
    const taken = parseDialPlan(before + example + after, file);
    expect(taken.ok ? taken.plan.trunks.get('pbx-police-110') : taken.faults).toMatchObject({
      healthCheck: { intervalSeconds: 30 },
      capacity: 60,
      numberFormat: 'e164',
      gateways: [{ transport: 'udp' }, { transport: 'tcp' }],
    });
  });
});
