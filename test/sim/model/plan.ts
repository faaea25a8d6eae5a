/** The dial plan of the model: few members, each there for something that may go wrong. */
import type { Candidate, Stage } from '../../../src/call/candidate.js';
import type { KeyReading, Obstacle, Routing } from '../../../src/call/routing.js';

/** How desks are laid out. */
export interface Layout {
  /** Stages of member `a`, one desk each. */
  readonly stagesOfA: 1 | 2;
  /** Member `b` has one desk; or two that ring at once, one of them reached in two ways. */
  readonly desksOfB: 'one' | 'two ways' | 'together';
  /** Letters of the members whose first stage is a queue of ours, which names one desk or two. */
  readonly queues: string;
  /** Calls end by themselves after some time. */
  readonly limit: boolean;
  readonly maxHops: number;
  /** Media passes through a media server. */
  readonly anchored: boolean;
  /** There is a mixer, as long as it has not gone. */
  readonly mixes: boolean;
  /** Callers hear what targets play. */
  readonly ringback?: boolean;
}

export function candidate(member: string, desk = 1): Candidate {
  return {
    member,
    trunk: `pbx-${member}`,
    gateway: `gw-${member}${desk}`,
    uri: `sip:${member}${desk}@127.0.0.1:5090`,
    peer: '127.0.0.1:5090/udp',
    number: member,
    ringSeconds: 20,
    mayTransfer: true,
    phone: null,
  };
}

/** `f` is full, `k` is closed, nobody may transfer to `n`. */
const MEMBERS: Readonly<Record<string, { readonly fallback: string | null }>> = {
  a: { fallback: 'f' },
  b: { fallback: null },
  c: { fallback: null },
  f: { fallback: 'c' },
  k: { fallback: null },
  n: { fallback: null },
};

const OBSTACLES: Readonly<Record<string, Obstacle>> = { f: 'full', k: 'closed' };

/** Among the letters of what has closed: nothing mixes any more. */
export const MIXER = 'M';

const NONE: KeyReading = { action: null, mayGrow: false };

/** `*1` has a longer brother, as with more than nine members. */
const CODES: Readonly<Record<string, KeyReading>> = {
  '*': { action: null, mayGrow: true },
  '*1': { action: { kind: 'transfer', mode: 'blind', address: 'b' }, mayGrow: true },
  '*17': { action: { kind: 'transfer', mode: 'blind', address: 'k' }, mayGrow: false },
  '*2': { action: { kind: 'transfer', mode: 'consult', address: 'b' }, mayGrow: false },
  '*3': { action: { kind: 'cancel' }, mayGrow: false },
  '*4': { action: { kind: 'complete' }, mayGrow: false },
  '*5': { action: { kind: 'toggle' }, mayGrow: false },
  '*7': { action: { kind: 'conference' }, mayGrow: false },
};

/** Keys worth pressing after those that were pressed already. */
export const NEXT_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['*', '6'],
  '*': ['1', '2', '3', '4', '5', '6'],
  '*1': ['7', '6'],
};

export function readKeys(keys: string): KeyReading {
  return CODES[keys] ?? NONE;
}

function stagesOf({ stagesOfA, desksOfB }: Layout): Readonly<Record<string, readonly Stage[]>> {
  const plain = (member: string): readonly Stage[] => [[[candidate(member)]]];
  const b: Record<Layout['desksOfB'], readonly Stage[]> = {
    one: plain('b'),
    'two ways': [[[candidate('b'), candidate('b', 2)]]],
    together: [[[candidate('b'), candidate('b', 2)], [candidate('b', 3)]]],
  };
  return {
    a: stagesOfA === 1 ? plain('a') : [...plain('a'), [[candidate('a', 2)]]],
    b: b[desksOfB],
    c: plain('c'),
    f: plain('f'),
    k: plain('k'),
    n: plain('n'),
  };
}

function build(layout: Layout, closed: string): Routing {
  const desks = stagesOf(layout);
  const stages = Object.fromEntries(
    Object.entries(desks).map(([id, own]): [string, readonly Stage[]] =>
      layout.queues.includes(id)
        ? [id, [{ queue: id, maxWaitMs: 60_000, ringSeconds: 15, skill: null }, ...own]]
        : [id, own],
    ),
  );
  const member: Routing['member'] = (id) => {
    const found = MEMBERS[id];
    return found && { id, number: id, emergency: false, fallback: found.fallback };
  };
  return {
    member,
    resolve: member,
    stages: (id) => stages[id] ?? [],
    obstacle: (id) => (closed.includes(id) ? 'closed' : (OBSTACLES[id] ?? null)),
    mayTransfer: (_, to) => to !== 'n',
    canMix: () => layout.mixes && !closed.includes(MIXER),
    readKeys,
    limits: {
      maxHops: layout.maxHops,
      maxHuntMs: 60_000,
      maxCallMs: layout.limit ? 3_600_000 : 0,
      noResponseMs: 4000,
      notifyAnswerMs: 8000,
      ringback: layout.ringback === true ? 'target' : 'prompt',
      announcement: { prompt: 'call-back', maxMs: 30_000 },
      betweenKeysMs: 3000,
      anchored: layout.anchored,
    },
  };
}

const built = new Map<string, Routing>();

/** @param closed letters of the members that have closed meanwhile */
export function routingOf(layout: Layout, closed: string): Routing {
  const name = `${layout.queues} ${layout.stagesOfA} ${layout.desksOfB} ${layout.limit} ${layout.maxHops} ${layout.anchored} ${layout.mixes} ${layout.ringback} ${closed}`;
  const known = built.get(name);
  if (known !== undefined) return known;
  const made = build(layout, closed);
  built.set(name, made);
  return made;
}

const descriptions = new Map<string, string>();

/** What the phone behind a leg says of itself; another version means another port. */
export function sdpOf(leg: string, version: number, holding: boolean): string {
  const name = `${leg} ${version} ${holding}`;
  const known = descriptions.get(name);
  if (known !== undefined) return known;
  const lines = [
    'v=0',
    `o=- 1 ${version} IN IP4 10.0.0.1`,
    's=-',
    'c=IN IP4 10.0.0.1',
    't=0 0',
    `m=audio ${portOf(leg, version)} RTP/AVP 8`,
    ...(holding ? ['a=inactive'] : []),
  ];
  const sdp = `${lines.join('\r\n')}\r\n`;
  descriptions.set(name, sdp);
  return sdp;
}

/** A port of its own for each leg and version. */
export function portOf(leg: string, version: number): number {
  const [call = '', number = ''] = leg.split('-');
  const base = { c: 10_000, d: 20_000 }[call] ?? 30_000;
  return base + (number.startsWith('r') ? 5_000 : Number(number) * 100) + version * 2;
}
