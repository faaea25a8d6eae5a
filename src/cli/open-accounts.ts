import { prepareFolder } from '../ledger/ledger-folder.js';
import { unreadable } from '../ledger/sqlite-file.js';
import { EXIT, type Surroundings } from './options.js';

/** A file of accounts in the data folder. */
export interface AccountsFile<T> {
  /** The data folder; made where it is not there yet. */
  readonly dir: string;
  readonly path: string;
  /** Opens the file, and makes it when there is none yet. Throws when it cannot be read. */
  open(path: string): T;
}

/** Opens a file of accounts for `act`, which gives the exit code. What is wrong with the file, then or later, is said. */
export async function withAccounts<T extends { close(): void }>(
  { dir, path, open }: AccountsFile<T>,
  surroundings: Surroundings,
  act: (file: T) => number | Promise<number>,
): Promise<number> {
  const fault = prepareFolder(dir);
  if (fault !== null) {
    surroundings.err(`${fault.message}\n${fault.remedy}`);
    return EXIT.failed;
  }
  let file: T | null = null;
  try {
    file = open(path);
    return await act(file);
  } catch (error) {
    const { message, remedy } = unreadable(path, error);
    surroundings.err(`${message}\n${remedy}`);
    return EXIT.failed;
  } finally {
    file?.close();
  }
}
