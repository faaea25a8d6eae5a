/** The members, trunks and addresses of the simulated alliance. */
import { parseDialPlan } from '../../../src/dialplan/load.js';
import type { DialPlan } from '../../../src/dialplan/plan.js';

/** Where callers come from, and where they are called back. */
export const CARRIER = '10.0.0.2';
/** Second gateway to those who are called back. */
export const CARRIER_2 = '10.0.0.3';

/** Address of each PBX, by the member whose it is. `backup` has a second gateway at `BACKUP_2`. */
export const PBX = {
  city: '10.0.1.1',
  water: '10.0.1.2',
  youth: '10.0.1.3',
  police: '10.0.1.4',
  health: '10.0.1.5',
  women: '10.0.1.6',
  tax: '10.0.1.7',
  backup: '10.0.1.8',
} as const;
export const BACKUP_2 = '10.0.1.9';
export type MemberName = keyof typeof PBX;

export const NUMBERS: Readonly<Record<MemberName, string>> = {
  city: '12345',
  water: '96655',
  youth: '12355',
  police: '110',
  health: '12320',
  women: '12338',
  tax: '12366',
  backup: '96000',
};
export const KEYS: Readonly<Partial<Record<MemberName, string>>> = {
  city: '*1',
  water: '*2',
  youth: '*3',
  police: '*4',
  health: '*5',
};

export const LIMITS = {
  huntMs: 40_000,
  callMs: 300_000,
  noResponseMs: 4_000,
  notifyAnswerMs: 8_000,
  /** How long a caller who is called back is rung. */
  callBackMs: 12_000,
} as const;

const TEXT = `
numbering: { country: "86", area: "22" }
policies: { maxHops: 2, maxHuntSeconds: ${LIMITS.huntMs / 1000}, maxCallSeconds: ${LIMITS.callMs / 1000}, betweenKeysSeconds: 1, callBack: { trunks: [line], ringSeconds: ${LIMITS.callBackMs / 1000} } }
members:
  city:
    numbers: ["12345"]
    name: { zh: 市, en: City }
    field: city
    source: example
    targets:
      - { trunk: pbx-city, number: "8001", ringSeconds: 8 }
      - together: [{ trunk: pbx-city, number: "8002", ringSeconds: 8 }, { trunk: pbx-city, number: "8003", ringSeconds: 8 }]
    fallback: backup
  water:
    numbers: ["96655"]
    name: { zh: 水, en: Water }
    field: water
    source: example
    targets:
      - { trunk: pbx-water, number: "8011", ringSeconds: 10 }
      - { trunk: pbx-water, number: "8012", ringSeconds: 6 }
    fallback: city
  youth:
    numbers: ["12355"]
    name: { zh: 青, en: Youth }
    field: youth
    source: example
    targets:
      - weighted: [{ trunk: pbx-youth, number: "8021", ringSeconds: 8 }, { trunk: pbx-youth, number: "8022", ringSeconds: 8, weight: 3 }]
    fallback: backup
    mayNotTransferTo: [tax]
  police:
    numbers: ["110"]
    name: { zh: 警, en: Police }
    field: police
    emergency: true
    source: example
    targets:
      - together: [{ trunk: pbx-police, number: "8031", ringSeconds: 12 }, { trunk: pbx-police, number: "8032", ringSeconds: 12 }]
  health:
    numbers: ["12320"]
    name: { zh: 健, en: Health }
    field: health
    source: example
    targets: [{ trunk: pbx-health, number: "8041", ringSeconds: 8 }]
    fallback: city
    capacity: 40
  women:
    numbers: ["12338"]
    name: { zh: 妇, en: Women }
    field: women
    source: example
    targets: [{ trunk: pbx-women, number: "8051", ringSeconds: 8 }]
    fallback: city
    hours: { weekly: ["mon 03:00-03:30"] }
  tax:
    numbers: ["12366"]
    name: { zh: 税, en: Tax }
    field: tax
    source: example
    targets:
      - { trunk: pbx-tax, number: "8061", ringSeconds: 8 }
      - { trunk: pbx-tax, number: "8062", ringSeconds: 8, for: [city] }
    fallback: backup
  backup:
    numbers: ["96000"]
    name: { zh: 备, en: Backup }
    field: backup
    source: example
    targets: [{ trunk: pbx-backup, number: "8071", ringSeconds: 12 }]
trunks:
  line: { kind: carrier, sources: ["${CARRIER}", "${CARRIER_2}"], gateways: ["${CARRIER}:5060/udp", "${CARRIER_2}:5060/udp"] }
${Object.entries(PBX)
  .map(([member, host]) => {
    const hosts = member === 'backup' ? [host, BACKUP_2] : [host];
    const sources = hosts.map((h) => `"${h}"`).join(', ');
    const gateways = hosts.map((h) => `"${h}:5060/udp"`).join(', ');
    return `  pbx-${member}: { kind: member, member: ${member}, sources: [${sources}], gateways: [${gateways}] }`;
  })
  .join('\n')}
keys: { ${Object.entries(KEYS)
  .map(([member, key]) => `"${key}": ${member}`)
  .join(', ')} }
`;

/** Throws when the text above is no dial plan. */
export function alliancePlan(): DialPlan {
  const parsed = parseDialPlan(TEXT, 'alliance.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.plan;
}

/** Numbers of a member's desks. */
export function desksOf(plan: DialPlan, member: string): readonly string[] {
  const desks = plan.members.get(member)?.targets.flatMap((target) => target.desks) ?? [];
  return desks.flatMap((desk) => (desk.kind === 'trunk' ? desk.number : []));
}

export function memberAt(host: string): MemberName | null {
  if (host === BACKUP_2) return 'backup';
  return (Object.keys(PBX) as MemberName[]).find((name) => PBX[name] === host) ?? null;
}
