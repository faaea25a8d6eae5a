/** What the ledger tells of the load, by the API. */
import * as z from 'zod';
import type { Api } from '../../../test/e2e/harness/api.js';

const at = z.coerce.date().transform((date) => date.getTime());
const text = z.string().nullable();

const legSchema = z.object({
  id: z.string(),
  callId: z.string(),
  role: z.string(),
  direction: z.enum(['in', 'out']),
  member: text,
  peer: text,
  callerNumber: text,
  sipCallId: text,
  startedAt: at,
  ringingAt: at.nullable(),
  answeredAt: at.nullable(),
  endedAt: at,
  outcome: z.string(),
  endedBy: z.string(),
  sipStatus: z.number().nullable(),
  transferId: text,
});
const transferSchema = z.object({
  id: z.string(),
  callId: z.string(),
  trigger: z.string(),
  mode: z.string(),
  fromMember: text,
  toMember: text,
  transferorLeg: text,
  requestedAt: at,
  outcome: z.string(),
  cause: text,
  sipStatus: z.number().nullable(),
});

export type LedgerLeg = z.output<typeof legSchema>;
export type LedgerTransfer = z.output<typeof transferSchema>;

export interface LedgerTold {
  readonly legs: readonly LedgerLeg[];
  readonly transfers: readonly LedgerTransfer[];
}

export async function ledgerTold(api: Api): Promise<LedgerTold> {
  return {
    legs: await api.listing('/v1/legs', legSchema),
    transfers: await api.listing('/v1/transfers', transferSchema),
  };
}
