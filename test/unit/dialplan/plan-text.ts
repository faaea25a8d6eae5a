import { formatFault } from '../../../src/config/fault.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import type { DialPlan } from '../../../src/dialplan/plan.js';

/** A small plan that is right; tests replace what they need to be wrong. */
export const GOOD_PLAN = `numbering: { country: "86", area: "22" }
members:
  police:
    numbers: ["110"]
    name: { zh: 警察, en: Police }
    field: police
    emergency: true
    source: published
    targets:
      - { trunk: pbx-police, number: "8001", ringSeconds: 15 }
    fallback: city
  city:
    numbers: ["12345", "+862212346"]
    name: { zh: 市政, en: City }
    field: city
    source: field
    targets: [{ trunk: pbx-city, number: 8001 }]
trunks:
  carrier:
    kind: carrier
    sources: [127.0.0.0/8]
  pbx-police:
    kind: member
    member: police
    gateways: [127.0.0.1:5110/udp]
    sources: ["127.0.0.1:5110"]
    numberFormat: e164
    healthCheck: { intervalSeconds: 30 }
  pbx-city:
    kind: member
    member: city
    gateways: [pbx.example.org/tcp, "[::1]:5062"]
keys:
  "*1": police
  "*2": city
`;

/** {@link GOOD_PLAN} with a piece replaced; throws when the piece is not in it. */
export function planText(...replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((text, [piece, by]) => {
    if (!text.includes(piece)) throw new Error(`the plan has no ${piece}`);
    return text.replace(piece, () => by);
  }, GOOD_PLAN);
}

/** The plan that a text makes; throws with the faults when there are any. */
export function planOf(text: string): DialPlan {
  const loaded = parseDialPlan(text, 'plan.yaml');
  if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'));
  return loaded.plan;
}

/** Pseudo-random whole numbers below a bound, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
