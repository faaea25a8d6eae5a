import type { Case } from './verdict.js';
export function judgeCallers(found: Case): void {
  void found;
}
