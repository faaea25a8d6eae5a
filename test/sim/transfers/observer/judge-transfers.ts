import type { Case } from './verdict.js';
export function judgeTransfers(found: Case): void {
  void found;
}
