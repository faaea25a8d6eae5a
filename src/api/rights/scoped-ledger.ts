import { isTheirs, withOwnCallBack } from '../../ledger/call-scope.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import type {
  StatisticsAnswers,
  StatisticsName,
  StatisticsQueries,
} from '../../ledger/statistics/questions.js';

/** What can be asked of the statistics for people. */
export type SeenStatistics = Exclude<StatisticsName, 'arrivals'>;

/** The read side of the ledger as a request sees it. */
export interface SeenLedger
  extends Pick<LedgerReader, 'calls' | 'legs' | 'transfers' | 'recordings' | 'audits' | 'story' | 'notes'> {
  statistics<N extends SeenStatistics>(what: N, query: StatisticsQueries[N]): Promise<StatisticsAnswers[N]>;
}

/**
 * The ledger with nothing in it but the calls of some members, what belongs to these, and the sums of these members.
 *
 * @param seesLive whether a live call is theirs
 */
export function scopedLedger(
  ledger: LedgerReader,
  scope: readonly string[],
  seesLive: (callId: string) => boolean,
): SeenLedger {
  return {
    calls: (filter) => ledger.calls({ ...filter, scope }),
    legs: (filter) => ledger.legs({ ...filter, scope }),
    transfers: (filter) => ledger.transfers({ ...filter, scope }),
    recordings: (filter) => ledger.recordings({ ...filter, scope }),
    audits: (filter) => ledger.audits({ ...filter, scope }),
    notes: (search) => ledger.notes({ ...search, scope }),
    story: async (callId) => {
      const story = await ledger.story(callId);
      if (story === undefined) return undefined;
      const { call } = story;
      if (call === null) return isTheirs(story, scope) || seesLive(callId) ? story : undefined;
      return isTheirs(story, scope) ? { ...story, call: withOwnCallBack(call, scope) } : undefined;
    },
    statistics: (what, query) => ledger.statistics(what, { ...query, scope }),
  };
}
