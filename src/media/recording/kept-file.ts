/** A path that `fileOf` makes. */
const fileForm = /^\d{4}\/\d{2}\/\d{2}\/[A-Za-z0-9-]{1,100}\.wav$/;

/** True for a path of a recording as the ledger has it: it leads nowhere but into the folder of recordings. */
export function isKeptFile(file: string): boolean {
  return fileForm.test(file);
}
