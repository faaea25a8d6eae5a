/** The messages of RFC 4475 as a table: what comes in, what the RFC expects, what the server makes of it. */
import { MemoryServer } from '../../test/sip/torture/memory-server.js';
import { TORTURE } from '../../test/sip/torture/messages.js';
import { userAgent, VERDICTS, verdictOf } from '../../test/sip/torture/verdicts.js';
import { readCommandLine } from '../command-line.js';

readCommandLine(
  `Usage: scripts/fuzz/torture

Puts each message of RFC 4475 before the SIP server and prints a table: section, message, what it is about, what the
RFC says, what is expected here, what came. "application N" means that the application got the message as it is meant
and answered N; a number alone is the server's own answer; "dropped" and "response" get none.
Exit code: 0 when everything came as expected, 1 otherwise.`,
  {},
);

const server = new MemoryServer(userAgent);
const rows = TORTURE.map(({ name, section, what, bytes }) => {
  const [, expected = 'no verdict', rfc = ''] = VERDICTS.find(([known]) => known === name) ?? [];
  return { section, name, what, rfc, expected, got: verdictOf(server, bytes) };
});
const columns = ['section', 'name', 'what', 'rfc', 'expected', 'got'] as const;
const width = (column: (typeof columns)[number]): number =>
  Math.max(column.length, ...rows.map((row) => row[column].length));
const widths = columns.map(width);
const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
console.log(line(columns));
console.log(line(widths.map((count) => '-'.repeat(count))));
for (const row of rows) console.log(line(columns.map((column) => row[column])));
const wrong = rows.filter(({ expected, got }) => expected !== got);
console.log(`${rows.length - wrong.length} of ${rows.length} as expected`);
process.exitCode = wrong.length === 0 ? 0 : 1;
