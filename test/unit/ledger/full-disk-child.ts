/**
 * A program with a ledger on a small disk of its own, to be run in a mount namespace: mounts, fills and empties the disk,
 * kills and starts the writer, and says in one line of JSON what it saw.
 */
import { execFileSync, fork } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerTrouble } from '../../../src/ledger/faults.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { ledgerFolder } from '../../../src/ledger/ledger-folder.js';
import { openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { callRecord, legRecord } from './fixtures.js';

const [, , role = '', root = ''] = process.argv;
const disk = join(root, 'disk');
const other = join(root, 'other');
const ballast = join(disk, 'ballast');

function mount(folder: string, size: string): void {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
}

/** Writes to a disk until nothing goes on it any more. */
function fill(path: string): void {
  const fd = openSync(path, 'w');
  try {
    for (let bytes = 65_536; bytes >= 1; ) {
      try {
        writeSync(fd, Buffer.alloc(bytes));
      } catch {
        bytes = Math.floor(bytes / 2);
      }
    }
  } finally {
    closeSync(fd);
  }
}

interface Opened {
  readonly ledger: Ledger;
  readonly troubles: LedgerTrouble[];
  heard(kind: LedgerTrouble['kind']): Promise<void>;
}

function open(spool?: string): Opened {
  const troubles: LedgerTrouble[] = [];
  const opened = openLedger({
    dir: disk,
    commitMs: 1,
    spool,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  if (!opened.ok) throw new Error(opened.fault.message);
  const heard = async (kind: LedgerTrouble['kind']): Promise<void> => {
    while (!troubles.some((trouble) => trouble.kind === kind)) await sleep(5);
  };
  return { ledger: opened.ledger, troubles, heard };
}

/** Whole calls with these numbers; each is journalled, has a leg, and ends. */
function calls(ledger: Ledger, from: number, to: number): void {
  for (let number = from; number <= to; number++) {
    const id = `call-${number}`;
    ledger.journal(id, { number });
    ledger.append([legRecord(`leg-${number}`, { callId: id })]);
    ledger.append([callRecord(id)], id);
  }
}

async function said(opened: Opened, more: object = {}): Promise<object> {
  await opened.ledger.close();
  const verified = await verifyLedger(ledgerFolder(disk));
  const read = openLedgerReader({ dir: disk, thread: false });
  if (!read.ok) throw new Error(read.fault.message);
  const ids: string[] = [];
  let page = await read.reader.calls({ order: 'oldest', limit: 500 });
  for (;;) {
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === null) break;
    page = await read.reader.calls({ order: 'oldest', limit: 500, cursor: page.next });
  }
  await read.reader.close();
  const again = open();
  const leftOpen = again.ledger.leftOpen().map(({ callId }) => callId);
  await again.ledger.close();
  const troubles = [...new Set(opened.troubles.map(({ kind }) => kind))];
  return { verified, ids, leftOpen, troubles, spoolLeft: existsSync(join(other, 'spool')), ...more };
}

/** The writer that is killed: writes calls and leaves one open, then waits for its end. */
async function writeAndWait(): Promise<void> {
  const opened = open(join(other, 'spool'));
  fill(ballast);
  calls(opened.ledger, 1, 200);
  opened.ledger.journal('call-open', { talking: true });
  await opened.ledger.flush();
  process.send?.({ durable: true });
  await sleep(600_000);
}

const SCENES: Readonly<Record<string, () => Promise<object>>> = {
  /** The disk fills up while calls go on, and has room again. */
  async memory() {
    mount(disk, '8m');
    const opened = open();
    calls(opened.ledger, 1, 20);
    await opened.ledger.flush();
    fill(ballast);
    calls(opened.ledger, 21, 400);
    await opened.heard('refused');
    rmSync(ballast);
    await opened.heard('recovered');
    await opened.ledger.flush();
    return said(opened);
  },
  /** The same with a spool on another disk. */
  async spool() {
    mount(disk, '8m');
    mount(other, '8m');
    const opened = open(join(other, 'spool'));
    calls(opened.ledger, 1, 20);
    await opened.ledger.flush();
    fill(ballast);
    calls(opened.ledger, 21, 300);
    await opened.ledger.flush();
    calls(opened.ledger, 301, 400);
    await opened.ledger.flush();
    const durable = opened.troubles.map(({ kind }) => kind).includes('spooling');
    rmSync(ballast);
    await opened.heard('caught-up');
    await opened.ledger.flush();
    return said(opened, { durable });
  },
  /** Both disks fill up. */
  async both() {
    mount(disk, '8m');
    mount(other, '256k');
    const opened = open(join(other, 'spool'));
    fill(ballast);
    calls(opened.ledger, 1, 20);
    await opened.heard('spooling');
    fill(join(other, 'ballast'));
    calls(opened.ledger, 21, 600);
    await opened.heard('refused');
    rmSync(ballast);
    await opened.heard('caught-up');
    await opened.ledger.flush();
    return said(opened);
  },
  /** The writer is killed while the disk is full, and starts again before there is room. */
  async restart() {
    mount(disk, '8m');
    mount(other, '8m');
    const first = fork(process.argv[1] ?? '', ['writer', root]);
    await new Promise<void>((resolve, reject) => {
      first.once('message', () => resolve());
      first.once('exit', (code) => reject(new Error(`the writer ended with ${code}`)));
    });
    first.removeAllListeners('exit');
    first.kill('SIGKILL');
    await new Promise((resolve) => first.once('exit', resolve));
    const opened = open(join(other, 'spool'));
    const found = opened.ledger.leftOpen().map(({ callId }) => callId);
    calls(opened.ledger, 201, 250);
    await opened.ledger.flush();
    rmSync(ballast);
    await opened.heard('caught-up');
    await opened.ledger.flush();
    return said(opened, { found });
  },
  /** There is no ledger yet, and no room for one. */
  async fresh() {
    mount(disk, '8m');
    mkdirSync(ledgerFolder(disk));
    fill(ballast);
    const opened = open();
    calls(opened.ledger, 1, 50);
    await opened.heard('refused');
    rmSync(ballast);
    await opened.heard('recovered');
    await opened.ledger.flush();
    return said(opened);
  },
};

if (role === 'writer') await writeAndWait();
else {
  const scene = SCENES[role];
  if (scene === undefined) throw new Error(`there is no scene ${role}`);
  process.stdout.write(`${JSON.stringify(await scene())}\n`);
  process.exit(0);
}
