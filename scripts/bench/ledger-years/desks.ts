import { loadDialPlan } from '../../../src/dialplan/load.js';
import type { Matter } from '../../../src/dialplan/matter.js';
import type { MemberId, Trunk } from '../../../src/dialplan/plan.js';
import { type Weighted, weighted } from './dice.js';

/** How a member works, as far as its calls show it. */
interface Habits {
  /** Its share of all calls; they add up to 1. */
  readonly share: number;
  /** Half of its conversations are shorter; seconds. */
  readonly talkSeconds: number;
  /** How many of its conversations end in a transfer, compared with other members. */
  readonly passesOn: number;
  /** Where to, by weight; members that are not named get what is left. */
  readonly to: Readonly<Record<MemberId, number>>;
}

const ELSEWHERE = 0.15;
const TO_CITY = { 'city-12345': 0.55, 'police-110': 0.15 };

/** The 110 desk takes the most calls, 12345 passes the most on; what the others have is our assumption. */
const HABITS: Readonly<Record<MemberId, Habits>> = {
  'police-110': {
    share: 0.42,
    talkSeconds: 75,
    passesOn: 0.8,
    to: { 'city-12345': 0.62, 'traffic-122': 0.09, 'medical-120': 0.07, 'fire-119': 0.05 },
  },
  'city-12345': {
    share: 0.3,
    talkSeconds: 165,
    passesOn: 1.4,
    to: {
      'police-110': 0.26,
      'labour-12333': 0.13,
      'insurance-12393': 0.11,
      'market-12315': 0.1,
      'housing-12329': 0.07,
      'transport-12328': 0.07,
    },
  },
  'youth-12355': {
    share: 0.004,
    talkSeconds: 420,
    passesOn: 1,
    to: { 'police-110': 0.3, 'mental-12356': 0.25, 'city-12345': 0.2 },
  },
  'funeral-96456': { share: 0.004, talkSeconds: 180, passesOn: 0.6, to: TO_CITY },
  'legal-12348': { share: 0.014, talkSeconds: 360, passesOn: 0.9, to: { ...TO_CITY, 'labour-12333': 0.15 } },
  'mental-12356': {
    share: 0.008,
    talkSeconds: 900,
    passesOn: 0.7,
    to: { 'police-110': 0.35, 'medical-120': 0.2, 'city-12345': 0.2 },
  },
  'insurance-12393': { share: 0.026, talkSeconds: 200, passesOn: 1, to: { ...TO_CITY, 'labour-12333': 0.2 } },
  'women-12338': {
    share: 0.004,
    talkSeconds: 480,
    passesOn: 1.2,
    to: { 'police-110': 0.35, 'legal-12348': 0.25, 'city-12345': 0.15 },
  },
  'workers-12351': {
    share: 0.004,
    talkSeconds: 300,
    passesOn: 1.2,
    to: { 'labour-12333': 0.4, 'legal-12348': 0.2, 'city-12345': 0.2 },
  },
  'reports-12337': {
    share: 0.003,
    talkSeconds: 420,
    passesOn: 0.6,
    to: { 'city-12345': 0.6, 'police-110': 0.3 },
  },
  'fire-119': {
    share: 0.014,
    talkSeconds: 80,
    passesOn: 1,
    to: { 'police-110': 0.35, 'medical-120': 0.3, 'city-12345': 0.2 },
  },
  'medical-120': {
    share: 0.062,
    talkSeconds: 110,
    passesOn: 0.5,
    to: { 'police-110': 0.4, 'city-12345': 0.25, 'fire-119': 0.15 },
  },
  'traffic-122': {
    share: 0.052,
    talkSeconds: 95,
    passesOn: 0.7,
    to: { 'police-110': 0.5, 'medical-120': 0.2, 'city-12345': 0.15 },
  },
  'labour-12333': { share: 0.034, talkSeconds: 210, passesOn: 1, to: { ...TO_CITY, 'insurance-12393': 0.2 } },
  'market-12315': { share: 0.028, talkSeconds: 220, passesOn: 1, to: TO_CITY },
  'transport-12328': { share: 0.013, talkSeconds: 150, passesOn: 1, to: { ...TO_CITY, 'traffic-122': 0.1 } },
  'housing-12329': { share: 0.01, talkSeconds: 180, passesOn: 0.9, to: TO_CITY },
};
/** A member that the table does not have: a small one. */
const OTHER: Habits = { share: 0.005, talkSeconds: 180, passesOn: 1, to: TO_CITY };

