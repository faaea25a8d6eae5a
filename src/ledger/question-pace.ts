import type { Question } from './reader-messages.js';
import { isServed } from './served-filters.js';

/** `quick`: indexes lead to the answer. `slow`: much is read for it, and it may take a second. */
export type Pace = 'quick' | 'slow';

/** What a question takes: nobody who turns a page shall wait behind the statistics of years, or a search without index. */
export function paceOf(question: Question): Pace {
  switch (question.ask) {
    case 'story':
    case 'head':
      return 'quick';
    case 'list':
      return isServed(question.kind, question.filter) ? 'quick' : 'slow';
    case 'notes':
    case 'statistics':
      return 'slow';
  }
}
