import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ReportStore } from '../../../../src/api/reports/report-store.js';
import type { Member } from '../../../../src/dialplan/plan.js';
import type { AgentStatus } from '../../../../src/engine/operations.js';
import {
  auditRecord,
  callRecord,
  legRecord,
  recordingRecord,
  START,
  temporaryFolder,
  transferRecord,
} from '../../ledger/fixtures.js';
import { bench, plan } from '../bench.js';

/** All that names a foreign call, its caller, or what a foreign member has has this in it. */
export const FOREIGN = 'foreign';
export const FOREIGN_NUMBER = '13900009999';
export const FOREIGN_MEMBER = 'foreign-12319';
export const OURS = 'youth-12355';
/** A role that may do everything, so that nothing is hidden but by the scope. */
export const SCOPED = 'scoped-0123456789abcdef';
export const ALL = 'all-0123456789abcdef';

function member(id: string): Member {
  const [police] = plan.members.values();
  if (police === undefined) throw new Error('the plan has no member');
  return { ...police, id };
}

function agent(id: string, member: string): AgentStatus {
  const account = { id, member, extension: '8017', displayName: id, role: 'agent' } as const;
  const who = { ...account, skills: [], languages: [], liaisonFor: [], enabled: true };
  return { agent: who, state: 'ready', reason: null, since: START, next: null };
}

/** A ledger, live calls, agents, surges and reports of two members. */
export async function seeded() {
  const reports = new ReportStore(join(temporaryFolder(), 'reports.json'));
  const report = { what: 'calls', period: null, format: 'csv', language: 'zh', savedAt: START } as const;
  await reports.save({
    ...report,
    name: 'foreign-report',
    filter: { caller: FOREIGN_NUMBER },
    savedBy: 'all',
  });
  await reports.save({ ...report, name: 'our-report', filter: {}, savedBy: 'scoped' });
  const surge = { of: 'member', sinceAt: START, minutes: 15, count: 9, expected: 1, score: 8 } as const;
  const agents = [agent('foreign-agent', FOREIGN_MEMBER), agent('our-agent', OURS)];
  const api = bench({
    now: () => START + 120_000,
    dialPlan: () => ({
      ...plan,
      members: new Map([...plan.members, ...[FOREIGN_MEMBER, OURS].map((id) => [id, member(id)] as const)]),
    }),
    tokens: [{ name: 'all', role: 'admin', token: ALL }],
    issuedTokens: {
      find: (token) =>
        token === SCOPED
          ? { kind: 'held', name: 'scoped', role: 'admin', members: [OURS], pass: 'pass' }
          : { kind: 'unknown' },
      onEnded: () => () => undefined,
      daysLeft: () => [],
    },
    writeAudit: async () => undefined,
    erase: async () => ({ ok: false, held: [] }),
    reports,
    surges: () => [
      { ...surge, name: FOREIGN_MEMBER },
      { ...surge, name: OURS },
      { ...surge, of: 'matter', name: 'foreign-matter' },
    ],
    agents: {
      agents: () => agents.map((one) => one.agent),
      registrations: () => [],
      lockouts: () => [
        { account: 'foreign-agent', source: '127.0.0.9', failures: 3, times: 1, until: START },
      ],
    },
    exports: {
      start: ({ listing }) => ({
        stream: Readable.from([
          listing.filter.scope === undefined ? FOREIGN : `ours ${listing.filter.scope}`,
        ]),
        begun: Promise.resolve(),
        stopped: Promise.resolve(),
        progress: () => ({ rows: 0, at: null }),
      }),
      close: () => undefined,
      audit: async () => undefined,
    },
    recordings: { open: async () => null, audit: async () => undefined },
  });
  const { engine, write } = api;
  engine.agents = agents;
  engine.start('foreign-live', 'foreign-desk', { member: FOREIGN_MEMBER, callerNumber: FOREIGN_NUMBER });
  engine.start('our-live', '8017', { member: OURS });
  engine.waiting = ['foreign-live', 'our-live'].map((call, n) => ({
    call,
    queue: n === 0 ? FOREIGN_MEMBER : OURS,
    position: 1,
    since: START,
    emergency: false,
    language: null,
    ringing: [],
  }));
  for (const [whose, member, number] of [
    ['foreign', FOREIGN_MEMBER, FOREIGN_NUMBER],
    ['our', OURS, '13800001111'],
  ] as const) {
    const about = { callId: `${whose}-call` };
    write(
      legRecord(`${whose}-leg`, { ...about, member, callerNumber: number, sipCallId: `${whose}@pbx` }),
      transferRecord(`${whose}-transfer`, {
        ...about,
        fromMember: member,
        toMember: member,
        matter: `${whose}-matter`,
        note: `停水 ${whose}`,
        outcome: 'failed',
        cause: `${whose}-cause`,
      }),
      transferRecord(`${whose}-alert`, { ...about, mode: 'alert', fromMember: member, toMember: member }),
      recordingRecord(`${whose}-recording`, about),
      callRecord(`${whose}-call`, { firstMember: member, lastMember: member, callerNumber: number }),
      callRecord(`${whose}-missed`, {
        firstMember: member,
        lastMember: null,
        callerNumber: number,
        missed: true,
        outcome: 'abandoned',
        answeredAt: null,
      }),
      auditRecord(`${whose}-audit`, {
        ...about,
        subject: `${whose}-recording`,
        detail: `${whose} ${number}`,
      }),
      auditRecord(`${whose}-agent`, {
        action: 'agent-state',
        subject: `${whose}-agent`,
        callId: null,
        detail: 'ready > foreign',
      }),
    );
  }
  write(
    callRecord('our-back', { firstMember: 'police-110', lastMember: OURS, callBackOf: 'foreign-missed' }),
    auditRecord('our-attempt', {
      action: 'call-back-failed',
      subject: 'foreign-missed',
      callId: 'our-back',
      detail: 'busy',
    }),
  );
  return { ...api, reports };
}
