import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { type Fault, formatKeyPath, type KeyPath, sortFaults } from './fault.js';

/** A YAML text with the places of its keys and values. */
export interface YamlSource {
  readonly file: string;
  /** Plain JSON value of the text; null for an empty one. */
  readonly value: unknown;
  /** Syntax errors and duplicate keys. When `usable` is false the value must not be looked at. */
  readonly faults: readonly Fault[];
  readonly usable: boolean;
  /**
   * A fault at a key path: at the value there, or at its key when `at` is `key`. Where the path does not
   * exist (a missing setting) the place is that of its nearest parent.
   */
  faultAt(path: KeyPath, message: string, remedy: string, at?: 'key' | 'value'): Fault;
}

/** Files of ours nest less than ten deep. */
const MAX_DEPTH = 50;

/** Read YAML 1.2. Never throws; what is wrong is in `faults`. */
export function readYaml(text: string, file: string): YamlSource {
  const unusable = (line: number, column: number, message: string, remedy: string): YamlSource => {
    const fault = { file, line, column, path: '', message: `YAML: ${message}`, remedy };
    return { file, value: null, faults: [fault], usable: false, faultAt: () => fault };
  };
  const tooDeep = nestingBeyond(MAX_DEPTH, text);
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    return unusable(
      before.length,
      column,
      `values are nested more than ${MAX_DEPTH} deep`,
      'close brackets, nest less',
    );
  }
  try {
    return readDocument(text, file);
  } catch (error) {
    return unusable(
      1,
      1,
      error instanceof Error ? lowerFirst(error.message) : String(error),
      'use fewer aliases',
    );
  }
}

/**
 * Offset at which values are nested too deep; undefined when nowhere. The parser goes down the levels by
 * recursion, and a process that runs out of stack inside a regular expression ends without an exception.
 */
function nestingBeyond(depth: number, text: string): number | undefined {
  const parser = new Parser();
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // The tokens themselves are of no interest here, only how deep the parser stands after them.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > 2 * depth) return offset;
    offset = parser.offset;
  }
  return undefined;
}

function readDocument(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  keepDigitsAsWritten(document);

  const faultAtOffset = (offset: number, path: KeyPath, message: string, remedy: string): Fault => {
    const place = lines.linePos(offset);
    return { file, line: place.line, column: place.col, path: formatKeyPath(path), message, remedy };
  };
  const faults = document.errors.map(({ code, message, pos: [offset] }) => {
    const what =
      code === 'DUPLICATE_KEY' ? `the key ${wordAt(text, offset)} is here already` : lowerFirst(message);
    return faultAtOffset(offset, [], `YAML: ${what}`, syntaxRemedy(code, text, offset));
  });
  const alias = unresolvedAlias(document);
  if (alias !== undefined) {
    faults.push(faultAtOffset(alias, [], `YAML: ${wordAt(text, alias)} is an alias of nothing`, QUOTE_STAR));
  }
  const usable = alias === undefined && document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  return {
    file,
    // Throws when aliases multiply so that they would fill the memory.
    value: usable ? document.toJS({ maxAliasCount: 100 }) : null,
    faults: sortFaults(faults),
    usable,
    faultAt: (path, message, remedy, at = 'value') =>
      faultAtOffset(offsetOf(document.contents, path, at), path, message, remedy),
  };
}

type Document = ReturnType<typeof parseDocument>;

const QUOTE_STAR = 'put text that starts with * in quotes, such as "*1"';

/** `022110` and `+8622110` are telephone numbers here, not 22110 and 8622110: keep them as text. */
function keepDigitsAsWritten(document: Document): void {
  visit(document, {
    Scalar(_, node: Scalar) {
      if (typeof node.value === 'number' && node.source !== undefined && /^(\+|0\d)/.test(node.source)) {
        node.value = node.source;
      }
    },
  });
}

/** Place of the first alias without an anchor, which is most often a key such as *1 without quotes. */
function unresolvedAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return undefined;
      offset = node.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

function offsetOf(root: unknown, path: KeyPath, at: 'key' | 'value'): number {
  let node = root;
  let offset = rangeStart(root) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(step));
      if (pair === undefined) return offset;
      const keyOffset = rangeStart(pair.key) ?? offset;
      const wantsKey = at === 'key' && depth === path.length - 1;
      // A parent is best shown by its key: its value may start lines below.
      const isLeaf = depth === path.length - 1 && !isMap(pair.value) && !isSeq(pair.value);
      offset = !wantsKey && isLeaf ? (rangeStart(pair.value) ?? keyOffset) : keyOffset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = rangeStart(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

/** The key or alias that starts at an offset, as written. */
function wordAt(text: string, offset: number): string {
  return /^("[^"\n]*"|'[^'\n]*'|[^\s:,{}]+)/.exec(text.slice(offset, offset + 80))?.[0] ?? '';
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function syntaxRemedy(code: string, text: string, offset: number): string {
  if (code === 'DUPLICATE_KEY') return 'keep one of the two';
  if (code === 'TAB_AS_INDENT') return 'indent with spaces';
  if (code === 'MULTIPLE_DOCS') return 'remove the line ---';
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).trimStart();
  if (text[offset] === '*' || line.startsWith('*')) return QUOTE_STAR;
  return 'check indentation, colons, brackets and quotes here and on the line above';
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
