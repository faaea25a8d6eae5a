/**
 * What came of a run of the tests. Each part of the run leaves two files in one folder: PART.json, vitest's report, and
 * PART.exit, its exit code.
 *
 *   node scripts/test-report.mjs shaken FOLDER PART...           the failed files with real sockets, a line each
 *   node scripts/test-report.mjs verdict FAILED FOLDER PART...   each failure with its message, then the counts
 *
 * FAILED is the number of failures that no report has (lint, types). Where there is a part `again`, it is the files that
 * were run a second time, alone: for those its word counts, and what failed only the first time is named. Exit code of
 * `verdict`: 0 when nothing failed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Only these depend on real time, so only these can fail because of what runs beside them. */
const REAL_SOCKETS = /^test\/(sip|media|e2e)\//;
/** More than so many files are no accident of time. */
const FEW = 5;

/** The failures of a file. One that does not load has no test of its own, and counts as one. */
function failures(file) {
  const tests = file.assertionResults.filter(({ status }) => status === 'failed');
  if (tests.length === 0 && file.status === 'failed') {
    return [{ title: `${file.name} does not load`, message: file.message }];
  }
  return tests.map(({ fullName, failureMessages }) => ({
    title: `${file.name} > ${fullName}`,
    message: failureMessages.join('\n'),
  }));
}

const passed = (files) =>
  files.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'passed')
    .length;

/** Its files, and what is wrong with the part itself: it left no report, or ended badly although no test of it failed. */
function readPart(folder, part) {
  let files = [];
  try {
    files = JSON.parse(readFileSync(join(folder, `${part}.json`), 'utf8')).testResults;
  } catch (error) {
    return { files, broken: [{ title: `the part "${part}" left no report`, message: String(error) }] };
  }
  files = files.map((file) => ({ ...file, name: relative(process.cwd(), file.name) }));
  const code = readFileSync(join(folder, `${part}.exit`), 'utf8').trim();
  if (code === '0' || files.some((file) => failures(file).length > 0)) return { files, broken: [] };
  const message = 'An error outside every test, most likely: look for "Unhandled" above.';
  return {
    files,
    broken: [{ title: `the part "${part}" ended with ${code}, and no test of it failed`, message }],
  };
}

function readRun(folder, parts) {
  const run = parts.map((part) => readPart(folder, part));
  return { files: run.flatMap(({ files }) => files), broken: run.flatMap(({ broken }) => broken) };
}

function show(heading, { title, message }) {
  const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
  const lines = message.replace(colours, '').split('\n').slice(0, 12);
  console.error([`${heading}: ${title}`, ...lines.map((line) => `    ${line}`)].join('\n'));
}

function verdict(others, folder, parts) {
  const first = readRun(folder, parts);
  const again = existsSync(join(folder, 'again.exit'))
    ? readRun(folder, ['again'])
    : { files: [], broken: [] };
  const told = new Map(again.files.map((file) => [file.name, file]));
  const last = first.files.map((file) => told.get(file.name) ?? file);
  const shaken = first.files.filter(({ name }) => told.has(name)).flatMap(failures);
  const final = [...last.flatMap(failures), ...first.broken, ...again.broken];
  for (const failure of shaken) show('failed beside other tests, so run again alone', failure);
  for (const failure of final) show('FAILED', failure);
  const note =
    shaken.length === 0 ? '' : ` (${shaken.length} failed beside other tests and were run again alone)`;
  console.log(`${passed(last)} passed, ${final.length + others} failed${note}`);
  return final.length + others === 0 ? 0 : 1;
}

/** None when something else failed as well, or much did: then it is no matter of time. */
function shakenFiles(folder, parts) {
  const { files, broken } = readRun(folder, parts);
  const names = files.filter((file) => failures(file).length > 0).map(({ name }) => name);
  return broken.length === 0 && names.length <= FEW && names.every((name) => REAL_SOCKETS.test(name))
    ? names
    : [];
}

const [what, ...rest] = process.argv.slice(2);
if (what === 'shaken') {
  const [folder, ...parts] = rest;
  for (const name of shakenFiles(folder, parts)) console.log(name);
} else {
  const [others, folder, ...parts] = rest;
  process.exitCode = verdict(Number(others), folder, parts);
}
