import type { ReportStore } from '../reports/report-store.js';

/** Saved reports as a request sees them. */
export type SeenReports = Pick<ReportStore, 'list' | 'get' | 'remove' | 'save'>;

/** Only the reports that somebody has saved: what others look for may name calls of other members. */
export function ownReports(reports: SeenReports, holder: string): SeenReports {
  const get: SeenReports['get'] = async (name) => {
    const report = await reports.get(name);
    return report?.savedBy === holder ? report : undefined;
  };
  return {
    get,
    list: async () => (await reports.list()).filter(({ savedBy }) => savedBy === holder),
    save: (report) => reports.save(report, ({ savedBy }) => savedBy === holder),
    remove: async (name) => (await get(name)) !== undefined && reports.remove(name),
  };
}
