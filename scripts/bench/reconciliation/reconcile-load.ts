/** A load on a server of its own, captured, and ledger and capture held against each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, verifyLedger } from '../../../test/e2e/harness/server.js';
import { randomFrom } from '../../../test/unit/dialplan/plan-text.js';
import { PacketCapture } from '../packet-capture.js';
import { cpuMs, residentBytes } from '../process-usage.js';
import { compareLegs, type LegComparison } from './compare-legs.js';
import { compareTransfers } from './compare-transfers.js';
import { ledgerTold } from './ledger-legs.js';
import { type Played, play } from './load.js';
import { DESK_NAMES, DESKS, type LoadPorts, loadPlan, loadPorts } from './site.js';
import { compareSums, seenSums, toldSums } from './statistics.js';
import { choose } from './stories.js';
import { legsOfCapture } from './wire-legs.js';
import { seenTransfers } from './wire-transfers.js';

export interface LoadWish {
  readonly calls: number;
  /** Stories begun each second. */
  readonly rate: number;
  readonly seed: number;
  /** How far times may be apart; milliseconds. */
  readonly within: number;
  /** Stories in which timers of SIP run out, too. */
  readonly slow: boolean;
}

export interface Reconciliation {
  readonly played: Played;
  readonly capture: {
    readonly messages: number;
    readonly retransmitted: number;
    readonly strange: number;
    readonly dropped: number;
    readonly legs: number;
    /** INVITEs from nobody whom the plan knows: turned away at the door, no part of the ledger. */
    readonly strangers: number;
  };
  readonly ledger: { readonly legs: number; readonly transfers: number };
  readonly legs: LegComparison;
  readonly transfers: { readonly seen: number; readonly differences: readonly string[] };
  readonly statistics: { readonly members: number; readonly differences: readonly string[] };
  /** What `onekey ledger verify` says. */
  readonly verified: { readonly exitCode: number; readonly output: string };
  /** INVITEs that the server says it has turned away. */
  readonly turnedAway: number;
  readonly server: {
    readonly cpuMs: number;
    readonly residentMiB: number;
    readonly exitCode: number;
    /** The longest time for which its main thread did not get to its events; milliseconds. */
    readonly longestPauseMs: number;
  };
}

/** @param keep folder in which everything stays; null: nothing does */
export async function reconcileLoad(wish: LoadWish, keep: string | null): Promise<Reconciliation> {
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'onekey-bench-'));
  const ports = await loadPorts();
  const server = await Server.start({
    folder,
    plan: loadPlan(ports),
    settings: { log: { level: 'warn' }, limits: { maxCalls: 100_000 } },
  });
  try {
    return await underLoad(wish, server, ports, folder);
  } finally {
    server.child.kill('SIGKILL');
    if (keep === null) rmSync(folder, { recursive: true, force: true });
  }
}

async function underLoad(
  wish: LoadWish,
  server: Server,
  ports: LoadPorts,
  folder: string,
): Promise<Reconciliation> {
  const { calls, rate, seed, within, slow } = wish;
  const dialled = DESK_NAMES.flatMap((name) => (DESKS[name].transport === 'tcp' ? [ports.desks[name]] : []));
  const filter = [server.ports.sip, ...dialled].map((port) => `port ${port}`).join(' or ');
  const capture = await PacketCapture.start(filter, join(folder, 'wire.pcap'));
  const pid = server.child.pid ?? 0;
  // Its pauses are counted from here on.
  await server.api.metrics();
  const cpuBefore = cpuMs(pid);
  const played = await play(server, ports, choose(calls, slow, randomFrom(seed)), rate, seed);
  const cpu = cpuMs(pid) - cpuBefore;
  const residentMiB = residentBytes(pid) / 2 ** 20;
  const { dropped } = await capture.stop();
  const wire = legsOfCapture(capture.file, server.ports.sip, dialled);
  const stranger = `127.0.0.1:${ports.stranger}/udp`;
  const legs = wire.legs.filter(({ peer }) => peer !== stranger);
  const told = await ledgerTold(server.api);
  const transfers = seenTransfers(legs, ports);
  const sums = await toldSums(server.api, played.began);
  const metrics = await server.api.metrics();
  const exitCode = await server.stop();
  return {
    played,
    capture: { ...wire, dropped, legs: legs.length, strangers: wire.legs.length - legs.length },
    ledger: { legs: told.legs.length, transfers: told.transfers.length },
    legs: compareLegs(legs, told.legs, within),
    transfers: { seen: transfers.length, differences: compareTransfers(transfers, told) },
    statistics: {
      members: sums.size,
      differences: compareSums(sums, seenSums(legs, transfers, ports, within)),
    },
    verified: verifyLedger(server.dataFolder),
    turnedAway: metric(metrics, 'onekey_refused_sources_total'),
    server: {
      cpuMs: cpu,
      residentMiB,
      exitCode,
      longestPauseMs: metric(metrics, 'nodejs_eventloop_lag_max_seconds') * 1000,
    },
  };
}

function metric(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** What does not hold, by its kind; empty lists where all is well. */
export function faultsOf(found: Reconciliation): Readonly<Record<string, readonly string[]>> {
  const { played, capture, verified, turnedAway, server } = found;
  const not = (holds: boolean, what: string): readonly string[] => (holds ? [] : [what]);
  return {
    ...found.legs.faults,
    transfers: found.transfers.differences,
    statistics: found.statistics.differences,
    'turned away': not(
      capture.strangers === turnedAway,
      `${capture.strangers} on the wire, ${turnedAway} counted`,
    ),
    capture: [
      ...not(capture.dropped === 0, `${capture.dropped} packets dropped`),
      ...not(capture.strange === 0, `${capture.strange} packets are no SIP`),
    ],
    load: [
      ...played.lost.map((what) => `of no story: ${what}`),
      ...not(played.left === 0, `${played.left} calls live`),
    ],
    verify: not(verified.exitCode === 0, verified.output),
    server: not(server.exitCode === 0, `ended with ${server.exitCode}`),
  };
}
