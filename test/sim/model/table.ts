/** The table of what was seen: from each phase, on each event, to which phases. */
import type { Transition } from './explore.js';

/** Phases of a call, and what they are. */
export const PHASES: Readonly<Record<string, string>> = {
  'calling-agent': 'call back: phones of the agent ring, the caller is called after that',
  'calling-back': 'call back: the agent waits, the caller is being called',
  seeking: 'the caller waits for the first answer',
  talking: 'two parties talk',
  transferring: 'the target is being called, the two go on talking; the agent may have left',
  consulting: 'the agent talks with target or caller, the third is on hold',
  conferring: 'agent, target and caller all hear each other, through the mixer',
  switching: 'somebody has answered for the caller; the two are being brought together',
  returning: 'transfer failed, agent gone: desks are called that can take the caller back',
  announcing: 'nobody is left who could take the caller, who hears so before the call ends',
  ending: 'everybody has been let go; the wire has not settled yet',
};

/** All events of the core, in groups that fit on a page. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Desks that are called': [
    'sent',
    'provisional',
    'answered',
    'failed',
    'timer silent',
    'timer ring',
    'timer hunt',
  ],
  Queues: ['candidate-ready', 'queue-news', 'queue-over', 'timer queue'],
  'Parties that leave': ['hung-up', 'bye-answered', 'answer-failed', 'acked', 'timer guard', 'timer limit'],
  Announcements: ['announcement-begun', 'timer announcement'],
  'Transfers that are asked for': [
    'referred',
    'attended',
    'replacing',
    'transfer-requested',
    'control-requested',
    'hang-up-requested',
    'put-down-requested',
    'notify-answered',
    'timer notify',
  ],
  'Offers, keys, messages': [
    'offered',
    'offer-answered',
    'timer glare',
    'keyed',
    'timer keys',
    'info',
    'mixing-lost',
  ],
};

export const EVENTS: readonly string[] = Object.values(GROUPS).flat();

type Seen = ReadonlyMap<string, readonly string[]>;

function byPair(transitions: ReadonlySet<Transition>): Seen {
  const seen = new Map<string, string[]>();
  for (const transition of [...transitions].sort()) {
    const [before, event, after = ''] = transition.split('|');
    const pair = `${before}|${event}`;
    seen.set(pair, [...(seen.get(pair) ?? []), after]);
  }
  return seen;
}

function cell(seen: Seen, phase: string, event: string): string {
  const reached = seen.get(`${phase}|${event}`);
  if (reached === undefined) return '';
  const order = [...Object.keys(PHASES), 'ended', 'absorbed'];
  const others = order.filter((name) => name !== phase && reached.includes(name));
  return [...(reached.includes(phase) ? ['·'] : []), ...others].join(', ');
}

/** Pairs of phase and event that were not seen. */
export function unseen(transitions: ReadonlySet<Transition>): string[] {
  const seen = byPair(transitions);
  return Object.keys(PHASES).flatMap((phase) =>
    EVENTS.filter((event) => !seen.has(`${phase}|${event}`)).map((event) => `${phase}: ${event}`),
  );
}

export function tableOf(transitions: ReadonlySet<Transition>): string {
  const seen = byPair(transitions);
  const lines = [
    '# What can happen to a call',
    '',
    'Written by `scripts/sim/table` from an exploration of every order of events; a test keeps it true.',
    'A cell has the phases that an event leads to. `·`: the call stays in its phase. Empty: the event cannot come.',
    '`ended`: the last record is written. `absorbed`: the legs have become those of another call.',
    '',
    '| phase | what it is |',
    '|---|---|',
    ...Object.entries(PHASES).map(([phase, what]) => `| ${phase} | ${what} |`),
  ];
  for (const [title, events] of Object.entries(GROUPS)) {
    lines.push('', `## ${title}`, '');
    lines.push(`| phase | ${events.join(' | ')} |`, `|---|${events.map(() => '---|').join('')}`);
    for (const phase of Object.keys(PHASES))
      lines.push(`| ${phase} | ${events.map((event) => cell(seen, phase, event)).join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}
