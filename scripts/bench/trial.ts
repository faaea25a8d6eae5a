import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ports, testPlan } from '../../test/e2e/harness/plan.js';
import { freePort } from '../../test/e2e/harness/ports.js';
import { Server } from '../../test/e2e/harness/server.js';
import { type LoadFigures, LoadParty, type LoadPartySpec } from './load-party.js';
import { cpuMs, residentBytes } from './process-usage.js';
import { LatencyCapture } from './refer-latency.js';

export type Kind = 'plain' | 'transfer';

export interface TrialOptions {
  readonly kind: Kind;
  /** Calls started per second. */
  readonly rate: number;
  readonly calls: number;
  /** How long caller and agent, or caller and target, talk; milliseconds. */
  readonly holdMs: number;
  /** Wait until all SIP timers have run out before CPU time is counted; milliseconds. */
  readonly settleMs: number;
  /** Run the embedded SIP server in a thread of its own. */
  readonly thread?: boolean;
  /** Capture REFER and INVITE. */
  readonly capture: boolean;
  /** Called every second while the load runs. */
  readonly sample?: (server: Server) => void | Promise<void>;
}

export interface TrialResult {
  readonly parties: readonly (LoadFigures & { readonly scenario: string })[];
  readonly failed: number;
  /** From the first call to the end of the last; seconds. */
  readonly seconds: number;
  /** Calls started per second that the callers really reached. */
  readonly reachedRate: number;
  readonly cpuMsPerCall: number;
  readonly residentMiB: number;
  /** Sorted, milliseconds; null when it was not or could not be captured. */
  readonly latencies: readonly number[] | null;
  /** What the server counts of retransmissions, one `name value` each. */
  readonly serverCounts: readonly string[];
  readonly ledger: {
    readonly calls: number;
    readonly legs: number;
    readonly transfers: number;
    readonly live: number;
  };
}

/** SIP timers run for 32 s at most, most of them from the end of a call; a little more to be sure. */
export const allTimersMs = 42_000;

/** Start a server, put a load on it, count, stop it. */
export async function runTrial(options: TrialOptions): Promise<TrialResult> {
  const folder = mkdtempSync(join(tmpdir(), 'onekey-bench-'));
  const ports = await somePorts();
  const server = await Server.start({
    folder,
    plan: testPlan(ports),
    settings: {
      sip: { embedded: { thread: options.thread === true } },
      log: { level: 'warn' },
      limits: { maxCalls: 100_000 },
    },
  });
  try {
    return await load(options, server, ports, folder);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function load(
  options: TrialOptions,
  server: Server,
  ports: Ports,
  folder: string,
): Promise<TrialResult> {
  const pid = server.child.pid ?? 0;
  const wire = { agent: ports.pbx['pbx-12345'], server: server.ports.sip, target: ports.pbx['pbx-110'] };
  const capture = options.capture ? await LatencyCapture.start(wire, folder) : undefined;
  const cpuBefore = cpuMs(pid);
  const started = performance.now();
  const parties: LoadParty[] = [];
  for (const spec of partySpecs(options, ports))
    parties.push(await LoadParty.start(spec, server.sip, folder));
  const sampling = setInterval(() => void options.sample?.(server), 1000);
  // The callers end last or fail; the others have a little time to notice.
  const callers = parties.at(-1);
  await callers?.exit;
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampling);
  const figures = [];
  for (const party of parties) figures.push({ ...(await party.finish(5000)), scenario: party.spec.scenario });
  const latencies = capture === undefined ? null : await capture.finish();
  await sleep(options.settleMs);
  const sending = seconds - (options.holdMs + (options.kind === 'transfer' ? 150 : 0)) / 1000;
  return {
    parties: figures,
    failed: Math.max(...figures.map((party) => party.failed)),
    seconds,
    reachedRate: options.calls / Math.max(sending, 0.001),
    cpuMsPerCall: (cpuMs(pid) - cpuBefore) / options.calls,
    residentMiB: residentBytes(pid) / 2 ** 20,
    latencies,
    serverCounts: await retransmissionCounts(server),
    ledger: await countLedger(server),
  };
}

function partySpecs(options: TrialOptions, ports: Ports): readonly LoadPartySpec[] {
  const { calls, rate, holdMs, kind } = options;
  const limitSeconds = Math.ceil(calls / rate + holdMs / 1000) + 60;
  const parameters = { caller: '139[call_number]', dial: '12345', referTo: '110', hold: holdMs };
  const party = (scenario: string, port: number, own: number | null): LoadPartySpec => ({
    scenario,
    port,
    parameters,
    calls,
    rate: own,
    limitSeconds,
  });
  if (kind === 'plain') {
    return [party('load-agent', ports.pbx['pbx-12345'], null), party('load-caller', ports.caller, rate)];
  }
  return [
    party('load-target', ports.pbx['pbx-110'], null),
    party('load-agent-refers', ports.pbx['pbx-12345'], null),
    party('load-caller-transferred', ports.caller, rate),
  ];
}

async function somePorts(): Promise<Ports> {
  return {
    caller: await freePort(),
    desk: await freePort(),
    pbx: {
      'pbx-12345': await freePort(),
      'pbx-110': await freePort(),
      'pbx-96456': await freePort(),
      'pbx-96456-b': await freePort(),
      'pbx-12333': await freePort(),
    },
  };
}

async function retransmissionCounts(server: Server): Promise<string[]> {
  const text = await server.api.metrics();
  return text.split('\n').filter((line) => /^[a-z_]*retrans/i.test(line));
}

async function countLedger({ api }: Server): Promise<TrialResult['ledger']> {
  return {
    calls: (await api.calls()).length,
    legs: (await api.legs()).length,
    transfers: (await api.transfers()).length,
    live: (await api.liveCalls()).length,
  };
}
