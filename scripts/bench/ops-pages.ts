import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ledgerFolder } from '../../src/ledger/ledger-folder.js';
import { addPerson } from '../../test/e2e/harness/accounts.js';
import { ALLIANCE_FILE, alliancePlan } from '../../test/e2e/harness/alliance-plan.js';
import { OpsPage, SIZES } from '../../test/e2e/harness/ops-page.js';
import { Server } from '../../test/e2e/harness/server.js';
import { readCommandLine } from '../command-line.js';
import { buildYears } from './ledger-years/build.js';
import { TWO_YEARS } from './ledger-years/years.js';
import { machineLine } from './process-usage.js';
import { quantile } from './spread.js';

const help = `Usage: scripts/bench/ops-pages [--ledger FOLDER] [--scale N] [--rounds N] [--screenshots FOLDER] [--english]

Looks at every page of operations in a real Chromium, at 1280x720 and 1920x1080, with the ledger of two years behind it:
how soon something is painted, how soon its figures are there, and how long the server took for each question.
  --ledger FOLDER       data folder with a ledger, such as scripts/bench/ledger keeps (default: one is built). The server
                        that is started on it adds a record of who logs in
  --scale N             size of the city of the ledger that is built, 0.001 to 1 (default 0.005)
  --rounds N            how often each page is loaded (default 5)
  --screenshots FOLDER  keeps a picture of each page at each size
  --english             the pages in English
  --help                this text
Exit code: 0 when all figures of every page came; 1 when some did not within a minute, 2 for wrong usage.`;

const line = readCommandLine(help, {
  values: ['ledger', 'scale', 'rounds', 'screenshots'],
  flags: ['english'],
});
const scale = line.number('scale', { otherwise: 0.005, least: 0.001, most: 1 });
const rounds = line.number('rounds', { otherwise: 5, least: 1, most: 1000, whole: true });
const pictures = line.text('screenshots');
const given = line.text('ledger');

const PASSWORD = 'of-the-bench-620417';
/** Figures that have not come by then do not come; milliseconds. */
const LONGEST_MS = 60_000;
const FIRST_MONTH = '2024-06';

/** A page, and what is there when its figures are: expressions of the browser. */
interface Look {
  readonly name: string;
  readonly place: string;
  readonly first: string;
  /** When everything is there, where that is later. */
  readonly whole?: string;
}

const is = (selector: string): string => `document.querySelector(${JSON.stringify(selector)}) !== null`;
const STATISTICS = {
  first: is('[data-tile=offered]'),
  whole: `${is('[data-tile=offered]')} && !(${is('.panel[aria-busy=true]')})`,
};

/** Every page; those of calls show what the ledger holds most of. */
function looks(call: string): readonly Look[] {
  const rows = is('main tbody tr');
  return [
    { name: 'live wall', place: 'wall', first: is('[data-tile=calls]') },
    { name: 'search: newest calls', place: 'search', first: rows },
    {
      name: 'search: answered after 30 s',
      place: 'search?kind=calls&outcome=answered&minWait=30',
      first: rows,
    },
    {
      name: 'search: transfers 110 to 12345',
      place: 'search?kind=transfers&fromMember=police-110&toMember=city-12345',
      first: rows,
    },
    {
      name: 'search: words of notes',
      place: `search?kind=notes&q=${encodeURIComponent('停水')}`,
      first: rows,
    },
    { name: 'story of a call', place: `call/${encodeURIComponent(call)}`, first: is('tr[data-kind]') },
    { name: 'statistics of a month', place: 'statistics', ...STATISTICS },
    { name: 'statistics by month', place: 'statistics?by=month', ...STATISTICS },
    { name: 'statistics of 12345 by week', place: 'statistics?member=city-12345&by=week', ...STATISTICS },
    { name: 'report of a month', place: 'report', first: is('.sheet table') },
    { name: 'callers to call back', place: 'missed', first: is('main section table, main section p.quiet') },
    { name: 'audit', place: 'audit', first: rows },
  ];
}

/** What one load of a page took; milliseconds since it was asked for. */
interface Load {
  readonly paint: number;
  readonly first: number;
  readonly whole: number;
  readonly questions: readonly { readonly path: string; readonly took: number }[];
}

