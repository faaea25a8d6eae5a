// The embedded SIP server in a process of its own, so that its CPU time and memory can be told from all others.
// Started by server-under-test.ts; answers `stats`, `memory` and `stop`.
import { createSipServer } from '../../../dist/sip/server.js';

const server = createSipServer(JSON.parse(process.env.SIP_OPTIONS ?? '{}'));
const bound = await server.start();
process.send({ listeners: bound.listeners, controlPort: bound.control.port });

process.on('message', (question) => {
  if (question === 'stats') process.send(server.stats());
  if (question === 'memory') {
    // Twice: what a finaliser lets go of in the first round is collected in the second.
    globalThis.gc?.();
    globalThis.gc?.();
    process.send(process.memoryUsage());
  }
  // A profile is written when the process ends by itself.
  if (question === 'stop') void server.stop().then(() => process.exit(0));
});