/** A member as the generator of calls needs it. */
export interface Desks extends Habits {
  readonly id: MemberId;
  /** Number that people dial. */
  readonly number: string;
  readonly emergency: boolean;
  /** Its PBX. */
  readonly trunk: string;
  /** `host:port/transport` of it. */
  readonly peer: string;
  /** Queues and desks of the PBX, in the order in which they are called. */
  readonly queues: readonly string[];
  /** Extensions of its agents. */
  readonly agents: readonly string[];
  readonly matters: readonly Matter[];
  readonly targets: Weighted<MemberId>;
  /** Members that its agents may transfer to; null for all. */
  readonly mayTransferTo: readonly MemberId[] | null;
}

/** The members of a dial plan. */
export interface Alliance {
  readonly desks: readonly Desks[];
  readonly byId: ReadonlyMap<MemberId, Desks>;
  readonly planVersion: string;
  /** Where citizens' calls come from. */
  readonly carrier: { readonly trunk: string; readonly peer: string };
}

/** Read the members from a dial plan. Throws an Error that names the first fault of the file. */
export function readAlliance(file: string): Alliance {
  const loaded = loadDialPlan(file);
  if (!loaded.ok) throw new Error(`${file} is no dial plan: ${loaded.faults[0]?.message}`);
  const { plan } = loaded;
  const trunks = [...plan.trunks.values()];
  const carrier = trunks.find(({ kind }) => kind === 'carrier');
  if (carrier === undefined) throw new Error(`${file} has no trunk of kind carrier`);
  const shares = [...plan.members.keys()].map((id) => (HABITS[id] ?? OTHER).share);
  const sum = shares.reduce((total, share) => total + share, 0);

  const desks = [...plan.members.values()].map((member): Desks => {
    const habits = HABITS[member.id] ?? OTHER;
    const share = habits.share / sum;
    const others = [...plan.members.keys()].filter((id) => id !== member.id);
    const named = Object.values(habits.to).reduce((total, weight) => total + weight, 0);
    const left = Math.max(ELSEWHERE, 1 - named) / others.length;
    const trunk = trunks.find((candidate) => candidate.member === member.id) ?? carrier;
    const queues = member.targets.flatMap((target) =>
      target.onlyFor.length > 0
        ? []
        : target.desks.flatMap((desk) => (desk.kind === 'trunk' ? [desk.number] : [])),
    );
    return {
      ...habits,
      id: member.id,
      share,
      number: member.numbers[0],
      emergency: member.emergency,
      trunk: trunk.id,
      peer: peerOf(trunk),
      queues: queues.length > 0 ? queues : ['8001'],
      agents: Array.from({ length: Math.max(3, Math.round(share * 250)) }, (_, i) => String(8001 + i)),
      matters: plan.matters.all().filter(({ member: owner }) => owner === member.id),
      targets: weighted(others.map((id) => [id, (habits.to[id] ?? 0) + left])),
      mayTransferTo: member.mayTransferTo,
    };
  });
  return {
    desks,
    byId: new Map(desks.map((each) => [each.id, each])),
    planVersion: plan.version,
    carrier: { trunk: carrier.id, peer: peerOf(carrier) },
  };
}

function peerOf({ gateways }: Trunk): string {
  const [first] = gateways;
  return first === undefined ? '127.0.0.1:5060/udp' : `${first.host}:${first.port}/${first.transport}`;
}
