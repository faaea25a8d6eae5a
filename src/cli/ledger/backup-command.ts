import { backUp } from '../../ledger/keeping/backup.js';
import { restore } from '../../ledger/keeping/restore.js';
import { ledgerFolder, listMonths } from '../../ledger/ledger-folder.js';
import { EXIT } from '../options.js';
import type { FolderSubcommand, FolderWorkplace, LedgerSurroundings } from './subcommand.js';

interface BackupWish {
  readonly to: string;
  readonly check: boolean;
  readonly prune: boolean;
}

/** `onekey ledger backup`. */
export const backupCommand: FolderSubcommand = {
  options: { to: { type: 'string' }, check: { type: 'boolean' }, prune: { type: 'boolean' } },
  understand({ to, check, prune }, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    if (typeof to !== 'string' || to === '') return { ok: false, message: 'say where to: --to FOLDER' };
    const wish = { to, check: check === true, prune: prune === true };
    return { ok: true, run: (place) => backup(place, wish) };
  },
};

/** `onekey ledger restore`. */
export const restoreCommand: FolderSubcommand = {
  options: { from: { type: 'string' }, replace: { type: 'boolean' } },
  understand({ from, replace }, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    if (typeof from !== 'string' || from === '')
      return { ok: false, message: 'say where from: --from FOLDER' };
    return { ok: true, run: (place) => bringBack(place, from, replace === true) };
  },
};

async function backup({ config, json, surroundings }: FolderWorkplace, wish: BackupWish): Promise<number> {
  const folder = ledgerFolder(config.data);
  if (listMonths(folder).length === 0) {
    surroundings.err(`there is no ledger in ${folder}; name the data folder of the server with --data`);
    return EXIT.failed;
  }
  const result = await backUp({
    ...wish,
    from: folder,
    now: Date.now,
    onProgress: (file, bytes, total) => showBytes(surroundings, file, bytes, total),
  });
  surroundings.progress?.('');
  if (json) surroundings.out(JSON.stringify(result));
  else if (result.ok) {
    const { head, copied, kept, pruned } = result;
    surroundings.out(`${wish.to}: ${head.count} records in ${copied.length + kept.length} files`);
    surroundings.out(`copied ${copied.join(', ')} (${megabytes(result.bytes)})`);
    if (kept.length > 0) surroundings.out(`there already: ${kept.length} months that are over`);
    if (pruned.length > 0) surroundings.out(`deleted, as in the ledger: ${pruned.join(', ')}`);
    surroundings.out(`head ${head.count}:${head.hash}`);
  } else surroundings.err(result.message);
  return result.ok ? EXIT.ok : EXIT.failed;
}

async function bringBack(
  { config, json, surroundings }: FolderWorkplace,
  from: string,
  replace: boolean,
): Promise<number> {
  const result = await restore({
    from,
    data: config.data,
    replace,
    now: Date.now,
    onProgress: (file, bytes, total) => showBytes(surroundings, file, bytes, total),
    onVerify: (checked, total) => surroundings.progress?.(`${checked} of ${total} records checked`),
  });
  surroundings.progress?.('');
  if (json) surroundings.out(JSON.stringify(result));
  else if (result.ok) {
    surroundings.out(
      `the ledger of ${result.takenAt} is back in ${config.data}: ${result.head.count} records, all as they were written`,
    );
    if (result.movedTo !== null) surroundings.out(`the one that was there is in ${result.movedTo}`);
  } else surroundings.err(result.message);
  return result.ok ? EXIT.ok : EXIT.failed;
}

function showBytes(surroundings: LedgerSurroundings, file: string, bytes: number, total: number): void {
  surroundings.progress?.(`${file}: ${megabytes(bytes)} of ${megabytes(total)}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
