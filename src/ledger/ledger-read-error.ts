/** A question to the ledger that could not be answered. */
export class LedgerReadError extends Error {
  override readonly name = 'LedgerReadError';
  constructor(
    readonly code: 'busy' | 'failed' | 'closed',
    message: string,
  ) {
    super(message);
  }
}
