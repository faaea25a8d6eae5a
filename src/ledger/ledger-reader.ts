import { answerQuestion } from './answer-question.js';
import type { ChainHead } from './chain.js';
import type { LedgerFault } from './faults.js';
import { errorText } from './faults.js';
import { ledgerFolder, listMonths, monthPath } from './ledger-folder.js';
import { LedgerReadError } from './ledger-read-error.js';
import { hasOldLedger, oldLedgerPath } from './old-ledger.js';
import type {
  AuditFilter,
  CallFilter,
  CallStory,
  LegFilter,
  Page,
  RecordingFilter,
  TransferFilter,
} from './query.js';
import { type Pace, paceOf } from './question-pace.js';
import type { Question, ReaderSetup } from './reader-messages.js';
import { ReaderStore } from './reader-store.js';
import { ReaderThread } from './reader-thread.js';
import type { AuditRecord, CallRecord, LegRecord, RecordingRecord, TransferRecord } from './records.js';
import { MONTHLY_VERSIONS } from './schema.js';
import type { NoteHits, NoteSearch } from './search/note-search.js';
import { judgeFile, unreadable } from './sqlite-file.js';
import { startWorker } from './start-worker.js';
import type {
  StatisticsAnswers,
  StatisticsName,
  StatisticsQueries,
  StatisticsQuestion,
} from './statistics/questions.js';

/**
 * The read side of the ledger. All methods reject with a {@link LedgerReadError} when the disk refuses or
 * too many questions wait.
 */
export interface LedgerReader {
  calls(filter: CallFilter): Promise<Page<CallRecord>>;
  legs(filter: LegFilter): Promise<Page<LegRecord>>;
  transfers(filter: TransferFilter): Promise<Page<TransferRecord>>;
  recordings(filter: RecordingFilter): Promise<Page<RecordingRecord>>;
  audits(filter: AuditFilter): Promise<Page<AuditRecord>>;
  /** One call with its legs, transfers and recordings; undefined when the ledger knows nothing of it. */
  story(callId: string): Promise<CallStory | undefined>;
  /** Notes of transfers and calls that have what a person typed, newest first. */
  notes(search: NoteSearch): Promise<NoteHits>;
  /** How many records there are, and the hash of the last one. */
  head(): Promise<ChainHead>;
  /** Sums over all that is kept; see statistics/questions.ts. */
  statistics<N extends StatisticsName>(what: N, query: StatisticsQueries[N]): Promise<StatisticsAnswers[N]>;
  close(): Promise<void>;
}

export interface OpenLedgerReaderOptions {
  /** Data folder. */
  readonly dir: string;
  /** Read in threads of their own, so that a long search holds nothing up. Default true. */
  readonly thread?: boolean;
  /**
   * This process has the ledger open for writing, so it is one, also where it cannot be read at present: its disk may be
   * full. Default false.
   */
  readonly written?: boolean;
}

export type OpenLedgerReaderResult =
  | { readonly ok: true; readonly reader: LedgerReader }
  | { readonly ok: false; readonly fault: LedgerFault };

/** Open the ledger of a data folder for reading, also while a running onekey writes it. */
export function openLedgerReader(options: OpenLedgerReaderOptions): OpenLedgerReaderResult {
  const { dir, thread = true, written = false } = options;
  const folder = ledgerFolder(dir);
  const fault = written ? null : readable(dir, folder);
  if (fault !== null) return { ok: false, fault };
  return { ok: true, reader: thread ? threadedReader(folder) : localReader(folder) };
}

/** Why a folder cannot be read as a ledger; null when it can. */
function readable(dir: string, folder: string): LedgerFault | null {
  try {
    const newest = listMonths(folder).at(-1);
    if (newest !== undefined) return judgeFile(monthPath(folder, newest), MONTHLY_VERSIONS);
  } catch (error) {
    return unreadable(folder, error);
  }
  if (hasOldLedger(dir))
    return {
      code: 'missing',
      path: oldLedgerPath(dir),
      message: `the ledger at ${oldLedgerPath(dir)} is of an older version, which had one file for all`,
      remedy: 'Start the server, or run onekey ledger migrate: it is taken over into a file for each month.',
    };
  return {
    code: 'missing',
    path: folder,
    message: `there is no ledger at ${folder}`,
    remedy: 'Name the data folder of the server with --data. A ledger is made when the server first starts.',
  };
}

type Ask = (question: Question) => Promise<unknown>;

function readerOf(ask: Ask, close: () => Promise<void>): LedgerReader {
  return {
    calls: (filter) => ask({ ask: 'list', kind: 'call', filter }) as Promise<Page<CallRecord>>,
    legs: (filter) => ask({ ask: 'list', kind: 'leg', filter }) as Promise<Page<LegRecord>>,
    transfers: (filter) => ask({ ask: 'list', kind: 'transfer', filter }) as Promise<Page<TransferRecord>>,
    recordings: (filter) => ask({ ask: 'list', kind: 'recording', filter }) as Promise<Page<RecordingRecord>>,
    audits: (filter) => ask({ ask: 'list', kind: 'audit', filter }) as Promise<Page<AuditRecord>>,
    story: (callId) => ask({ ask: 'story', callId }) as Promise<CallStory | undefined>,
    notes: (search) => ask({ ask: 'notes', search }) as Promise<NoteHits>,
    head: () => ask({ ask: 'head' }) as Promise<ChainHead>,
    statistics: <N extends StatisticsName>(what: N, query: StatisticsQueries[N]) =>
      ask({ ask: 'statistics', question: { what, query } as StatisticsQuestion }) as Promise<
        StatisticsAnswers[N]
      >,
    close,
  };
}

function localReader(folder: string): LedgerReader {
  const store = new ReaderStore(folder);
  const ask: Ask = async (question) => {
    try {
      return answerQuestion(store, question);
    } catch (error) {
      throw new LedgerReadError('failed', `the ledger could not be read: ${errorText(error).message}`);
    }
  };
  return readerOf(ask, async () => store.close());
}

/** Each with files of its own: what takes long holds up nothing that does not. */
function threadedReader(folder: string): LedgerReader {
  const setup: ReaderSetup = { folder };
  const thread = (): ReaderThread =>
    new ReaderThread(() => startWorker('reader-worker', import.meta.url, setup));
  const threads: Readonly<Record<Pace, ReaderThread>> = { page: thread(), search: thread(), sums: thread() };
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(threads).map((each) => each.close()));
  };
  return readerOf((question) => threads[paceOf(question)].ask(question), close);
}
