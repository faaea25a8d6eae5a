import type { Case } from './verdict.js';
export function judgeLedger(found: Case): void {
  void found;
}
