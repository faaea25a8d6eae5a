import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SipServerStats } from '../../../src/sip/server.js';
import { freePort } from '../../../test/e2e/harness/ports.js';
import { type LoadFigures, LoadParty, type LoadPartySpec } from '../load-party.js';
import { cpuMs, residentBytes } from '../process-usage.js';
import { Child } from './child.js';
import { ServerUnderTest } from './server-under-test.js';

export interface SipTrialOptions {
  /** Calls started per second. */
  readonly rate: number;
  readonly calls: number;
  /** How long the parties talk; milliseconds. */
  readonly holdMs: number;
  /** Wait until all SIP timers have run out before CPU time is counted; milliseconds. */
  readonly settleMs: number;
  /** Where the server writes its CPU profile. */
  readonly profile?: string;
}

export interface SipTrialResult {
  readonly parties: readonly (LoadFigures & { readonly scenario: string })[];
  readonly failed: number;
  /** Calls started per second that the caller really reached. */
  readonly reachedRate: number;
  /** INVITE to 200 at the caller, sorted; milliseconds. */
  readonly setupMs: readonly number[];
  readonly serverCpuMs: number;
  readonly applicationCpuMs: number;
  /** Right after the last call, and when nothing is left of it; bytes. */
  readonly residentAtEnd: number;
  readonly residentSettled: number;
  readonly stats: SipServerStats;
}

/** Short-lived objects of a message survive until its call is through; a small nursery would copy them to no end. */
const roomyNursery = '--max-semi-space-size=32';

/** A server and a back-to-back user agent of their own, sipp on both sides of them. */
export async function runSipTrial(options: SipTrialOptions): Promise<SipTrialResult> {
  const folder = mkdtempSync(join(tmpdir(), 'onekey-sip-bench-'));
  const target = await freePort();
  const server = await ServerUnderTest.start(['udp'], {}, serverOptions(options));
  try {
    const [application] = await Child.start({
      file: 'b2bua.mjs',
      environment: { ...server.forClients, TARGET: `127.0.0.1:${target}` },
      nodeOptions: [roomyNursery],
    });
    try {
      return await load(options, server, application, target, folder);
    } finally {
      await application.stop('signal');
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function serverOptions({ profile }: SipTrialOptions): string[] {
  if (profile === undefined) return [roomyNursery];
  return [
    roomyNursery,
    '--cpu-prof',
    `--cpu-prof-dir=${dirname(profile)}`,
    `--cpu-prof-name=${basename(profile)}`,
  ];
}

async function load(
  options: SipTrialOptions,
  server: ServerUnderTest,
  application: Child,
  target: number,
  folder: string,
): Promise<SipTrialResult> {
  const { calls, rate, holdMs } = options;
  const common = {
    parameters: { caller: '139[call_number]', dial: '12345', hold: holdMs },
    calls,
    limitSeconds: Math.ceil(calls / rate + holdMs / 1000) + 40,
  };
  const answerer: LoadPartySpec = { ...common, scenario: 'load-agent', port: target, rate: null };
  const caller: LoadPartySpec = {
    ...common,
    scenario: 'load-caller',
    port: await freePort(),
    rate,
    timed: true,
  };
  const before = { server: cpuMs(server.pid), application: cpuMs(application.pid) };
  const answering = await LoadParty.start(answerer, server.sip, folder);
  const started = performance.now();
  const calling = await LoadParty.start(caller, server.sip, folder);
  await calling.exit;
  const seconds = (performance.now() - started) / 1000;
  const residentAtEnd = residentBytes(server.pid);
  const called = { ...(await calling.finish(5000)), scenario: caller.scenario };
  const answered = { ...(await answering.finish(5000)), scenario: answerer.scenario };
  await sleep(options.settleMs);
  return {
    parties: [called, answered],
    failed: Math.max(called.failed, answered.failed),
    reachedRate: calls / Math.max(seconds - holdMs / 1000, 0.001),
    setupMs: called.setupMs,
    serverCpuMs: cpuMs(server.pid) - before.server,
    applicationCpuMs: cpuMs(application.pid) - before.application,
    residentAtEnd,
    residentSettled: residentBytes(server.pid),
    stats: await server.stats(),
  };
}
