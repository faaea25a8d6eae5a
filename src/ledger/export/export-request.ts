import type { RecordKind } from '../columns.js';
import type { Filters, PageRequest } from '../query.js';
import type { ExportLanguage } from './export-columns.js';
import type { ExportFormat } from './export-table.js';

/** Which records: a kind and its filter. Oldest first unless the filter says otherwise. */
export type ExportedListing = {
  readonly [K in RecordKind]: {
    readonly kind: K;
    readonly filter: Omit<Filters[K], keyof Pick<PageRequest, 'limit' | 'cursor'>>;
  };
}[RecordKind];

/** What shall be exported, and how. */
export interface ExportRequest {
  readonly listing: ExportedListing;
  readonly format: ExportFormat;
  /** Of the headings. */
  readonly language: ExportLanguage;
  /** In which people read the times; an IANA name. */
  readonly zone: string;
  /** Callers' numbers are masked. */
  readonly masked: boolean;
}

/** How far an export has come. */
export interface ExportProgress {
  /** Records that were read. */
  readonly rows: number;
  /** Time of the last of them; UTC milliseconds. Null before the first. */
  readonly at: number | null;
}

/** What the thread of an export is started with. */
export interface ExportSetup {
  /** Data folder. */
  readonly dir: string;
  readonly request: ExportRequest;
}

/** What the thread tells. It sends one chunk for each `more` that it gets. */
export type ExportMessage =
  | { readonly tell: 'chunk'; readonly chunk: Uint8Array; readonly progress: ExportProgress }
  | { readonly tell: 'end'; readonly progress: ExportProgress }
  | { readonly tell: 'fault'; readonly message: string };
