/** Scanners and floods against server and engine while good calls go on. */
import { runAttacks, wasDropped } from '../../test/sip/hostile/run-attacks.js';
import { readCommandLine } from '../command-line.js';

const help = `Usage: scripts/fuzz/scanners [--rate N] [--block S]

Good calls (sipp at a trunk, 127.0.0.5 to 127.0.0.6) go through the SIP server and the engine on 127.0.0.10, while
sipsak, sipvicious (svmap, svwar, svcrack) and sipp floods attack from addresses of their own, each twice.
  --rate N    good calls a second (default 10)
  --block S   how long the first block of a source lasts, whole seconds (default 3); each further one is twice as long
  --help      this text

Of each attack: datagrams that came, datagrams that went back, when the source was blocked, for how long.
Exit code: 0 when no good call was lost and every tool was blocked, longer the second time, and got no word while it
was blocked; 1 otherwise; 2 for wrong usage.`;

const line = readCommandLine(help, { values: ['rate', 'block'] });
const rate = line.number('rate', { otherwise: 10, least: 0.1, most: 1000 });
const block = line.number('block', { otherwise: 3, least: 1, most: 600, whole: true });

const { good, results } = await runAttacks({
  blockMs: block * 1000,
  afterMs: 1000,
  rate,
  told: (result) => {
    console.log(`${result.name} from ${result.source}: ${wasDropped(result) ? 'dropped' : 'NOT dropped'}`);
    result.rounds.forEach((round, at) => {
      const { received, answered, heard, blockedAfterMs, blockSeconds, answeredBlocked } = round;
      const blocked =
        blockedAfterMs === null
          ? 'never blocked'
          : `blocked for ${blockSeconds} s after ${heard} datagrams, ${blockedAfterMs} ms`;
      console.log(
        `  ${at + 1}. ${received} came, ${answered} went back (${answeredBlocked} while blocked), ${blocked}`,
      );
    });
  },
});
console.log(
  `good calls: ${good.completed} of ${good.begun} completed, ${good.retransmissions} messages said again`,
);
const safe = good.begun > 0 && good.completed === good.begun && results.every(wasDropped);
if (!safe) console.error('a good call was lost, or a scanner was not dropped');
process.exit(safe ? 0 : 1);
