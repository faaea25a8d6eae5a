/** The families of histories that are explored to the last state, and those that long random histories come from. */
import type { Budget } from './world.js';

export const FAMILIES: readonly Budget[] = [
  // Blind transfers.
  {
    name: 'a REFER, and targets that fail',
    times: { refer: 1, ring: 2, noAnswer: 1, unreachable: 1, deaf: 1 },
  },
  { name: 'two REFERs, one of them odd', times: { refer: 2, oddRefer: 1 } },
  { name: 'one move allowed, and back', times: { refer: 2, back: 1 }, layout: { maxHops: 1 } },
  {
    name: 'desks that ring at once',
    times: { refer: 1, ring: 2, unreachable: 1, silence: 1 },
    layout: { desksOfB: 'together' },
  },
  {
    name: 'a stage after the other',
    times: { refer: 1, silence: 1, huntOut: 1, mute: 1, guard: 1 },
    layout: { desksOfB: 'two ways', stagesOfA: 2 },
  },
  {
    name: 'a call that goes in a circle',
    times: { refer: 1, looped: 2, ring: 1 },
    layout: { desksOfB: 'together', stagesOfA: 2 },
  },
  {
    name: 'members that close',
    times: { refer: 1, close: 1, hangUp: 1, huntOut: 1, ring: 1, mute: 1, noAnswer: 1 },
  },
  {
    name: 'limits and operators',
    times: { api: 1, limit: 1, hangUp: 1, guard: 1 },
    layout: { limit: true },
    modes: ['blind', 'consult', 'alert', 'conference'],
  },
  // Offers.
  { name: 'offers during a transfer', times: { refer: 1, offer: 1, glare: 1, refusal: 1, lost: 1 } },
  {
    name: 'phones that answer every offer with another port',
    times: { refer: 1, fickle: 5, unreachable: 1 },
    layout: { stagesOfA: 2 },
  },
  { name: 'offers without SDP during a transfer', times: { refer: 1, lateOffer: 1, offer: 1, glare: 1 } },
  {
    name: 'a caller without SDP',
    times: { api: 1, offer: 1, unacked: 1, ring: 1 },
    lateOffer: true,
    modes: ['blind', 'consult'],
  },
  { name: 'UPDATE', times: { refer: 1, offer: 2 }, updates: true },
  // Consultation.
  { name: 'consultation', times: { api: 1, control: 3, ring: 1, noAnswer: 1 }, modes: ['consult'] },
  {
    name: 'consultation and refused holds',
    times: { api: 1, control: 1, glare: 1, refusal: 1, lost: 1 },
    modes: ['consult'],
  },
  { name: 'consultation and offers', times: { api: 1, control: 2, offer: 1 }, modes: ['consult'] },
  { name: 'consultation and REFER', times: { api: 1, control: 1, refer: 1 }, modes: ['consult'] },
  {
    name: 'consultation by an agent who calls',
    times: { api: 1, control: 1, refer: 1, unacked: 1 },
    modes: ['consult'],
    agentCalls: true,
  },
  // Keys.
  { name: 'keys', times: { press: 6 } },
  { name: 'keys in a consultation', times: { api: 1, press: 3 }, modes: ['consult'] },
  { name: 'keys that cross', times: { press: 2, info: 1, refer: 1, crossing: 1 } },
  // Attended transfers.
  { name: 'attended', times: { second: 1, attended: 1, ring: 1, deaf: 1 } },
  { name: 'attended, twice', times: { second: 1, attended: 2, crossing: 1 } },
  { name: 'attended and REFER', times: { second: 1, attended: 1, refer: 1 } },
  { name: 'attended and offers', times: { second: 1, attended: 1, offer: 1, glare: 1, refusal: 1 } },
  { name: 'attended by an agent who calls', times: { second: 1, attended: 1, refer: 1 }, agentCalls: true },
  {
    name: 'attended and offers with and without SDP',
    times: { second: 1, attended: 1, offer: 1, lateOffer: 1 },
  },
  { name: 'attended and UPDATE', times: { second: 1, attended: 1, offer: 1, glare: 1 }, updates: true },
  {
    name: 'attended and offers, by an agent who calls',
    times: { second: 1, attended: 1, offer: 1, glare: 1 },
    agentCalls: true,
  },
  { name: 'attended and keys', times: { second: 1, attended: 1, press: 2 } },
  // INVITE with Replaces.
  { name: 'replaced', times: { replace: 1, refer: 1, unacked: 1 } },
  { name: 'replaced and offers', times: { replace: 1, offer: 1, glare: 1, refusal: 1, unacked: 1 } },
  { name: 'replaced and consultation', times: { replace: 1, api: 1, control: 1 }, modes: ['consult'] },
  { name: 'replaced, REFER and offers', times: { replace: 1, refer: 1, offer: 1 } },
  { name: 'replaced twice', times: { replace: 2, api: 1 } },
  { name: 'replaced after two calls joined', times: { replace: 1, second: 1, attended: 1 } },
  // Several of these.
  {
    name: 'a transfer right after one that failed',
    times: { refer: 1, api: 1, deaf: 1, guard: 1 },
    modes: ['consult'],
  },
  {
    name: 'Call-IDs that become known',
    times: { api: 1, sent: 2, silence: 1 },
    layout: { desksOfB: 'together' },
    modes: ['consult'],
  },
  { name: 'agents at both ends press keys', times: { press: 3, refer: 1 }, agentCalls: true },
  {
    name: 'attended and consultation',
    times: { second: 1, attended: 1, api: 1, control: 1 },
    modes: ['consult'],
  },
  {
    name: 'attended with desks that ring at once',
    times: { second: 1, attended: 1, ring: 1, unreachable: 1 },
    layout: { desksOfB: 'together' },
  },
  { name: 'many offers', times: { refer: 1, offer: 2, glare: 1 } },
  {
    name: 'legs that never say that they are gone',
    times: { api: 1, guard: 1, noAnswer: 1 },
    layout: { desksOfB: 'together' },
    modes: ['blind', 'consult'],
  },
  {
    name: 'desks that are put down by their desktop',
    times: { api: 1, putDown: 1, ring: 1 },
    modes: ['blind', 'consult'],
  },
  { name: 'requests before the answer', times: { refer: 1, early: 2, ring: 1 } },
  // Queues of ours.
  {
    name: 'a queue',
    times: { named: 2, news: 1, queueOut: 1, huntOut: 1, ring: 1, noAnswer: 1, unreachable: 1 },
    layout: { queues: 'a' },
  },
  {
    name: 'transfers to a queue, and back to one',
    times: { refer: 1, named: 2, queueOut: 1 },
    layout: { queues: 'ab' },
  },
  {
    name: 'consultation with a queue, and what it says too late',
    times: { api: 1, control: 1, named: 1, stale: 1 },
    layout: { queues: 'b' },
    modes: ['consult'],
  },
  {
    name: 'attended, and a queue',
    times: { second: 1, attended: 1, named: 1 },
    layout: { queues: 'b' },
  },
  // Callers are called back.
  {
    name: 'call back',
    times: { ring: 1, noAnswer: 1, unreachable: 1, silence: 1, guard: 1, mute: 1 },
    callsBack: 'two phones',
  },
  {
    name: 'call back: limits and operators',
    times: { hangUp: 1, putDown: 1, limit: 1, api: 1, control: 1 },
    layout: { limit: true },
    callsBack: 'one phone',
  },
  {
    name: 'call back: what the citizen plays, and offers',
    times: { tone: 1, offer: 1, glare: 1, refusal: 1, unreachable: 1, early: 1, sent: 1, info: 1 },
    callsBack: 'one phone',
  },
  {
    name: 'call back, and a REFER',
    times: { ring: 1, refer: 1, unreachable: 1, noAnswer: 1, deaf: 1 },
    callsBack: 'one phone',
  },
  { name: 'call back, and a call of the agent', times: { second: 1, attended: 1 }, callsBack: 'one phone' },
  { name: 'call back, and a phone that takes over', times: { replace: 1, press: 2 }, callsBack: 'one phone' },
  {
    name: 'anchored: call back',
    times: { tone: 1, unreachable: 1, api: 1, press: 1 },
    layout: { anchored: true },
    callsBack: 'one phone',
  },
  // Media passes through a server.
  {
    name: 'anchored: queues',
    times: { named: 2, news: 1, ring: 1, queueOut: 1, stale: 1 },
    layout: { queues: 'a', anchored: true },
  },
  {
    name: 'anchored: a REFER',
    times: { refer: 1, ring: 2, noAnswer: 1, unreachable: 1, offer: 1 },
    layout: { anchored: true },
  },
  {
    name: 'anchored: targets that play something',
    times: { refer: 1, tone: 2, unreachable: 1 },
    layout: { anchored: true, ringback: true, desksOfB: 'together' },
  },
  {
    name: 'anchored: nobody is left',
    times: { refer: 1, huntOut: 1, mute: 1, api: 1, hangUp: 1 },
    layout: { anchored: true },
  },
  {
    name: 'anchored: nobody is left for an agent who calls',
    times: { refer: 1, press: 1, info: 1, unacked: 1, deaf: 1, limit: 1 },
    layout: { anchored: true, limit: true },
    agentCalls: true,
  },
  {
    name: 'anchored: nobody is left after two transfers',
    times: { refer: 2, deaf: 1, guard: 1 },
    layout: { anchored: true },
  },
  {
    name: 'anchored: nobody is left for an agent who transfers again',
    times: { refer: 2 },
    layout: { anchored: true },
    agentCalls: true,
  },
  {
    name: 'anchored: nobody is left in time',
    times: { refer: 1, huntOut: 1, sent: 1 },
    layout: { anchored: true },
  },
  {
    name: 'anchored: consultation',
    times: { api: 1, control: 3, lateOffer: 1 },
    layout: { anchored: true },
    modes: ['consult'],
  },
  {
    name: 'anchored: attended',
    times: { second: 1, attended: 1, refer: 1, glare: 1, refusal: 1 },
    layout: { anchored: true },
  },
  {
    name: 'anchored: attended with desks that ring at once',
    times: { second: 1, attended: 1 },
    layout: { anchored: true, desksOfB: 'together' },
  },
  {
    name: 'conference',
    times: { api: 1, control: 3, mixingLost: 1 },
    layout: { anchored: true, mixes: true },
    modes: ['consult', 'conference'],
  },
  {
    name: 'conference: a mixer that comes and goes, and offers',
    times: { api: 1, control: 2, mixerGone: 1, offer: 1, unacked: 1 },
    layout: { anchored: true, mixes: true },
    modes: ['conference'],
  },
  {
    name: 'conference by keys',
    times: { press: 6 },
    layout: { anchored: true, mixes: true },
  },
  {
    name: 'conference and another transfer',
    times: { api: 2, refer: 1, deaf: 1 },
    layout: { anchored: true, mixes: true },
    modes: ['conference'],
  },
  {
    name: 'conference and a phone that takes over',
    times: { api: 1, replace: 1, info: 1, stale: 1 },
    layout: { anchored: true, mixes: true },
    modes: ['conference'],
  },
  {
    name: 'conference with desks that ring at once',
    times: { api: 1, ring: 1, sent: 1, guard: 1, hangUp: 1, limit: 1 },
    layout: { anchored: true, mixes: true, desksOfB: 'together', limit: true },
    modes: ['conference'],
  },
  {
    name: 'conference with desks that are put down by their desktop',
    times: { api: 1, putDown: 2 },
    layout: { anchored: true, mixes: true },
    modes: ['blind', 'conference'],
  },
  {
    name: 'conference, and a call of the agent',
    times: { api: 1, second: 1, attended: 1, glare: 1, refusal: 1 },
    layout: { anchored: true, mixes: true },
    modes: ['conference'],
  },
  {
    name: 'anchored: the media server is lost',
    times: { mediaLost: 1, refer: 1, lateOffer: 1, glare: 1, refusal: 1 },
    layout: { anchored: true },
  },
  {
    name: 'anchored: the media server is lost for a caller without SDP',
    times: { mediaLost: 1, api: 1, control: 1, glare: 1 },
    lateOffer: true,
    layout: { anchored: true },
    modes: ['blind', 'consult'],
  },
  {
    name: 'anchored: the media server is lost, attended',
    times: { mediaLost: 1, second: 1, attended: 1, glare: 1 },
    layout: { anchored: true },
  },
  {
    name: 'anchored: replaced',
    times: { replace: 1, refer: 1, unacked: 1 },
    layout: { anchored: true },
  },
  { name: 'anchored: replaced twice', times: { replace: 2, refer: 1 }, layout: { anchored: true } },
  {
    name: 'anchored: a caller without SDP',
    times: { api: 1, offer: 1, unacked: 1, ring: 1 },
    lateOffer: true,
    layout: { anchored: true, desksOfB: 'together' },
    modes: ['blind', 'consult'],
  },
];

