import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HIDDEN, HiddenPeer } from './support/hidden-peer.js';
import { drained, FAST, Inbox, type Rig, SDP, type SrfDialog, startRig } from './support/rig.js';

/** Peers behind NAT (RFC 3581, RFC 5626): what goes to them goes where they were heard, not where they say. */

describe.each(['UDP', 'TCP'] as const)('a peer behind NAT over %s', (transport) => {
  let rig: Rig;
  let peer: HiddenPeer;
  let dialogs: Inbox<SrfDialog>;

  beforeEach(async () => {
    rig = await startRig(transport === 'UDP' ? 'udp' : 'tcp', '127.0.0.1', { timers: FAST });
    peer = await HiddenPeer.open(transport, rig.port);
    dialogs = new Inbox();
    rig.srf.invite((request, response) => {
      rig.srf.createUAS(request, response, { localSdp: SDP }, (error, dialog) => {
        if (error !== null) throw error;
        dialogs.put(dialog);
      });
    });
    // The registration of the method is on its way; requests before it would get 503.
    await rig.client();
  });

  afterEach(async () => {
    peer.close();
    await rig.close();
  });

  test('hears the answer, and re-INVITE, ACK and BYE of the application', async () => {
    const ok = await peer.call();
    expect(ok.headers.get('Via')).toMatch(new RegExp(`${HIDDEN}.*;rport=\\d+;received=127.0.0.1`));
    const dialog = await dialogs.next();
    const modified = dialog.modify(SDP);
    const again = await peer.expect('INVITE');
    // The Request-URI is the peer's own address: over there it is understood.
    expect(again.kind === 'request' && again.uri).toContain(`sip:caller@${HIDDEN}`);
    peer.answer(again, '200 OK', SDP);
    await peer.expect('ACK');
    await modified;
    const ended = dialog.destroy();
    peer.answer(await peer.expect('BYE'), '200 OK');
    await ended;
    await drained(rig.server);
  });

  test('ends the call itself', async () => {
    await peer.call();
    const dialog = await dialogs.next();
    const destroyed = new Inbox<string>();
    dialog.on('destroy', (() => destroyed.put('gone')) as never);
    peer.request('BYE', 2);
    // The 200 to the INVITE may have been sent again before its ACK was there.
    while ((await peer.expect(200)).cseq.method !== 'BYE');
    expect(await destroyed.next()).toBe('gone');
    await drained(rig.server);
  });

  test('gets the BYE of the server itself when it never acknowledges', async () => {
    peer.request('INVITE', 1, SDP);
    peer.toTag = (await peer.expect(200)).toTag;
    const bye = await peer.expect('BYE');
    expect(bye.headers.get('Reason')).toContain('ACK timeout');
    peer.answer(bye, '200 OK');
    await drained(rig.server);
  });
});
