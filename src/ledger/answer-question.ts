import type { Question } from './reader-messages.js';
import type { ReaderStore } from './reader-store.js';
import { searchNotes } from './search/search-notes.js';
import { answerStatistics, reachOf } from './statistics/answer-statistics.js';
import { statisticsFiles } from './statistics/statistics-files.js';

/** Put a question to a store. Throws SQLite's errors. */
export function answerQuestion(store: ReaderStore, question: Question): unknown {
  switch (question.ask) {
    case 'list':
      return store.list(question.kind, question.filter);
    case 'story':
      return store.story(question.callId);
    case 'notes':
      return searchNotes(store.months, question.search);
    case 'head':
      return store.head();
    case 'statistics':
      return answerStatistics(statisticsFiles(store.months, reachOf(question.question)), question.question);
  }
}
