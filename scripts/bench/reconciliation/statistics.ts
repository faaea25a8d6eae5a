/** The statistics of the load: what the server has summed up, against what the capture adds up to. */
import * as z from 'zod';
import type { Api } from '../../../test/e2e/harness/api.js';
import { type LoadPorts, memberOfPeer } from './site.js';
import type { WireLeg } from './wire-legs.js';
import { memberCalled, type SeenTransfer } from './wire-transfers.js';

/** Within which a call shall be answered (GB/T 33358); milliseconds. */
const GOAL_MS = 15_000;
const HOUR_MS = 3_600_000;

/** Of one member. */
export type Sums = Readonly<Record<string, number>>;

const outcomes = z.object({
  completed: z.number(),
  failed: z.number(),
  refused: z.number(),
  abandoned: z.number(),
});
const answer = z.object({
  members: z.array(
    z.object({
      member: z.string(),
      offered: z.number(),
      answered: z.number(),
      answeredInTime: z.number(),
      abandoned: z.number(),
      unanswered: z.number(),
      refused: z.number(),
      rang: z.number(),
      taken: z.number(),
      transfersOut: outcomes,
      transfersIn: outcomes,
    }),
  ),
});

/** @param began when the load began; UTC milliseconds */
export async function toldSums(api: Api, began: number): Promise<ReadonlyMap<string, Sums>> {
  const from = new Date(Math.floor(began / HOUR_MS) * HOUR_MS).toISOString();
  const to = new Date((Math.floor(Date.now() / HOUR_MS) + 1) * HOUR_MS).toISOString();
  const { members } = answer.parse(await api.get(`/v1/statistics?from=${from}&to=${to}`));
  return new Map(
    members.map(({ member, unanswered, refused, transfersOut, transfersIn, ...sums }) => [
      member,
      {
        ...sums,
        lost: unanswered + refused,
        ...Object.fromEntries(Object.entries(transfersOut).map(([name, count]) => [`out ${name}`, count])),
        ...Object.fromEntries(Object.entries(transfersIn).map(([name, count]) => [`in ${name}`, count])),
      },
    ]),
  );
}

/**
 * The same from the legs of the capture.
 *
 * @returns `close`: calls that were answered so close to the goal that either side of it is right
 */
export function seenSums(
  legs: readonly WireLeg[],
  transfers: readonly SeenTransfer[],
  ports: LoadPorts,
  within: number,
): { readonly sums: ReadonlyMap<string, Sums>; readonly close: ReadonlyMap<string, number> } {
  const sums = new Map<string, Record<string, number>>();
  const close = new Map<string, number>();
  const add = (member: string | null, name: string): void => {
    if (member === null) return;
    const own = sums.get(member) ?? {};
    own[name] = (own[name] ?? 0) + 1;
    sums.set(member, own);
  };
  const known = new Set(legs.map(({ callId }) => callId));
  const merged = mergedCalls(legs);
  for (const leg of legs) {
    if (leg.direction === 'out') {
      const member = memberOfPeer(leg.peer, ports);
      add(member, 'rang');
      if (leg.answeredAt !== null) add(member, 'taken');
      continue;
    }
    // Who takes the place of another in a call is no call.
    if (merged.has(leg.callId) || (leg.replaces !== null && known.has(leg.replaces))) continue;
    const member = memberCalled(leg.number);
    add(member, 'offered');
    if (leg.answeredAt === null) add(member, leg.endedBy === 'peer' ? 'abandoned' : 'lost');
    else {
      add(member, 'answered');
      const over = leg.answeredAt - leg.invitedAt - GOAL_MS;
      if (over <= 0) add(member, 'answeredInTime');
      if (member !== null && Math.abs(over) <= within) close.set(member, (close.get(member) ?? 0) + 1);
    }
  }
  for (const { fromMember, toMember, outcome } of transfers) {
    add(fromMember, `out ${outcome}`);
    add(toMember, `in ${outcome}`);
  }
  return { sums, close };
}

/** Calls of agents that became part of another by a REFER with Replaces. */
function mergedCalls(legs: readonly WireLeg[]): ReadonlySet<string> {
  const merged = new Set<string>();
  for (const { callId, asks } of legs)
    for (const ask of asks)
      if (ask.by === 'refer' && ask.replaces !== null && ask.status === 202)
        merged.add(callId).add(ask.replaces);
  return merged;
}

/** What differs, one line for each figure. */
export function compareSums(
  told: ReadonlyMap<string, Sums>,
  { sums, close }: ReturnType<typeof seenSums>,
): readonly string[] {
  return [...new Set([...told.keys(), ...sums.keys()])].flatMap((member) => {
    const [ours, wire] = [told.get(member) ?? {}, sums.get(member) ?? {}];
    return [...new Set([...Object.keys(ours), ...Object.keys(wire)])].flatMap((name) => {
      const [a, b] = [ours[name] ?? 0, wire[name] ?? 0];
      const leeway = name === 'answeredInTime' ? (close.get(member) ?? 0) : 0;
      return Math.abs(a - b) <= leeway ? [] : [`${member} ${name}: ${a} told, ${b} on the wire`];
    });
  });
}
