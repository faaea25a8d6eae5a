/** The alliance of the load: who is called by which number, and where the telephones are. */
import type { DialPlanFile, TargetEntry } from '../../../test/e2e/harness/plan.js';
import { freePort } from '../../../test/e2e/harness/ports.js';
import type { Transport } from './line.js';

/** Trunks of members' PBXs, each one address. */
export const DESKS = {
  city: { member: 'city', transport: 'udp', number: '8001' },
  police: { member: 'police', transport: 'udp', number: '9001' },
  funeral: { member: 'funeral', transport: 'udp', number: '6001' },
  'funeral-b': { member: 'funeral', transport: 'udp', number: '6002' },
  youth: { member: 'youth', transport: 'udp', number: '7001' },
  'youth-b': { member: 'youth', transport: 'udp', number: '7002' },
  /** Wants a password. */
  duty: { member: 'duty', transport: 'udp', number: '3001' },
  legal: { member: 'legal', transport: 'tcp', number: '4001' },
  /** Rings for long. */
  health: { member: 'health', transport: 'udp', number: '5001' },
} as const satisfies Readonly<Record<string, { member: string; transport: Transport; number: string }>>;
export type DeskName = keyof typeof DESKS;
export const DESK_NAMES = Object.keys(DESKS) as DeskName[];

/** Numbers of the members; `full` and `closed` have no phones that could ring. */
export const NUMBERS = {
  city: '12345',
  police: '110',
  funeral: '96456',
  youth: '12355',
  duty: '12333',
  legal: '12348',
  health: '12356',
  closed: '12320',
} as const;
export type MemberName = keyof typeof NUMBERS;

export const KEYS: Readonly<Record<string, MemberName>> = {
  '*1': 'city',
  '*2': 'police',
  '*3': 'funeral',
  '*4': 'youth',
  '*5': 'legal',
};

export interface LoadPorts {
  /** Citizens, behind the carrier. */
  readonly carrier: number;
  /** Somebody whom no trunk allows. */
  readonly stranger: number;
  readonly desks: Readonly<Record<DeskName, number>>;
}

export async function loadPorts(): Promise<LoadPorts> {
  const desks: Partial<Record<DeskName, number>> = {};
  for (const name of DESK_NAMES) desks[name] = await freePort();
  return {
    carrier: await freePort(),
    stranger: await freePort(),
    desks: desks as Record<DeskName, number>,
  };
}

/** Of youth; more calls at once are turned away. */
const YOUTH_CAPACITY = 4;

export function loadPlan(ports: LoadPorts): DialPlanFile {
  const desk = (name: DeskName, ringSeconds: number): TargetEntry => ({
    trunk: `pbx-${name}`,
    number: DESKS[name].number,
    ringSeconds,
  });
  const member = (name: MemberName, targets: readonly TargetEntry[], more: object = {}) => ({
    numbers: [NUMBERS[name]],
    name: { zh: name, en: name },
    field: 'load',
    source: 'example' as const,
    targets,
    ...more,
  });
  const trunk = (name: DeskName) => {
    const { member: owner, transport } = DESKS[name];
    const address = `127.0.0.1:${ports.desks[name]}`;
    const auth = name === 'duty' ? { auth: { username: 'onekey', password: 'of-the-load' } } : {};
    return {
      kind: 'member',
      member: owner,
      gateways: [`${address}/${transport}`],
      sources: [address],
      healthCheck: 'off',
      ...auth,
    };
  };
  return {
    numbering: { country: '86', area: '22' },
    policies: { maxHops: 1, maxHuntSeconds: 60, maxCallSeconds: 0 },
    members: {
      city: member('city', [desk('city', 2)], { fallback: 'duty' }),
      police: member('police', [desk('police', 2)], { emergency: true }),
      funeral: member('funeral', [desk('funeral', 1), desk('funeral-b', 2)]),
      youth: member('youth', [{ together: [desk('youth', 2), desk('youth-b', 2)] }], {
        capacity: YOUTH_CAPACITY,
      }),
      duty: member('duty', [desk('duty', 2)]),
      legal: member('legal', [desk('legal', 2)]),
      health: member('health', [desk('health', 30)]),
      closed: member('closed', [desk('health', 2)], { hours: { weekly: [closedSpan()] } }),
    },
    trunks: {
      carrier: { kind: 'carrier', sources: [`127.0.0.1:${ports.carrier}`], gateways: [] },
      ...Object.fromEntries(DESK_NAMES.map((name) => [`pbx-${name}`, trunk(name)])),
    },
    keys: KEYS,
  };
}

/** An hour of a day that is not today, in no time zone. */
function closedSpan(): string {
  const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  return `${days[(new Date().getUTCDay() + 3) % 7]} 03:00-04:00`;
}

/** Whose PBX it is; null for the carrier and for strangers. */
export function memberOfPeer(peer: string, { desks }: LoadPorts): string | null {
  const port = Number(/:(\d+)\//.exec(peer)?.[1]);
  const name = DESK_NAMES.find((desk) => desks[desk] === port);
  return name === undefined ? null : DESKS[name].member;
}
