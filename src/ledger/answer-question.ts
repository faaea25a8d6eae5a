import type { Question } from './reader-messages.js';
import type { ReaderStore } from './reader-store.js';

/** Put a question to a store. Throws SQLite's errors. */
export function answerQuestion(store: ReaderStore, question: Question): unknown {
  switch (question.ask) {
    case 'list':
      return store.list(question.kind, question.filter);
    case 'story':
      return store.story(question.callId);
    case 'head':
      return store.head();
  }
}
