import type { CallBackAgent, OperationResult, Operations } from '../engine/operations.js';
import type { LedgerReader } from '../ledger/ledger-reader.js';

/** Who wants whom called back. */
export interface CallBackWish {
  /** Id of the missed call. */
  readonly missedCall: string;
  /** The agent who will speak with the caller; `member` left out: the one that was called. */
  readonly agent:
    | Extract<CallBackAgent, { by: 'agent' }>
    | { readonly by: 'extension'; readonly member: string | undefined; readonly extension: string };
  /** Who asks for it, for the ledger. */
  readonly requestedBy: string;
}

export interface CallBackParts {
  readonly ledger: Pick<LedgerReader, 'story'>;
  /** Whether the caller of a missed call was called back. */
  readonly wasCalledBack: (missedCall: string) => Promise<boolean>;
  readonly operations: Pick<Operations, 'callBacks'>;
}

/** Begin a call back, where the ledger knows of a missed call whose caller nobody has reached since. */
export async function callBack(
  { ledger, wasCalledBack, operations }: CallBackParts,
  { missedCall, agent, requestedBy }: CallBackWish,
): Promise<OperationResult<{ callId: string }>> {
  const call = (await ledger.story(missedCall))?.call;
  if (call?.missed !== true || call.firstMember === null) {
    const message = `There is no missed call "${missedCall}".`;
    return { ok: false, refusal: { code: 'unknown-call', message } };
  }
  if (await wasCalledBack(missedCall)) {
    const message = 'This caller was called back already.';
    return { ok: false, refusal: { code: 'already-called-back', message } };
  }
  const { firstMember: member, callerNumber, trunk } = call;
  const by = agent.by === 'agent' ? agent : { ...agent, member: agent.member ?? member };
  return operations.callBacks.begin({ missedCall, member, callerNumber, trunk, agent: by, requestedBy });
}
