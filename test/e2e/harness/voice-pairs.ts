import type { ToneParty } from '../../media/harness/tone-party.js';
import type { DialPlanFile } from './plan.js';
import { freePort } from './ports.js';
import { TonePhone } from './tone-phone.js';

/** A caller and the desk that it calls, for stories in which many talk at once. */
export interface Pair {
  readonly caller: TonePhone;
  readonly desk: TonePhone;
  /** What the caller dials. */
  readonly number: string;
}

/** Ports of the phones of one pair, kept before the server is started. */
export interface PairPorts {
  readonly caller: number;
  readonly desk: number;
  readonly number: string;
}

export async function pairPorts(count: number): Promise<readonly PairPorts[]> {
  const ports: PairPorts[] = [];
  for (let index = 0; index < count; index += 1)
    ports.push({ caller: await freePort(), desk: await freePort(), number: String(20_000 + index) });
  return ports;
}

/** A member with one desk for each pair, and a carrier for all their callers. */
export function withPairs(plan: DialPlanFile, pairs: readonly PairPorts[]): DialPlanFile {
  if (pairs.length === 0) return plan;
  const address = (port: number): string => `127.0.0.1:${port}`;
  const member = ({ number }: PairPorts) => ({
    numbers: [number],
    name: { zh: number, en: number },
    field: 'test',
    source: 'example' as const,
    targets: [{ trunk: `pbx-${number}`, number: '1', ringSeconds: 5 }],
  });
  const trunk = ({ number, desk }: PairPorts) => ({
    kind: 'member',
    member: `m${number}`,
    gateways: [`${address(desk)}/udp`],
    sources: [address(desk)],
  });
  const line = { kind: 'carrier', sources: pairs.map(({ caller }) => address(caller)), gateways: [] };
  return {
    ...plan,
    members: {
      ...plan.members,
      ...Object.fromEntries(pairs.map((pair) => [`m${pair.number}`, member(pair)])),
    },
    trunks: {
      ...plan.trunks,
      'pair-line': line,
      ...Object.fromEntries(pairs.map((pair) => [`pbx-${pair.number}`, trunk(pair)])),
    },
  };
}

export async function openPairs(ports: readonly PairPorts[]): Promise<readonly Pair[]> {
  return Promise.all(
    ports.map(async ({ caller, desk, number }) => ({
      caller: await TonePhone.open({ name: `caller-${number}`, frequency: 2100, sipPort: caller }),
      desk: await TonePhone.open({ name: `desk-${number}`, frequency: 2500, sipPort: desk }),
      number,
    })),
  );
}

/** Milliseconds from a moment until a party got a packet again and again: the first of three within 100 ms. */
export function audioBackAfter(voice: ToneParty, from: number): number {
  const after = voice.heard.filter(({ at }) => at > from).map(({ at }) => at);
  // What was on its way already at that moment is not back.
  const gapEnds = after.findIndex((at, index) => index > 0 && at - (after[index - 1] ?? 0) > 100);
  const back = after.slice(Math.max(gapEnds, 0));
  const first = back.find((at, index) => (back[index + 2] ?? Number.POSITIVE_INFINITY) - at < 100);
  return first === undefined ? Number.POSITIVE_INFINITY : first - from;
}
