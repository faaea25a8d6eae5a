import type { RequestResult } from '../call/command.js';
import type { OperationResult } from './operations.js';

/** What whoever asked for a transfer, or steered one, is told of what the core said. */
export function transferAnswer(
  result: RequestResult | { readonly ok: false; readonly code: 'unknown-call'; readonly message: string },
): OperationResult<{ transferId: string }> {
  if (!result.ok) return { ok: false, refusal: { code: result.code, message: result.message } };
  return { ok: true, value: { transferId: result.transferId ?? '' } };
}
