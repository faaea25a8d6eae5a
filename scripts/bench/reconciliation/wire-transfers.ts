/** Transfers as the capture shows them: who asked for what, and what came of it. */
import { storyOf } from './scene.js';
import { KEYS, type LoadPorts, type MemberName, memberOfPeer, NUMBERS } from './site.js';
import type { Ask, WireLeg } from './wire-legs.js';

export interface SeenTransfer {
  /** Number of the story. */
  readonly story: number;
  readonly trigger: 'refer' | 'key' | 'replaces';
  readonly mode: 'blind' | 'consult';
  readonly fromMember: string | null;
  readonly toMember: string | null;
  readonly outcome: 'completed' | 'failed' | 'refused' | 'abandoned';
}

interface Party {
  readonly leg: WireLeg;
  readonly member: string | null;
}

/** A wish for a transfer, and what was told of its outcome; null where nobody was told. */
interface Wish extends Omit<SeenTransfer, 'outcome'> {
  readonly at: number;
  readonly told: SeenTransfer['outcome'] | null;
  readonly asker: WireLeg;
}

/** All transfers on the wire, by story. */
export function seenTransfers(legs: readonly WireLeg[], ports: LoadPorts): readonly SeenTransfer[] {
  const byCallId = new Map(legs.map((leg) => [leg.callId, leg]));
  return [...byStory(legs)].flatMap(([story, own]) =>
    own
      .map((leg) => ({ leg, member: memberOfPeer(leg.peer, ports) }))
      .flatMap((party) => wishesOf(party, story, byCallId, ports))
      .map((wish): SeenTransfer => {
        const { at: _at, told, asker: _asker, ...asked } = wish;
        return { ...asked, outcome: told ?? outcomeOf(wish, own, ports) };
      }),
  );
}

function byStory(legs: readonly WireLeg[]): ReadonlyMap<number, readonly WireLeg[]> {
  const stories = new Map<number, WireLeg[]>();
  for (const leg of legs) {
    const story = storyOf(leg.identity);
    if (story !== null) stories.set(story, [...(stories.get(story) ?? []), leg]);
  }
  return stories;
}

function wishesOf(
  party: Party,
  story: number,
  byCallId: ReadonlyMap<string, WireLeg>,
  ports: LoadPorts,
): readonly Wish[] {
  const { leg, member } = party;
  const wishes = leg.asks.flatMap((ask): Wish[] => {
    if (ask.by !== 'refer' || ask.side !== 'peer') return [];
    const named = ask.replaces === null ? undefined : byCallId.get(ask.replaces);
    const vain = ask.replaces !== null && named === undefined;
    const mode = named === undefined ? 'blind' : 'consult';
    const toMember = vain ? null : memberCalled(ask.to);
    const told = toldBy(ask);
    return [{ story, trigger: 'refer', mode, fromMember: member, toMember, at: ask.at, told, asker: leg }];
  });
  const replaced = leg.replaces === null ? undefined : byCallId.get(leg.replaces);
  if (replaced !== undefined) {
    const told = leg.answeredAt === null ? 'refused' : 'completed';
    const fromMember = memberOfPeer(replaced.peer, ports);
    const common = { story, trigger: 'replaces', mode: 'consult' } as const;
    wishes.push({ ...common, fromMember, toMember: member, at: leg.invitedAt, told, asker: replaced });
  }
  return [...wishes, ...keyedWishes(party, story)];
}

function toldBy({ status, told }: Extract<Ask, { by: 'refer' }>): Wish['told'] {
  if (status === null || status >= 300) return 'refused';
  if (told === null) return null;
  if (told < 300) return 'completed';
  return told === 487 ? 'abandoned' : 'failed';
}

/** `*2` moves the caller, `**2` consults first; `*0` takes the caller back. */
function keyedWishes({ leg, member }: Party, story: number): readonly Wish[] {
  const presses = leg.asks.flatMap((ask) => (ask.by === 'info' && ask.status === 200 ? [ask] : []));
  const typed = presses.map(({ key }) => key).join('');
  return [...typed.matchAll(/(\*{1,2})([1-9])/g)].map((code): Wish => {
    const rest = typed.slice(code.index + code[0].length);
    return {
      story,
      trigger: 'key',
      mode: code[1] === '**' ? 'consult' : 'blind',
      fromMember: member,
      toMember: KEYS[`*${code[2]}`] ?? null,
      at: presses[code.index + code[0].length - 1]?.at ?? 0,
      told: rest.startsWith('*0') ? 'abandoned' : null,
      asker: leg,
    };
  });
}

/**
 * Where nobody was told. Completed: the target answered, and the caller's telephone was told of it and agreed; of a
 * consultation, the asker has left before the caller. Failed: all desks of the target were done with, and the caller still there.
 */
function outcomeOf(wish: Wish, legs: readonly WireLeg[], ports: LoadPorts): SeenTransfer['outcome'] {
  const caller = legs.find(({ direction, peer }) => direction === 'in' && peer === carrierOf(ports));
  const gone = caller?.endedAt ?? Number.POSITIVE_INFINITY;
  const called = legs.filter(
    (leg) =>
      leg.direction === 'out' && leg.invitedAt >= wish.at && memberOfPeer(leg.peer, ports) === wish.toMember,
  );
  const target = called.find(({ answeredAt, cancelledAt }) => answeredAt !== null && cancelledAt === null);
  if (target === undefined)
    return called.every(({ endedAt }) => (endedAt ?? gone) < gone) ? 'failed' : 'abandoned';
  const answered = target.answeredAt ?? gone;
  const moved = caller?.offers.server.some(({ at, status }) => at >= answered && status === 200) === true;
  const released = (wish.asker.endedAt ?? Number.POSITIVE_INFINITY) < gone;
  return moved && (wish.mode === 'blind' || released) ? 'completed' : 'abandoned';
}

function carrierOf({ carrier }: LoadPorts): string {
  return `127.0.0.1:${carrier}/udp`;
}

/** Who is meant by a number or key. */
export function memberCalled(number: string): MemberName | null {
  const found = Object.entries(NUMBERS).find(([, own]) => own === number)?.[0];
  return (found as MemberName | undefined) ?? KEYS[number] ?? null;
}
