import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LegEvent } from '../../src/engine/signalling.js';
import { SrfSignalling } from '../../src/engine/srf-signalling.js';
import type { SipMessage } from '../../src/sip/message/message.js';
import { ACCOUNT, areRight, challenge, credentialsOf } from './support/challenging-peer.js';
import { drained, FAST, Inbox, type Rig, SDP, SECRET, type SrfRequest, startRig } from './support/rig.js';
import { WirePeer } from './support/wire-peer.js';

/** Digest as a client, against a peer that reckons for itself what is right. */

const MD5 = 'Digest realm="r", nonce="md5", algorithm=MD5, qop="auth"';
const SHA = 'Digest realm="r", nonce="sha", algorithm=SHA-256, qop="auth", opaque="of sha"';

let rig: Rig;
let peer: WirePeer;
let uri: string;

beforeEach(async () => {
  peer = await WirePeer.open();
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  uri = `sip:110@127.0.0.1:${peer.port}`;
});

afterEach(async () => {
  peer.close();
  await rig.close();
});

describe('an application that uses plain drachtio-srf with auth', () => {
  /** Sends OPTIONS and gives the status of the last response. */
  function final(): Promise<number> {
    return new Promise((resolve, reject) => {
      rig.srf.request(
        { uri, method: 'OPTIONS', headers: {}, auth: { ...ACCOUNT } },
        (error, sent: SrfRequest) => {
          if (error) reject(error);
          else sent.on('response', (response) => resolve(response.status));
        },
      );
    });
  }

  test.each([
    ['MD5 alone', [MD5]],
    ['MD5 without qop', ['Digest realm="r", nonce="md5"']],
    ['SHA-256 before MD5', [SHA, MD5]],
    ['SHA-256 behind MD5', [MD5, SHA]],
    ['auth-int before auth', [MD5.replace('"auth"', '"auth-int,auth"')]],
    ['another scheme before it', ['Bearer realm="b", scope="s"', MD5]],
  ])('answers %s', async (_, challenges) => {
    const status = final();
    await challenge(peer, rig.port, await peer.expectNew('OPTIONS'), challenges);
    const again = await peer.expectNew('OPTIONS');
    expect(again.cseq.number).toBe(2);
    expect(credentialsOf(again)).toMatchObject({ nonce: 'md5', realm: 'r', uri });
    expect(credentialsOf(again).opaque).toBeUndefined();
    expect(areRight(again)).toBe(true);
    peer.answer(rig.port, again, '200 OK', 'ok');
    expect(await status).toBe(200);
    await drained(rig.server);
  });

  test('makes a call with it, and ends it', async () => {
    const made = rig.srf.createUAC(uri, { localSdp: SDP, auth: { ...ACCOUNT } });
    await challenge(
      peer,
      rig.port,
      await peer.expectNew('INVITE'),
      [SHA, MD5],
      '407 Proxy Authentication Required',
    );
    const invite = await peer.expectNew('INVITE');
    expect(areRight(invite, 'Proxy-Authorization')).toBe(true);
    const contact = `Contact: <sip:110@127.0.0.1:${peer.port}>`;
    peer.answer(rig.port, invite, '200 OK', 'callee', [contact, 'Content-Type: application/sdp'], SDP);
    const dialog = await made;
    const ack = await peer.expect('ACK');
    // RFC 3261 §22.1: the ACK has the credentials of its INVITE.
    expect(ack.headers.get('Proxy-Authorization')).toBe(invite.headers.get('Proxy-Authorization'));
    const gone = dialog.destroy();
    peer.answer(rig.port, await peer.expectNew('BYE'), '200 OK', 'callee');
    await gone;
    await drained(rig.server);
  });
});

