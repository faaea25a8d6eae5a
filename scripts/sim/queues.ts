/** Queues of a whole city in virtual time, judged by ledger and wire. */
import { playCityDay } from '../../test/sim/queues/city-day.js';
import { readCommandLine } from '../command-line.js';

const help = `Usage: scripts/sim/queues [--queues N] [--agents N] [--calls-per-second N] [--seconds N] [--seed N]

Callers come to the members of a city, each with a queue of its own agents; engine, core and queues are as they are,
phones and callers behave at random (late, silent, refusing, impatient), all in virtual time.
  --queues N            how many members (default 17)
  --agents N            how many agents, spread over the members (default 200)
  --calls-per-second N  how many callers come in (default 5)
  --seconds N           for how long (default 600)
  --seed N              decides everything that is random; the same seed gives the same run
  --help                this text

Judged by the ledger: that no agent was called while another call of theirs was up, and that nobody was called while
somebody of the member had been ready for longer. Waiting times of the ledger are compared with those on the wire.
Exit code: 0 when all of it holds and no call is missing, 1 otherwise.`;

const line = readCommandLine(help, { values: ['queues', 'agents', 'calls-per-second', 'seconds', 'seed'] });
const whole = (name: string, otherwise: number, most: number): number =>
  line.number(name, { otherwise, least: 1, most, whole: true });
const day = {
  queues: whole('queues', 17, 100),
  agents: whole('agents', 200, 2000),
  callsPerSecond: line.number('calls-per-second', { otherwise: 5, least: 0.01, most: 100 }),
  seconds: whole('seconds', 600, 86_400),
  seed: line.number('seed', { otherwise: Date.now() % 1_000_000, least: 0, most: 0xffff_ffff, whole: true }),
};
console.log(
  `${day.queues} queues, ${day.agents} agents, ${day.callsPerSecond} calls/s for ${day.seconds} s, seed ${day.seed}`,
);
const { rungTwice, passedOver, otherTimes, lost, ...seen } = await playCityDay(day);
console.log(
  `calls          ${seen.calls}: ${seen.answered} answered, ${seen.abandoned} given up, ${lost} missing`,
);
console.log(`offers         ${seen.offers} to agents`);
console.log(
  `waiting        half at most ${(seen.medianWaitMs / 1000).toFixed(1)} s, longest ${(seen.longestWaitMs / 1000).toFixed(1)} s, ${(seen.inTime * 100).toFixed(1)} % answered within 15 s`,
);
console.log(`rung twice     ${rungTwice.length} ${rungTwice.slice(0, 5).join('; ')}`);
console.log(`passed over    ${passedOver.length} ${passedOver.slice(0, 5).join('; ')}`);
console.log(
  `other times    ${otherTimes.length} in the ledger than on the wire ${otherTimes.slice(0, 5).join(' ')}`,
);
if (lost !== 0 || [rungTwice, passedOver, otherTimes].some(({ length }) => length > 0)) process.exitCode = 1;
