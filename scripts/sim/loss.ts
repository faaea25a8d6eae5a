/** Plain calls through the embedded SIP server in a simulated world; the seed decides what the network does. */
import { runLossyWorld } from '../../test/sim/lossy-world.js';
import { describeCalls, onlyUnavoidable, percent, readLossOptions } from './options.js';

const help = `Usage: scripts/sim/loss [--calls N] [--seed N] [--loss P] [--duplication P] [--reordering P]

Plain calls (INVITE, 180, 200, ACK, BYE) between two simulated phones through the embedded SIP server and a
back-to-back user agent on drachtio-srf, all of it in memory and in virtual time, on a network that misbehaves.
  --calls N         how many (default 10000), one every 10 ms; every second one is hung up by the called side
  --seed N          decides everything that is random; a run with the same seed is the same to the last byte
  --loss P          share of the datagrams that are lost, 0 to 1 (default 0.1)
  --duplication P   that come twice (default 0.1)
  --reordering P    that are held up for as much as 300 ms, so that later ones overtake them (default 0.1)
  --help            this text

Exit code: 0 when every call was completed, none was doubled and nothing was left in server or clock, 1 otherwise.
Calls that ended because a message was lost each time it was said for 64*T1 are told apart and do not count.`;

const { calls, seed, weather } = readLossOptions(help, 10_000);
const { loss, duplication, reordering } = weather;
console.log(
  `${calls} calls, seed ${seed}, ${percent(loss)} lost, ${percent(duplication)} twice, ${percent(reordering)} late`,
);
const began = process.hrtime.bigint();
let told = 0;
const result = await runLossyWorld({
  calls,
  seed,
  weather,
  progress: ({ begun, completed }) => {
    if (completed < told + 1000) return;
    told = completed;
    console.log(`  ${begun} begun, ${completed} completed`);
  },
});
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const { figures, network, left } = result;
for (const line of describeCalls(figures)) console.log(line);
console.log(
  `network    ${network.sent} datagrams, ${network.lost} lost, ${network.duplicated} twice, ${network.heldUp} late`,
);
console.log(`server     ${result.retransmissions} messages said again`);
console.log(`left       ${left.timers} timers, ${left.legs} legs, server ${JSON.stringify(left.server)}`);
console.log(`trace      ${result.fingerprint} (the same for the same seed)`);
console.log(
  `time       ${(result.elapsedMs / 1000).toFixed(1)} s in the world, ${seconds.toFixed(1)} s on this machine`,
);

const nothingLeft = left.timers === 0 && left.legs === 0 && Object.values(left.server).every((n) => n === 0);
const sound = figures.doubled === 0 && (figures.failures.size === 0 ? nothingLeft : onlyUnavoidable(figures));
if (figures.failures.size > 0 && sound) console.log('every failure is one that RFC 3261 timers allow');
if (!sound) console.error('calls failed, were doubled, or left something behind');
process.exitCode = sound ? 0 : 1;