describe('our engine', () => {
  let signalling: SrfSignalling;
  let events: Inbox<LegEvent>;

  beforeEach(async () => {
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => log };
    signalling = new SrfSignalling({ host: '127.0.0.1', port: rig.controlPort, secret: SECRET }, log, () =>
      'ab'.repeat(16),
    );
    events = new Inbox();
    await signalling.connect({
      onInvite: () => {},
      onHeardAgain: () => {},
      onLegEvent: events.put,
      onLink: () => {},
      onRegister: () => null,
      knowsSource: () => true,
    });
  });
  afterEach(() => signalling.close());

  const call = (credentials: typeof ACCOUNT | null = ACCOUNT): void =>
    signalling.invite('leg', {
      uri,
      headers: {},
      sdp: SDP,
      credentials,
      from: 'caller',
      bodies: [],
      nextHop: null,
      route: null,
    });

  async function event<T extends LegEvent['type']>(type: T): Promise<Extract<LegEvent, { type: T }>> {
    const next = await events.next();
    if (next.type !== type) throw new Error(`${JSON.stringify(next)} instead of ${type}`);
    return next as Extract<LegEvent, { type: T }>;
  }

  function accept(invite: SipMessage): void {
    const contact = `Contact: <sip:desk@127.0.0.1:${peer.port}>`;
    peer.answer(rig.port, invite, '200 OK', 'callee', [contact, 'Content-Type: application/sdp'], SDP);
  }

  test('answers the strongest of several challenges, and those to later requests of the call', async () => {
    call();
    const first = await peer.expectNew('INVITE');
    await event('sent');
    await challenge(peer, rig.port, first, [MD5, SHA]);
    const again = await peer.expectNew('INVITE');
    expect([again.callId, again.fromTag, again.cseq.number]).toEqual([first.callId, first.fromTag, 2]);
    expect(credentialsOf(again)).toMatchObject({ algorithm: 'SHA-256', nonce: 'sha', opaque: 'of sha', uri });
    expect(areRight(again)).toBe(true);
    accept(again);
    expect(await event('answered')).toMatchObject({ leg: 'leg' });
    signalling.ack('leg', null);
    await peer.expect('ACK');
    signalling.bye('leg', {});
    await challenge(peer, rig.port, await peer.expectNew('BYE'), [SHA]);
    const bye = await peer.expectNew('BYE');
    // The Request-URI that is signed is the one on the wire, the peer's Contact; the nonce is used a second time.
    expect(credentialsOf(bye)).toMatchObject({ uri: `sip:desk@127.0.0.1:${peer.port}`, nc: '00000002' });
    expect(bye.kind === 'request' && bye.uri).toBe(`sip:desk@127.0.0.1:${peer.port}`);
    expect(areRight(bye)).toBe(true);
    peer.answer(rig.port, bye, '200 OK', 'callee');
    await event('bye-answered');
    await drained(rig.server);
  });

  test('answers a proxy, then the peer behind it, then a nonce that was too old', async () => {
    call();
    const proxy = MD5.replace('"r"', '"proxy"');
    await challenge(
      peer,
      rig.port,
      await peer.expectNew('INVITE'),
      [proxy],
      '407 Proxy Authentication Required',
    );
    await challenge(peer, rig.port, await peer.expectNew('INVITE'), [SHA]);
    const both = await peer.expectNew('INVITE');
    expect([areRight(both), areRight(both, 'Proxy-Authorization')]).toEqual([true, true]);
    await challenge(peer, rig.port, both, [`${SHA.replace('"sha"', '"new"')}, stale=true`]);
    const last = await peer.expectNew('INVITE');
    expect(credentialsOf(last).nonce).toBe('new');
    expect([areRight(last), last.cseq.number]).toEqual([true, 4]);
    await event('sent');
    peer.answer(rig.port, last, '486 Busy Here', 'callee');
    expect(await event('failed')).toMatchObject({ status: 486, reached: true });
    await drained(rig.server);
  });

  test('gives up where name or password are refused, and without an account at once', async () => {
    call();
    await event('sent');
    await challenge(peer, rig.port, await peer.expectNew('INVITE'), [SHA]);
    await challenge(peer, rig.port, await peer.expectNew('INVITE'), [SHA.replace('"sha"', '"other"')]);
    expect(await event('failed')).toMatchObject({ status: 401 });
    signalling.forget('leg');
    call(null);
    await event('sent');
    await challenge(peer, rig.port, await peer.expectNew('INVITE'), [SHA]);
    expect(await event('failed')).toMatchObject({ status: 401 });
    await drained(rig.server);
  });

  test('a call that was cancelled is not tried again when its challenge crosses the CANCEL', async () => {
    call();
    const invite = await peer.expectNew('INVITE');
    await event('sent');
    peer.answer(rig.port, invite, '180 Ringing', 'callee');
    await event('provisional');
    signalling.cancel('leg', {});
    const cancel = await peer.expectNew('CANCEL');
    peer.answer(rig.port, cancel, '200 OK', 'callee');
    await challenge(peer, rig.port, invite, [SHA]);
    expect(await event('failed')).toMatchObject({ status: 401 });
    await drained(rig.server);
    expect(peer.received.items.filter((m) => m.kind === 'request' && m.cseq.number > 1)).toEqual([]);
  });
});
