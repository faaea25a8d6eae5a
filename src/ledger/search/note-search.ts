import type { SnippetPart } from './snippet.js';

/** What is looked for in notes. */
export interface NoteSearch {
  /** As a person typed it; see `phrasesOf`. */
  readonly query: string;
  /** Written at or after, before: the transfer's request, the audit's time; UTC milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** 1 to 100; default 20. */
  readonly limit?: number | undefined;
  /** `next` of the page before: only records at earlier places in the chain. */
  readonly before?: number | undefined;
  /** Ids of members: only notes of calls that are theirs; see call-scope.ts. All, when left out. */
  readonly scope?: readonly string[] | undefined;
}

/** A note that has what was looked for. */
export interface NoteHit {
  /** Place in the chain. */
  readonly seq: number;
  /** `transfer`: for whoever goes on with the call. `call`: written after it; the last one of a call counts. */
  readonly of: 'transfer' | 'call';
  /** Id of the transfer, or of the audit record that has the note. */
  readonly id: string;
  readonly callId: string | null;
  /** UTC milliseconds. */
  readonly writtenAt: number;
  /** Who wrote it; null for a transfer, of which the member is known. */
  readonly writtenBy: string | null;
  readonly fromMember: string | null;
  readonly toMember: string | null;
  readonly matter: string | null;
  readonly note: string;
  readonly snippet: readonly SnippetPart[];
}

/** One page of hits, newest first. */
export interface NoteHits {
  readonly items: readonly NoteHit[];
  /** Give as `before` to go on; null at the end. A page that goes on may have few hits, or none. */
  readonly next: number | null;
  /** Months whose full text is not there (yet), and that were left out. */
  readonly notSearched: readonly string[];
}

/** Limits of `NoteSearch.limit`. */
export const SEARCH_LIMIT = { default: 20, max: 100 } as const;
