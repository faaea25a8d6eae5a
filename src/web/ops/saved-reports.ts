/** Reports that are saved under a name, and where the page shows them. */

import { get, send } from './server/ops-client.js';
import { asDate } from './times.js';

/** Of `Report`. */
export interface SavedReport {
  readonly name: string;
  /** `statistics`, or the listing that it is. */
  readonly what: string;
  /** Null: the filter says which. */
  readonly period: string | null;
  readonly filter: Readonly<Record<string, string>>;
  readonly language: 'zh' | 'en';
  readonly savedBy: string;
  /** When a pseudonym came in place of a caller's number in it. */
  readonly erasedAt?: string;
}
type Length = 'day' | 'week' | 'month' | 'quarter' | 'year';

const path = (name: string): string => `/v1/reports/${encodeURIComponent(name)}`;

export const savedReports = {
  async list(): Promise<readonly SavedReport[]> {
    return (await get<{ readonly items: readonly SavedReport[] }>('/v1/reports')).items;
  },
  /** Save under a name, in place of what has it. */
  async save(name: string, report: Pick<SavedReport, 'period' | 'filter' | 'language'>): Promise<void> {
    const body = JSON.stringify({ what: 'statistics', format: 'xlsx', ...report });
    await send('PUT', path(name), { headers: { 'content-type': 'application/json' }, body });
  },
  async remove(name: string): Promise<void> {
    await send('DELETE', path(name));
  },
  /** Where its file is. */
  file: (name: string): string => `${path(name)}/run`,
};

/** What moves on with the calendar: the last one that is over. */
export function lastOf(of: Length): string {
  return of === 'day' ? 'yesterday' : `last-${of}`;
}

/** The query of the page that shows a saved report; null of listings, which are files only. */
export function queryOf({ what, period, filter }: SavedReport): Readonly<Record<string, string>> | null {
  if (what !== 'statistics') return null;
  if (period === null) return filter;
  if (period === 'today') return { ...filter, of: 'day', at: asDate(new Date()) };
  if (period === 'yesterday') return { ...filter, of: 'day' };
  const [which, of = 'month'] = period.split('-');
  return { ...filter, of, ...(which === 'this' ? { at: asDate(new Date()) } : {}) };
}
