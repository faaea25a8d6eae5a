/** Something wrong in a file, an environment variable or a command-line option, told so that it can be put right. */
export interface Fault {
  /** Path as the user gave it; `environment` or `command line` for what came from there. */
  readonly file: string;
  /** 1-based; 0 when the fault has no place in a file (a file that cannot be read, a variable, an option). */
  readonly line: number;
  /** 1-based; 0 when the fault has no place in a file. */
  readonly column: number;
  /** Key path such as `members.police-110.targets[0].trunk`, or the name of the variable or option; may be empty. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Steps from the root of a document to a value: names of keys and indices of list items. */
export type KeyPath = readonly (string | number)[];

/** `members.police-110.targets[0]`. A name that is no plain word is quoted: `keys["*1"]`. */
export function formatKeyPath(path: KeyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\p{L}\p{N}_-]+$/u.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** One line for people: `file:line:column key: what is wrong; remedy`. */
export function formatFault(fault: Fault): string {
  const place = fault.line > 0 ? `${fault.file}:${fault.line}:${fault.column}` : fault.file;
  const key = fault.path === '' ? '' : ` ${fault.path}`;
  return `${place}${key}: ${fault.message}; ${fault.remedy}`;
}

/** In the order of the file; what has no line comes first. */
export function sortFaults(faults: readonly Fault[]): Fault[] {
  return [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
}
