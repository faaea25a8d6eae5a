import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { eraseFromReports } from '../../api/reports/erase-from-reports.js';
import { ReportFileError, ReportStore } from '../../api/reports/report-store.js';
import { eraseCaller } from '../../ledger/erase-caller.js';
import { eraseRecordings } from '../../media/recording/erase-recordings.js';
import { recordingsFolder } from '../../recordings.js';
import { EXIT } from '../options.js';
import type { FolderSubcommand, FolderWorkplace } from './subcommand.js';
import { withLedger } from './with-ledger.js';

interface Request {
  readonly numbers: readonly string[];
  readonly reason: string;
  readonly pseudonym: string;
}

/** `onekey ledger erase`. */
export const eraseCommand: FolderSubcommand = {
  options: {
    caller: { type: 'string', multiple: true },
    reason: { type: 'string' },
    pseudonym: { type: 'string' },
  },
  understand({ caller, reason, pseudonym }, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    const numbers = Array.isArray(caller) ? caller.map(String) : [];
    if (numbers.length === 0 || numbers.includes(''))
      return { ok: false, message: 'say whose data: --caller NUMBER, as it stands in the ledger' };
    const why = String(reason ?? '').trim();
    if (why === '') return { ok: false, message: 'say why, for the record of it: --reason "request 17"' };
    const name = String(pseudonym ?? `erased-${randomBytes(6).toString('hex')}`);
    if ([why, name].some((text) => numbers.some((number) => text.includes(number))))
      return { ok: false, message: 'neither reason nor pseudonym may hold the number' };
    return { ok: true, run: (workplace) => erase(workplace, { numbers, reason: why, pseudonym: name }) };
  },
};

/** What to do instead where the server has the ledger. */
const whileRunning =
  'Stop the server, or let it erase while it runs: POST /v1/erasures with {"callers": [...], "reason": "..."} and the token of an admin (README, "Who may do what").';

function erase(workplace: FolderWorkplace, request: Request): Promise<number> {
  const { json, surroundings } = workplace;
  const by = userInfo().username;
  return withLedger(workplace, whileRunning, async (work) => {
    const result = await eraseCaller(
      { ...request, by },
      {
        ...work,
        onRecordings: (recordings) =>
          eraseRecordings(recordings, { ...work, folder: recordingsFolder(workplace.config), by }),
        onProgress: (records, total) => surroundings.progress?.(`${records} of ${total} records erased`),
      },
    );
    surroundings.progress?.('');
    if (!result.ok) {
      for (const { id, reason } of result.held)
        surroundings.err(
          `hold ${id} (${reason}) is in the way: onekey ledger hold release ${id} --reason ...`,
        );
      return EXIT.failed;
    }
    const { erased } = result;
    const store = new ReportStore(join(workplace.config.data, 'reports.json'));
    const reports = await eraseFromReports({ ...request, by }, { ...work, store }).catch((error: unknown) => {
      if (error instanceof ReportFileError) return error;
      throw error;
    });
    if (reports instanceof ReportFileError) {
      surroundings.err(`${reports.message}; then give this command again`);
      return EXIT.failed;
    }
    if (json) surroundings.out(JSON.stringify({ ...erased, reports, pseudonym: request.pseudonym }));
    else if (erased.id === null)
      surroundings.out('no record holds anything of that number that is not erased');
    else {
      surroundings.out(
        `${erased.records} records of ${erased.calls} calls erased; the number is ${request.pseudonym} there now`,
      );
      if (erased.recordings.length > 0)
        surroundings.out(`recordings of these calls, deleted: ${erased.recordings.join(' ')}`);
    }
    if (!json && reports.length > 0)
      surroundings.out(
        `saved reports that had the number, and have ${request.pseudonym} now: ${reports.join(' ')}`,
      );
    return EXIT.ok;
  });
}
