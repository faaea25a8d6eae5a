import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/sip/clock.js';
import {
  drained,
  FAST,
  freePort,
  Inbox,
  type Rig,
  SDP,
  type SrfMessage,
  type SrfRequest,
  startRig,
  until,
} from './support/rig.js';
import { startSipp } from './support/sipp.js';
import { WirePeer } from './support/wire-peer.js';

let rig: Rig;

afterEach(async () => {
  await rig.close();
});

interface Placed {
  readonly sent: SrfRequest;
  readonly responses: Inbox<SrfMessage>;
  ack(): void;
}

/** Starts a call at the lowest level; nothing is acknowledged by itself. */
function place(uri: string, options: object = {}): Promise<Placed> {
  return new Promise((resolve, reject) => {
    rig.srf.request({ uri, method: 'INVITE', headers: {}, body: SDP, ...options }, (error, sent) => {
      if (error) {
        reject(error);
        return;
      }
      const responses = new Inbox<SrfMessage>();
      let acknowledge = (_options: object): void => undefined;
      sent.on('response', (response, ack) => {
        acknowledge = ack;
        responses.put(response);
      });
      resolve({ sent, responses, ack: () => acknowledge({}) });
    });
  });
}

test('a caller cancels: 487, and the application hears of it', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const cancelled = new Inbox<SrfMessage>();
  const late = new Inbox<unknown>();
  rig.srf.invite((req, res) => {
    res.send(180);
    req.on('cancel', (cancel) => {
      cancelled.put(cancel);
      res.send(200, { body: SDP }, (error) => late.put(error));
    });
  });
  const sipp = await startSipp({ scenario: 'uac-cancel', target: rig.port });
  expect((await cancelled.next()).method).toBe('CANCEL');
  expect(await late.next()).toBe('Response not sent due to unknown transaction');
  await sipp.done;
  await drained(rig.server);
});

test('the application refuses a call', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  rig.srf.invite((_req, res) => res.send(486));
  await (await startSipp({ scenario: 'uac-expect-486', target: rig.port, calls: 10, rate: 50 })).done;
  await drained(rig.server);
});

test('the called party is busy', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const sipp = await startSipp({ scenario: 'uas-busy' });
  const { responses } = await place(`sip:bob@127.0.0.1:${sipp.port}`);
  expect((await responses.next()).status).toBe(486);
  await sipp.done;
  await drained(rig.server);
});

test('the application cancels a ringing call', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const sipp = await startSipp({ scenario: 'uas-cancelled' });
  const { sent, responses } = await place(`sip:bob@127.0.0.1:${sipp.port}`);
  expect((await responses.next()).status).toBe(180);
  sent.cancel(() => undefined);
  expect((await responses.next()).status).toBe(487);
  await sipp.done;
  await drained(rig.server);
});

test('a port that nobody listens on answers 503 at once', async () => {
  rig = await startRig('udp', '127.0.0.1');
  const port = await freePort();
  const before = Date.now();
  const { responses } = await place(`sip:bob@127.0.0.1:${port}`);
  const response = await responses.next();
  expect(response.status).toBe(503);
  // Nothing but the ICMP message can be this fast: without it timer B runs for 32 s.
  expect(Date.now() - before).toBeLessThan(10_000);
  expect(rig.server.stats().live).toMatchObject({ clientTransactions: 0, dialogs: 0, outboundRequests: 0 });
});

test('a refused TCP connection answers 503 at once', async () => {
  rig = await startRig('tcp', '127.0.0.1');
  const { responses } = await place(`sip:bob@127.0.0.1:${await freePort()};transport=tcp`);
  expect((await responses.next()).status).toBe(503);
  expect(rig.server.stats().connections).toBe(0);
});

test('a host name that nobody knows answers 503', async () => {
  rig = await startRig('udp', '127.0.0.1');
  const { responses } = await place('sip:bob@nowhere.invalid');
  expect((await responses.next()).status).toBe(503);
});