/** The program is killed and started again; apart, because the table tells of calls that one program serves to their end. */
export const RESTARTS: readonly Budget[] = [
  { name: 'killed and started again', times: { restart: 2, refer: 1, lost: 1 } },
  { name: 'killed in a consultation', times: { restart: 1, api: 1, control: 1 }, modes: ['consult'] },
  { name: 'killed during offers', times: { restart: 1, refer: 1, offer: 1, glare: 1 } },
  {
    name: 'killed during a call back',
    times: { restart: 1, tone: 1, lost: 1, unreachable: 1 },
    callsBack: 'one phone',
  },
  { name: 'killed while callers wait in a queue', times: { restart: 1, named: 2 }, layout: { queues: 'a' } },
  {
    name: 'killed with the media server',
    times: { restart: 1, api: 1, offer: 1 },
    layout: { anchored: true },
    modes: ['blind', 'consult'],
  },
];

export const WILD: Budget = {
  name: 'everything',
  times: {
    refer: 2,
    oddRefer: 1,
    back: 1,
    api: 2,
    control: 3,
    offer: 2,
    lateOffer: 1,
    glare: 2,
    refusal: 1,
    lost: 1,
    fickle: 4,
    ring: 3,
    press: 6,
    info: 1,
    replace: 1,
    second: 1,
    attended: 2,
    unreachable: 2,
    silence: 1,
    noAnswer: 1,
    looped: 1,
    huntOut: 1,
    limit: 1,
    deaf: 1,
    close: 1,
    guard: 1,
    putDown: 1,
    mute: 1,
    unacked: 1,
    mixingLost: 1,
    mixerGone: 1,
    crossing: 2,
    early: 1,
    sent: 1,
    named: 4,
    news: 2,
    queueOut: 1,
    stale: 1,
  },
  layout: { stagesOfA: 2, desksOfB: 'together', limit: true, queues: 'b' },
  modes: ['blind', 'consult', 'alert', 'conference'],
};
