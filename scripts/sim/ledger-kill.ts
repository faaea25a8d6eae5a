/** The ledger of a program that is killed at random moments. */
import { playKillRounds } from '../../test/sim/ledger-kill/kill-rounds.js';
import { readCommandLine } from '../command-line.js';

const help = `Usage: scripts/sim/ledger-kill [--rounds N] [--seed N]

A program writes calls to a ledger as the server does, under load, and is killed (kill -9) at random moments; in every
fourth life the months of its clock pass quickly. After each kill the ledger must verify, every record that was said to be
on disk must be there once, and every call that was said to be answered must be in the journal or have its record.
  --rounds N  how many kills (default 500)
  --seed N    decides when; how far the program gets until then depends on the machine
  --help      this text

Exit code: 0 when all of it holds, 1 otherwise.`;

const line = readCommandLine(help, { values: ['rounds', 'seed'] });
const rounds = line.number('rounds', { otherwise: 500, least: 1, most: 100_000, whole: true });
const seed = line.number('seed', {
  otherwise: Date.now() % 1_000_000,
  least: 0,
  most: 0xffff_ffff,
  whole: true,
});
console.log(`${rounds} rounds, seed ${seed}`);
const { faults, ...figures } = await playKillRounds({
  rounds,
  seed,
  perLedger: 25,
  onRound: (round, { answered, done }) => {
    if (round % 25 === 0) console.log(`${round} kills: ${answered} calls answered, ${done} done`);
  },
});
console.log(
  `${figures.answered} calls answered, ${figures.done} with all records, ${figures.left} found open by the next life, ${figures.months} files of months, ${figures.silent} lives without a word`,
);
for (const fault of faults) console.log(`WRONG ${fault}`);
console.log(
  faults.length === 0
    ? 'nothing was lost, nothing doubled, every chain fits'
    : 'the ledger is not what it promises',
);
process.exitCode = faults.length === 0 ? 0 : 1;