test('a silent peer answers 408 after 64*T1', async () => {
  // Each transmission is a little late, and T1 is all that is left for their sum: no ticks, and a longer T1. On a
  // machine that is busy the last one may come too late all the same; the machine's own test counts in virtual time.
  rig = await startRig('udp', '127.0.0.1', { timers: { t1: 60 }, clock: systemClock });
  const peer = await WirePeer.open();
  const { responses } = await place(`sip:bob@127.0.0.1:${peer.port}`);
  expect((await responses.next()).status).toBe(408);
  // Sent at 0, T1, 3, 7, 15, 31 and 63 times T1.
  const { sent, retransmissions } = rig.server.stats();
  expect([6, 7]).toContain(sent.INVITE);
  expect(retransmissions).toBe(Number(sent.INVITE) - 1);
  await drained(rig.server);
  peer.close();
});

test('a cancelled INVITE that stays silent ends with 408, and a late answer is ended', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const peer = await WirePeer.open();
  const { sent, responses } = await place(`sip:bob@127.0.0.1:${peer.port}`);
  const invite = await peer.expect('INVITE');
  peer.answer(rig.port, invite, '180 Ringing', 'late');
  expect((await responses.next()).status).toBe(180);
  sent.cancel(() => undefined);
  peer.answer(rig.port, await peer.expect('CANCEL'), '200 OK', 'late');
  expect((await responses.next()).status).toBe(408);
  peer.answer(rig.port, invite, '200 OK', 'late', [`Contact: <sip:127.0.0.1:${peer.port}>`], SDP);
  await peer.expect('ACK');
  peer.answer(rig.port, await peer.expect('BYE'), '200 OK', 'late');
  await until(() => rig.server.stats().live.dialogs === 0);
  expect(responses.items).toHaveLength(2);
  peer.close();
});

test('a 200 that crosses our CANCEL is delivered, acknowledged and ended by the server', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const peer = await WirePeer.open();
  const { sent, responses, ack } = await place(`sip:bob@127.0.0.1:${peer.port}`);
  const ended = new Inbox<SrfMessage>();
  rig.srf.use('bye', (req) => ended.put(req));
  const invite = await peer.expect('INVITE');
  peer.answer(rig.port, invite, '180 Ringing', 'x');
  await responses.next();
  sent.cancel(() => undefined);
  await peer.expect('CANCEL');
  peer.answer(rig.port, invite, '200 OK', 'x', [`Contact: <sip:127.0.0.1:${peer.port}>`], SDP);
  expect((await responses.next()).status).toBe(200);
  ack();
  await peer.expect('ACK');
  const bye = await peer.expect('BYE');
  peer.answer(rig.port, bye, '200 OK', 'x');
  expect((await ended.next()).get('Reason')).toContain('text="ACK-BYE due to cancel race condition"');
  await drained(rig.server);
  peer.close();
});

test('an answer that the application never acknowledges is acknowledged and ended by the server', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const peer = await WirePeer.open();
  await place(`sip:bob@127.0.0.1:${peer.port}`);
  const ended = new Inbox<SrfMessage>();
  rig.srf.use('bye', (req) => ended.put(req));
  const invite = await peer.expect('INVITE');
  peer.answer(rig.port, invite, '200 OK', 'x', [`Contact: <sip:127.0.0.1:${peer.port}>`], SDP);
  await peer.expect('ACK');
  peer.answer(rig.port, await peer.expect('BYE'), '200 OK', 'x');
  expect((await ended.next()).get('Reason')).toContain('text="ACK timeout"');
  await drained(rig.server);
  peer.close();
});

test('a caller that never acknowledges gets BYE', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const ended = new Inbox<SrfMessage>();
  rig.srf.invite((_req, res) => res.send(200, { body: SDP }));
  rig.srf.use('bye', (req) => ended.put(req));
  const sipp = await startSipp({ scenario: 'uac-no-ack', target: rig.port });
  expect((await ended.next()).get('Reason')).toContain('text="ACK timeout"');
  await sipp.done;
  await drained(rig.server);
});
