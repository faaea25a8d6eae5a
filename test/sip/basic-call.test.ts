import { afterEach, describe, expect, test } from 'vitest';
import { drained, FAST, Inbox, type Rig, SDP, type SrfMessage, startRig } from './support/rig.js';
import { startSipp } from './support/sipp.js';

let rig: Rig;

afterEach(async () => {
  await rig.close();
});

/** The application answers every call and lets go when the caller hangs up. */
function answerCalls(ended: Inbox<string>): void {
  rig.srf.invite((req, res) => {
    res.send(180);
    // The callback form: a promise would resolve after a BYE that comes in the same chunk.
    rig.srf.createUAS(req, res, { localSdp: SDP }, (error, dialog) => {
      if (!error) dialog.on('destroy', () => ended.put(dialog.id));
    });
  });
}

const PLACES = [
  ['udp', '127.0.0.1'],
  ['tcp', '127.0.0.1'],
  ['udp', '::1'],
  ['tcp', '::1'],
] as const;

describe.each(PLACES)('over %s on %s', (transport, host) => {
  test('a caller is answered and hangs up', async () => {
    rig = await startRig(transport, host, { timers: FAST });
    const ended = new Inbox<string>();
    answerCalls(ended);
    const sipp = await startSipp({
      scenario: 'uac-basic',
      transport,
      host,
      target: rig.port,
      calls: 20,
      rate: 50,
    });
    await sipp.done;
    await drained(rig.server);
    const stats = rig.server.stats();
    expect(ended.items).toHaveLength(20);
    expect(stats.sent['200 INVITE']).toBeGreaterThanOrEqual(20);
    expect(stats.received.ACK).toBeGreaterThanOrEqual(20);
    expect(stats.malformed + stats.dropped).toBe(0);
  });

  test('we call, are answered and hang up', async () => {
    rig = await startRig(transport, host, { timers: FAST });
    const sipp = await startSipp({ scenario: 'uas-basic', transport, host });
    const provisional = new Inbox<SrfMessage>();
    const where = host.includes(':') ? `[${host}]` : host;
    const dialog = await rig.srf.createUAC(
      `sip:bob@${where}:${sipp.port};transport=${transport}`,
      { localSdp: SDP, callingNumber: '12345' },
      { cbProvisional: provisional.put },
    );
    expect(dialog.remote.sdp).toContain('PCMA/8000');
    expect((await provisional.next()).status).toBe(180);
    await dialog.destroy();
    await sipp.done;
    await drained(rig.server);
    expect(rig.server.stats().sent).toMatchObject({ INVITE: 1, ACK: 1, BYE: 1 });
  });

  test('the answerer hangs up', async () => {
    rig = await startRig(transport, host, { timers: FAST });
    const sipp = await startSipp({ scenario: 'uas-hangs-up', transport, host });
    const where = host.includes(':') ? `[${host}]` : host;
    const dialog = await rig.srf.createUAC(`sip:bob@${where}:${sipp.port};transport=${transport}`, {
      localSdp: SDP,
    });
    const ended = new Inbox<string>();
    dialog.on('destroy', () => ended.put('bye'));
    await ended.next();
    await sipp.done;
    await drained(rig.server);
  });
});

test('the client hears where the server listens', async () => {
  rig = await startRig('udp', '127.0.0.1', {
    listeners: [
      { transport: 'udp', host: '127.0.0.1', port: 0, externalHost: '192.0.2.7', externalPort: 5070 },
      { transport: 'tcp', host: '::1', port: 0 },
    ],
  });
  expect(rig.hostPorts).toMatch(/^udp\/192\.0\.2\.7:5070,tcp\/\[::1\]:\d+$/);
});
