import type { Question } from './reader-messages.js';
import { isServed } from './served-filters.js';

/**
 * `page`: indexes lead to the answer. `search`: much may have to be looked through for it. `sums`: much is added up, which
 * over years takes a second or two.
 */
export type Pace = 'page' | 'search' | 'sums';

/** What a question takes. Nobody who turns a page shall wait behind a search without an index, nor either behind sums. */
export function paceOf(question: Question): Pace {
  switch (question.ask) {
    case 'story':
    case 'head':
      return 'page';
    case 'list':
      return isServed(question.kind, question.filter) ? 'page' : 'search';
    case 'notes':
      return 'search';
    case 'statistics':
      return 'sums';
  }
}
