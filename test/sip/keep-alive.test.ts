import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Inbox, type Rig, startRig, until } from './support/rig.js';

let rig: Rig;
let peer: Server;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  peer.close();
  await rig.close();
});

/** A TCP peer that we connect to; `pongs` is what it answers to a ping. */
async function open(pongs: string): Promise<Inbox<string>> {
  const got = new Inbox<string>();
  peer = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      got.put(chunk.toString());
      if (chunk.toString() === '\r\n\r\n') socket.write(pongs);
    });
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const { port } = peer.address() as AddressInfo;
  rig = await startRig('tcp', '127.0.0.1', { limits: { keepAliveMs: 20 } });
  rig.srf.request(
    { uri: `sip:127.0.0.1:${port};transport=tcp`, method: 'OPTIONS', headers: {} },
    () => undefined,
  );
  expect(await got.next()).toContain('OPTIONS sip:127.0.0.1');
  return got;
}

test('on a connection that we opened we ping, and pongs are no pings', async () => {
  const got = await open('\r\n');
  for (let n = 0; n < 5; n++) expect(await got.next()).toBe('\r\n\r\n');
  expect(got.items.slice(1).every((text) => text === '\r\n\r\n')).toBe(true);
  expect(rig.server.stats()).toMatchObject({ connections: 1, malformed: 0 });
});

test('pongs in one piece and with a message behind them are told apart', async () => {
  const got = await open('\r\n\r\nSIP/2.0 200 OK\r\nl: 0\r\n\r\n');
  await got.next();
  await until(() => rig.server.stats().malformed > 0);
  expect(rig.server.stats().connections).toBe(1);
});
