import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  drained,
  Inbox,
  type Rig,
  type SrfRequest,
  type SrfResponse,
  startRig,
  until,
} from './support/rig.js';
import { WireCall } from './support/wire-call.js';
import { WirePeer } from './support/wire-peer.js';

let rig: Rig;
let peer: WirePeer;
let seen: Inbox<{ req: SrfRequest; res: SrfResponse }>;

async function open(guard: object, limits: object = {}): Promise<void> {
  rig = await startRig('udp', '127.0.0.1', {
    timers: { t1: 5, t2: 20, t4: 25 },
    trusted: () => false,
    guard,
    limits,
  });
  rig.srf.invite((req, res) => seen.put({ req, res }));
}

beforeEach(async () => {
  peer = await WirePeer.open();
  seen = new Inbox();
});

afterEach(async () => {
  peer.close();
  await rig.close();
});

test('whom the application refuses again and again is no longer heard, and heard again later', async () => {
  await open({ strikes: 3, blockMs: 200 });
  for (let n = 1; n <= 3; n++) {
    const call = new WireCall(peer, rig.port, `scan-${n}`);
    peer.send(rig.port, call.lines('INVITE', 1));
    (await seen.next()).res.send(403);
    await peer.expect(403);
  }
  await until(() => rig.server.stats().guard.blockedSources === 1);
  peer.send(rig.port, new WireCall(peer, rig.port, 'blocked').lines('INVITE', 1));
  await until(() => rig.server.stats().guard.droppedBlocked > 0);
  expect(rig.server.stats().sent['100 INVITE']).toBe(3);
  await until(() => rig.server.stats().guard.blockedSources === 0);
  peer.send(rig.port, new WireCall(peer, rig.port, 'later').lines('INVITE', 1));
  (await seen.next()).res.send(486);
  await peer.expect(486);
});

test('a scanner gets no answer at all', async () => {
  await open({});
  const call = new WireCall(peer, rig.port, 'svmap');
  peer.send(rig.port, call.lines('OPTIONS', 1, ['User-Agent: friendly-scanner']));
  await until(() => rig.server.stats().guard.droppedScanners === 1);
  peer.send(rig.port, new WireCall(peer, rig.port, 'again').lines('OPTIONS', 1));
  await until(() => rig.server.stats().guard.droppedBlocked === 1);
  expect(rig.server.stats().sent).toEqual({});
});

test('above its limits the server answers new requests with 503 and keeps those that it has', async () => {
  await open({}, { dialogs: 2 });
  for (const id of ['one', 'two']) {
    peer.send(rig.port, new WireCall(peer, rig.port, id).lines('INVITE', 1));
    await peer.expect(100);
  }
  peer.send(rig.port, new WireCall(peer, rig.port, 'three').lines('INVITE', 1));
  await peer.expect(503);
  for (let n = 0; n < 2; n++) (await seen.next()).res.send(486);
  await until(() => rig.server.stats().live.dialogs === 0);
  expect(seen.items).toHaveLength(2);
});

test('a flood of rubbish from a stranger is dropped, a known caller goes on', async () => {
  await open({ messagesPerSecond: 50, burst: 100 });
  const call = new WireCall(peer, rig.port, 'known');
  peer.send(rig.port, call.lines('INVITE', 1));
  const { res } = await seen.next();
  res.send(180);
  await peer.expect(180);
  for (let n = 0; n < 2000; n++) {
    peer.raw(rig.port, Buffer.from(`rubbish ${n} that is no message at all`));
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  res.send(486);
  await peer.expect(486);
  expect(rig.server.stats().guard).toMatchObject({ blocks: 0, blockedSources: 0 });
  await drained(rig.server);
});
