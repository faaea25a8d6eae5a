import type { FastifyRequest } from 'fastify';
import type { Agents } from '../../agents/agents.js';
import type { MemberScope } from '../../config/roles.js';
import type { Operations } from '../../engine/operations.js';
import { isTheirs } from '../../ledger/call-scope.js';
import type { ExportRequest } from '../../ledger/export/export-request.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import type { ActiveSurge } from '../../ledger/statistics/surge-types.js';
import type { ExportDesk } from '../export-desk.js';
import { type MissedCall, type MissedQuery, missedCalls, wasCalledBack } from '../missed-calls.js';
import { ownReports, type SeenReports } from './own-reports.js';
import { type SeenLedger, scopedLedger } from './scoped-ledger.js';
import { type SeenOperations, scopedOperations } from './scoped-operations.js';

export type SeenExports = Pick<ExportDesk, 'start' | 'audit'>;
export type SeenAgents = Pick<Agents, 'agents' | 'registrations' | 'lockouts'>;

/** All that there is to see. */
export interface Whole {
  readonly ledger: LedgerReader;
  readonly operations: Operations;
  readonly agents: SeenAgents | undefined;
  readonly surges: (() => readonly ActiveSurge[]) | undefined;
}

/** What a request may see, and do: nothing of other members than those of its holder is in it. */
export interface Sight {
  readonly members: MemberScope;
  readonly ledger: SeenLedger;
  readonly operations: SeenOperations;
  readonly agents: SeenAgents | undefined;
  readonly surges: (() => readonly ActiveSurge[]) | undefined;
  /** See missedCalls. */
  readonly missedCalls: (query: Omit<MissedQuery, 'scope'>) => Promise<readonly MissedCall[]>;
  /** Whether the caller of a missed call was called back, by whomever. */
  readonly wasCalledBack: (missedCall: string) => Promise<boolean>;
}

/** Tells what a request may see. A request that nobody was found to hold sees nothing. */
export function sightFrom(whole: Whole): (request: FastifyRequest) => Sight {
  const all = unscoped(whole);
  return ({ members }) => (members === 'all' ? all : scoped(whole, members ?? []));
}

/** Exports with nothing in them but what the request may see. */
export function seenExports(exports: ExportDesk): (request: FastifyRequest) => SeenExports {
  return ({ members }) =>
    members === 'all'
      ? exports
      : {
          start: (request) => exports.start(scopedExport(request, members ?? [])),
          audit: (record) => exports.audit(record),
        };
}

/** The saved reports that a request may see: all, or those of its holder. */
export function seenReports(reports: SeenReports): (request: FastifyRequest) => SeenReports {
  return ({ members, holder }) => (members === 'all' ? reports : ownReports(reports, holder ?? ''));
}

function unscoped(whole: Whole): Sight {
  const { ledger } = whole;
  return {
    ...whole,
    members: 'all',
    missedCalls: (query) => missedCalls(ledger, query),
    wasCalledBack: (id) => wasCalledBack(ledger, id),
  };
}

function scoped(whole: Whole, members: readonly string[]): Sight {
  const { agents, surges } = whole;
  const ended = async (callId: string): Promise<boolean> => {
    const story = await whole.ledger.story(callId);
    return story !== undefined && isTheirs(story, members);
  };
  const operations = scopedOperations(whole.operations, members, ended);
  return {
    members,
    operations,
    ledger: scopedLedger(whole.ledger, members, (id) => operations.liveCall(id) !== undefined),
    agents: agents && scopedAgents(agents, members),
    // Matters are everybody's: how often they are named tells of other members.
    surges: surges && (() => surges().filter(({ of, name }) => of === 'member' && members.includes(name))),
    missedCalls: (query) => missedCalls(whole.ledger, { ...query, scope: members }),
    wasCalledBack: (id) => wasCalledBack(whole.ledger, id),
  };
}

function scopedAgents(agents: SeenAgents, members: readonly string[]): SeenAgents {
  const ours = () => agents.agents().filter(({ member }) => members.includes(member));
  const accounts = (): ReadonlySet<string> => new Set(ours().map(({ id }) => id));
  const of = <T>(all: readonly T[], accountOf: (one: T) => string): readonly T[] => {
    const own = accounts();
    return all.filter((one) => own.has(accountOf(one)));
  };
  return {
    agents: ours,
    registrations: () => of(agents.registrations(), ({ agent }) => agent),
    lockouts: () => of(agents.lockouts(), ({ account }) => account),
  };
}

function scopedExport(request: ExportRequest, scope: readonly string[]): ExportRequest {
  const { listing } = request;
  return { ...request, listing: { ...listing, filter: { ...listing.filter, scope } } as typeof listing };
}
