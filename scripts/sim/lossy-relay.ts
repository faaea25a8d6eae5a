/** Plain calls through the embedded SIP server over real UDP sockets and a lossy relay on loopback. */
import { runLossyCalls } from '../../test/sip/lossy/lossy-calls.js';
import { describeCalls, onlyUnavoidable, percent, readLossOptions } from './options.js';

const help = `Usage: scripts/sim/lossy-relay [--calls N] [--seed N] [--loss P] [--duplication P] [--reordering P]

Plain calls (INVITE, 180, 200, ACK, BYE) between two phones of our own through the embedded SIP server and a
back-to-back user agent on drachtio-srf, with real sockets and real time, the timers of RFC 3261, and a relay on
loopback that every datagram passes.
  --calls N         how many (default 500), one every 20 ms; every second one is hung up by the called side
  --seed N          what the relay does to the n-th datagram
  --loss P          share of the datagrams that are lost, 0 to 1 (default 0.1)
  --duplication P   that come twice (default 0.1)
  --reordering P    that are held up for as much as 300 ms, so that later ones overtake them (default 0.1)
  --help            this text

The run goes on until the last transaction is over, 32 s after the last call at least.
Exit code: 0 when every call was completed, none was doubled and nothing was left in the server, 1 otherwise.
Calls that ended because a message was lost each time it was said for 64*T1 are told apart and do not count.`;

const { calls, seed, weather } = readLossOptions(help, 500);
const { loss, duplication, reordering } = weather;
console.log(
  `${calls} calls, seed ${seed}, ${percent(loss)} lost, ${percent(duplication)} twice, ${percent(reordering)} late`,
);
let told = 0;
const began = Date.now();
const { figures, network, retransmissions, left, legs } = await runLossyCalls({
  plan: { calls, everyMs: 20, ringMs: 400, talkMs: 2000 },
  seed,
  weather,
  timers: { t1: 500, t2: 4000, t4: 5000 },
  progress: ({ begun, completed }) => {
    if (completed < told + 100) return;
    told = completed;
    console.log(`  ${begun} begun, ${completed} completed`);
  },
});
for (const line of describeCalls(figures)) console.log(line);
console.log(
  `network    ${network.sent} datagrams, ${network.lost} lost, ${network.duplicated} twice, ${network.heldUp} late`,
);
console.log(`server     ${retransmissions} messages said again`);
console.log(`left       ${legs} legs, server ${JSON.stringify(left)}`);
console.log(`time       ${((Date.now() - began) / 1000).toFixed(1)} s`);

const nothingLeft = legs === 0 && Object.values(left).every((count) => count === 0);
const sound = figures.doubled === 0 && (figures.failures.size === 0 ? nothingLeft : onlyUnavoidable(figures));
if (figures.failures.size > 0 && sound) console.log('every failure is one that RFC 3261 timers allow');
if (!sound) console.error('calls failed, were doubled, or left something behind');
process.exitCode = sound ? 0 : 1;