async function load(ops: OpsPage, address: string, { place, first, whole = first }: Look): Promise<Load> {
  const { page } = ops;
  await page.goto('about:blank');
  await page.goto(`${address}#/${place}`);
  // Evaluated as a whole: the policy of the page lets no text become a function in it.
  const times = await page.evaluate<Pick<Load, 'first' | 'whole'>>(`new Promise((resolve, reject) => {
    let first = null;
    const look = () => {
      const now = performance.now();
      if (first === null && (${first})) first = now;
      if (first !== null && (${whole})) resolve({ first, whole: now });
      else if (now > ${LONGEST_MS}) reject(new Error('its figures did not come: ' + document.body.innerText.slice(0, 500)));
      else requestAnimationFrame(look);
    };
    look();
  })`);
  const questions = await page.evaluate<Load['questions']>(`performance.getEntriesByType('resource')
    .filter(({ initiatorType }) => initiatorType === 'fetch')
    .filter(({ responseEnd }) => responseEnd > 0)
    .map(({ name, startTime, responseEnd }) => ({
      path: new URL(name).pathname.replace(/calls\\/[^/]+\\/story/, 'calls/:id/story'),
      took: responseEnd - startTime,
    }))`);
  return { paint: await ops.firstPaint(), ...times, questions };
}

const half = (values: readonly number[]): string => quantile(values, 0.5).padStart(7);
const most = (values: readonly number[]): string => quantile(values, 1).padStart(7);

async function visit(ops: OpsPage, address: string, look: Look): Promise<void> {
  const asked = new Map<string, number[]>();
  for (const size of SIZES) {
    await ops.page.setViewportSize(size);
    const loads: Load[] = [];
    for (let round = 0; round < rounds; round += 1) loads.push(await load(ops, address, look));
    const of = (what: 'paint' | 'first' | 'whole'): string => {
      const values = loads.map((one) => one[what]);
      return `${half(values)}${most(values)}`;
    };
    console.log(
      `${look.name.padEnd(32)}${`${size.width}x${size.height}`.padEnd(10)}${of('paint')}${of('first')}${of('whole')}`,
    );
    for (const { path, took } of loads.flatMap(({ questions }) => questions))
      asked.set(path, [...(asked.get(path) ?? []), took]);
    if (pictures !== undefined) {
      const name = `${look.name.replace(/[^a-z0-9]+/g, '-')}-${size.width}.png`;
      await ops.page.screenshot({ path: join(pictures, name) });
    }
  }
  for (const [path, took] of asked)
    console.log(`  ${path.padEnd(40)}${String(took.length).padStart(5)} times${half(took)}${most(took)}`);
}

/** A data folder whose ledger is the one that is given, or one that is built. */
function dataFolder(folder: string): void {
  const data = join(folder, 'data');
  mkdirSync(data);
  if (given === undefined) {
    const wish = { ...TWO_YEARS, seed: 1, dialPlan: ALLIANCE_FILE, firstMonth: FIRST_MONTH, scale };
    const { built } = buildYears(wish, data, () => undefined);
    console.log(`a ledger of ${built.calls} calls, ${built.legs} legs and ${built.transfers} transfers`);
    return;
  }
  const ledger = resolve(ledgerFolder(given));
  if (!existsSync(ledger)) line.wrong(`--ledger: ${ledger} does not exist`);
  symlinkSync(ledger, ledgerFolder(data));
  console.log(`the ledger in ${given}`);
}

async function run(folder: string): Promise<void> {
  dataFolder(folder);
  const server = await Server.start({ folder, plan: alliancePlan() });
  try {
    addPerson(server, 'wang-fang', 'admin', PASSWORD);
    const address = `http://127.0.0.1:${server.ports.http}/ops/`;
    const ops = await OpsPage.open(address);
    try {
      const version = ops.page.context().browser()?.version() ?? 'unknown';
      console.log(`${machineLine()}; Chromium ${version}; load ${loadavg()[0]?.toFixed(1)}`);
      console.log(`log-in page painted after ${(await ops.firstPaint()).toFixed(0)} ms`);
      await ops.enter('wang-fang', PASSWORD);
      if (line.flag('english')) await ops.click('English');
      const [call] = await server.api.callPage('limit=1&outcome=answered');
      console.log(`\n${rounds} loads each; milliseconds since the page was asked for, and of each question`);
      console.log(`${' '.repeat(42)}  first paint    first figures    all figures`);
      console.log(`${' '.repeat(42)}${'    p50    max'.repeat(3)}`);
      for (const look of looks(call?.id ?? '')) await visit(ops, address, look);
    } finally {
      await ops.close();
    }
  } finally {
    await server.stop();
  }
}

if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'ops-pages-'));
try {
  await run(folder);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
