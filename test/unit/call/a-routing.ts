import type { KeyReading, Routing, RoutingLimits } from '../../../src/call/routing.js';

const readings: Readonly<Record<string, KeyReading>> = {
  '*': { action: null, mayGrow: true },
  '*2': { action: { kind: 'transfer', mode: 'blind', address: '110' }, mayGrow: false },
};
const police = { id: 'police', number: '110', emergency: true, fallback: null };
const desk = {
  member: 'police',
  trunk: 'pbx-police',
  gateway: 'g',
  uri: 'sip:9001@10.2.0.1',
  peer: '10.2.0.1:5060/udp',
  number: '9001',
  ringSeconds: 20,
  mayTransfer: true,
  phone: null,
};

/** A plan with one member, an emergency member with one desk and the key `*2`. */
export function aRouting(limits: Partial<RoutingLimits> = {}): Routing {
  return {
    member: () => police,
    resolve: () => police,
    stages: () => [[[desk]]],
    obstacle: () => null,
    mayTransfer: () => true,
    canMix: () => limits.anchored === true,
    readKeys: (keys) => readings[keys] ?? { action: null, mayGrow: false },
    limits: {
      maxHops: 2,
      maxHuntMs: 60_000,
      maxCallMs: 0,
      noResponseMs: 4000,
      notifyAnswerMs: 8000,
      betweenKeysMs: 3000,
      ringback: 'prompt',
      announcement: null,
      anchored: false,
      ...limits,
    },
  };
}
