import type { RecordKind } from './columns.js';
import type { Filters } from './query.js';
import type { NoteSearch } from './search/note-search.js';
import type { StatisticsQuestion } from './statistics/questions.js';

/** What the reader's thread is started with. */
export interface ReaderSetup {
  /** Folder of the ledger. */
  readonly folder: string;
}

/** A question to the ledger. */
export type Question =
  | {
      readonly [K in RecordKind]: { readonly ask: 'list'; readonly kind: K; readonly filter: Filters[K] };
    }[RecordKind]
  | { readonly ask: 'story'; readonly callId: string }
  | { readonly ask: 'statistics'; readonly question: StatisticsQuestion }
  | { readonly ask: 'notes'; readonly search: NoteSearch }
  | { readonly ask: 'head' };

/** A question with the number that its answer carries. */
export interface ReaderRequest {
  readonly id: number;
  readonly question: Question;
}

export type ReaderAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };
