import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { type DialPlanFile, memberTrunk, type PbxName, type Ports } from './plan.js';

/** The dial plan that is shipped. */
export const ALLIANCE_FILE = join(import.meta.dirname, '..', '..', '..', 'dialplans', 'alliance.yaml');

const planSchema = z.looseObject({
  members: z.record(z.string(), z.looseObject({ targets: z.array(z.unknown()) })),
  trunks: z.record(z.string(), z.unknown()),
});

/** Members whose agents are at a PBX of the tests, and the number there. */
const PLAYED: Readonly<Record<string, { readonly trunk: PbxName; readonly number: string }>> = {
  'city-12345': { trunk: 'pbx-12345', number: '8001' },
  'police-110': { trunk: 'pbx-110', number: '9001' },
};

/** It with its 17 members, for a file in any folder. */
export function alliancePlan(): DialPlanFile {
  const plan = planSchema.parse(parse(readFileSync(ALLIANCE_FILE, 'utf8')));
  // The product checks the rest of it.
  return { ...plan, matters: join(dirname(ALLIANCE_FILE), 'matters.yaml') } as unknown as DialPlanFile;
}

/** The same, where calls come from the tests' carrier, and the agents of 12345 and 110 are played. */
export function playedAlliance(ports: Ports): DialPlanFile {
  const plan = alliancePlan();
  const members = Object.entries(plan.members).map(([id, member]) => {
    const played = PLAYED[id];
    return [id, played === undefined ? member : { ...member, targets: [{ ...played, ringSeconds: 10 }] }];
  });
  const trunks = Object.entries(PLAYED).map(([id, { trunk }]) => [trunk, memberTrunk(trunk, id, ports)]);
  return {
    ...plan,
    members: Object.fromEntries(members),
    trunks: {
      ...plan.trunks,
      'city-line': { kind: 'carrier', sources: [`127.0.0.1:${ports.caller}`], gateways: [] },
      ...Object.fromEntries(trunks),
    },
  };
}
