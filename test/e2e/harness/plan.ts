import { stringify } from 'yaml';

/** Ports of everybody around the server under test. */
export interface Ports {
  /** The carrier's side: the phone of the caller. */
  readonly caller: number;
  /** A second phone of 12345, that only calls. */
  readonly desk: number;
  /** Members' PBXs, by the name of their trunk. */
  readonly pbx: Readonly<Record<PbxName, number>>;
}

/** PBXs of the test alliance. 96456 has two, tried in this order. */
export const pbxNames = ['pbx-12345', 'pbx-110', 'pbx-96456', 'pbx-96456-b', 'pbx-12333'] as const;
export type PbxName = (typeof pbxNames)[number];

/**
 * The dial plan of the tests: 12345 (falls back to the duty desk 12333), 110 (emergency), 96456 (two desks),
 * 12333. Every PBX is one address and port, which is also where its calls come from.
 */
export function testPlan(ports: Ports): DialPlanFile {
  return {
    numbering: { country: '86', area: '22' },
    policies: { maxHops: 1, maxHuntSeconds: 30, maxCallSeconds: 0 },
    members: {
      city: member('12345', '政务服务便民热线', 'City services', [target('pbx-12345', '8001', 3)], {
        fallback: 'duty',
      }),
      police: member('110', '报警求助', 'Police', [target('pbx-110', '9001', 2)], { emergency: true }),
      funeral: member('96456', '殡葬服务', 'Funeral services', [
        target('pbx-96456', '6001', 2),
        target('pbx-96456-b', '6002', 2),
      ]),
      duty: member('12333', '总值班', 'Duty desk', [target('pbx-12333', '3001', 2)]),
    },
    trunks: {
      'city-line': { kind: 'carrier', sources: [`127.0.0.1:${ports.caller}`], gateways: [] },
      ...Object.fromEntries(pbxNames.map((name) => [name, pbxTrunk(name, ports)])),
    },
    keys: { '*1': 'city', '*2': 'police', '*3': 'funeral' },
  };
}

/** A dial plan as it is written to a file. */
export interface DialPlanFile {
  readonly numbering: { readonly country: string; readonly area: string };
  /** File of the catalogue of matters; none when left out. */
  readonly matters?: string;
  readonly policies: Readonly<Record<string, unknown>>;
  readonly members: Readonly<Record<string, MemberEntry>>;
  readonly trunks: Readonly<Record<string, unknown>>;
  readonly keys: Readonly<Record<string, string>>;
}

export type TargetEntry =
  | { readonly trunk: string; readonly number: string; readonly ringSeconds: number }
  | { readonly agent: string; readonly ringSeconds: number }
  | { readonly extension: string; readonly ringSeconds: number }
  | { readonly queue: string; readonly ringSeconds: number; readonly maxWaitSeconds: number }
  | { readonly together: readonly TargetEntry[] };

interface MemberEntry {
  readonly numbers: readonly string[];
  readonly languages?: Readonly<Record<string, string>>;
  readonly name: { readonly zh: string; readonly en: string };
  readonly field: string;
  readonly source: 'example';
  readonly targets: readonly TargetEntry[];
  readonly emergency?: boolean;
  readonly fallback?: string;
  readonly queue?: { readonly afterCallSeconds: number };
}

function target(trunk: PbxName, number: string, ringSeconds: number): TargetEntry {
  return { trunk, number, ringSeconds };
}

function member(
  number: string,
  zh: string,
  en: string,
  targets: readonly TargetEntry[],
  more: Pick<MemberEntry, 'emergency' | 'fallback'> = {},
): MemberEntry {
  return { numbers: [number], name: { zh, en }, field: 'test', source: 'example', targets, ...more };
}

const owners: Readonly<Record<PbxName, string>> = {
  'pbx-12345': 'city',
  'pbx-110': 'police',
  'pbx-96456': 'funeral',
  'pbx-96456-b': 'funeral',
  'pbx-12333': 'duty',
};

function pbxTrunk(name: PbxName, ports: Ports): Readonly<Record<string, unknown>> {
  return memberTrunk(name, owners[name], ports);
}

/** The trunk of a member whose PBX is played. */
export function memberTrunk(name: PbxName, member: string, ports: Ports): Readonly<Record<string, unknown>> {
  const own = `127.0.0.1:${ports.pbx[name]}`;
  return {
    kind: 'member',
    member,
    gateways: [`${own}/udp`],
    sources: name === 'pbx-12345' ? [own, `127.0.0.1:${ports.desk}`] : [own],
  };
}

/** The text of a dial plan file. */
export function planText(plan: DialPlanFile): string {
  return stringify(plan);
}
