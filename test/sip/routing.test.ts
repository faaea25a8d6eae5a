import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAST, Inbox, type Rig, SDP, type SrfMessage, type SrfRequest, startRig } from './support/rig.js';
import { WireCall } from './support/wire-call.js';
import { WirePeer } from './support/wire-peer.js';

let rig: Rig;
let peer: WirePeer;
/** The hop that Route headers lead to. */
let proxy: WirePeer;

beforeEach(async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  peer = await WirePeer.open();
  proxy = await WirePeer.open();
});

afterEach(async () => {
  peer.close();
  proxy.close();
  await rig.close();
});

function send(options: object): void {
  rig.srf.request({ uri: 'sip:placeholder', headers: {}, ...options }, () => undefined);
}

describe('as answerer', () => {
  async function answeredThrough(recordRoute: string[]): Promise<SrfRequest> {
    const invites = new Inbox<SrfRequest>();
    rig.srf.invite((req, res) => {
      invites.put(req);
      res.send(200, { body: SDP });
    });
    const call = new WireCall(peer, rig.port, 'routes');
    const ok = await call.answered(recordRoute.map((route) => `Record-Route: ${route}`));
    expect(ok.headers.all('Record-Route')).toEqual(recordRoute);
    call.ack();
    return invites.next();
  }

  test('requests take the recorded route in its order, the target stays in the Request-URI', async () => {
    const routes = [`<sip:127.0.0.1:${proxy.port};lr>`, '<sip:second.invalid;lr;x=1>'];
    const invite = await answeredThrough(routes);
    send({ method: 'BYE', stackDialogId: `${invite.get('Call-ID')};from-tag=caller` });
    const bye = await proxy.expect('BYE');
    expect(bye).toMatchObject({ uri: `sip:caller@127.0.0.1:${peer.port}` });
    expect(bye.headers.all('Route')).toEqual(routes);
    expect(bye.headers.get('From')).toMatch(/^<sip:110@.*;tag=[0-9a-f]+$/);
    expect(bye.headers.get('CSeq')).toBe('1 BYE');
  });

  test('a strict router gets its own URI as Request-URI and the target as last Route', async () => {
    const invite = await answeredThrough([`<sip:127.0.0.1:${proxy.port}>`, '<sip:second.invalid;lr>']);
    send({ method: 'INFO', stackDialogId: `${invite.get('Call-ID')};from-tag=caller` });
    const info = await proxy.expect('INFO');
    expect(info).toMatchObject({ uri: `sip:127.0.0.1:${proxy.port}` });
    expect(info.headers.all('Route')).toEqual([
      '<sip:second.invalid;lr>',
      `<sip:caller@127.0.0.1:${peer.port}>`,
    ]);
  });

  test('a Contact in a re-INVITE moves the target', async () => {
    const invites = new Inbox<SrfRequest>();
    rig.srf.invite((req, res) => {
      invites.put(req);
      res.send(200, { body: SDP });
    });
    const call = new WireCall(peer, rig.port, 'moves');
    await call.answered();
    call.ack();
    const lines = call.lines('INVITE', 2).filter((line) => !line.startsWith('Contact'));
    peer.send(rig.port, [...lines, `Contact: <sip:moved@127.0.0.1:${proxy.port}>`]);
    await peer.expect(200);
    send({ method: 'BYE', stackDialogId: `${call.callId};from-tag=caller` });
    expect(await proxy.expect('BYE')).toMatchObject({ uri: `sip:moved@127.0.0.1:${proxy.port}` });
  });

  test('each response may have a To tag of its own; the one in the 200 makes the dialog', async () => {
    const calls = new Inbox<SrfMessage>();
    rig.srf.use('bye', (req, res) => {
      calls.put(req);
      res.send(200);
    });
    rig.srf.invite((_req, res) => {
      const bare = res.msg.headers.to ?? '';
      for (const [status, tag] of [
        [180, 'early-one'],
        [183, 'early-two'],
        [200, 'final'],
      ] as const) {
        res.msg.headers.to = `${bare};tag=${tag}`;
        res.send(status, status === 200 ? { body: SDP } : {});
      }
    });
    const call = new WireCall(peer, rig.port, 'tags');
    peer.send(rig.port, call.lines('INVITE', 1));
    expect((await peer.expect(180)).toTag).toBe('early-one');
    expect((await peer.expect(183)).toTag).toBe('early-two');
    expect((await peer.expect(200)).toTag).toBe('final');
    call.toTag = 'final';
    call.ack();
    call.toTag = 'early-one';
    await call.request('BYE', 481, 2);
    call.toTag = 'final';
    await call.request('BYE', 200, 3);
    expect(calls.items).toHaveLength(1);
  });
});

describe('as caller', () => {
  test('the recorded route of the 200 is taken backwards, for ACK and BYE alike', async () => {
    rig.srf.request(
      { uri: `sip:bob@127.0.0.1:${peer.port}`, method: 'INVITE', headers: {}, body: SDP },
      (_, sent) => {
        sent.on('response', (response, ack) => {
          ack({});
          send({ method: 'BYE', stackDialogId: response.stackDialogId });
        });
      },
    );
    const routes = ['Record-Route: <sip:far.invalid;lr>', `Record-Route: <sip:127.0.0.1:${proxy.port};lr>`];
    peer.answer(
      rig.port,
      await peer.expect('INVITE'),
      '200 OK',
      'b',
      [...routes, 'Contact: <sip:bob@10.9.9.9>'],
      SDP,
    );
    for (const method of ['ACK', 'BYE']) {
      const request = await proxy.expect(method);
      expect(request).toMatchObject({ uri: 'sip:bob@10.9.9.9' });
      expect(request.headers.all('Route')).toEqual([
        `<sip:127.0.0.1:${proxy.port};lr>`,
        '<sip:far.invalid;lr>',
      ]);
      expect(request.cseq.number).toBe(method === 'ACK' ? 1 : 2);
    }
  });

  test('the application may name the next hop, and its own headers are completed', async () => {
    const headers = {
      From: 'sip:12345@localhost',
      'P-Asserted-Identity': '"\u70ed\u7ebf" <sip:12345@localhost>',
      'x-private': 'a',
      'X-Custom-caseKept': 'b',
      'user-to-user': '00;encoding=hex',
      // The Path that a phone registered by (RFC 3327 §5.1); the next hop is said apart from it.
      Route: '<sip:edge.invalid;lr>',
    };
    const uri = 'sip:110@member.invalid';
    const options = { uri, method: 'INVITE', headers, body: SDP, proxy: `sip:127.0.0.1:${proxy.port}` };
    rig.srf.request(options, () => undefined);
    const invite = await proxy.expect('INVITE');
    const own = `127.0.0.1:${rig.port}`;
    expect(invite).toMatchObject({ uri });
    expect(invite.headers.get('From')).toMatch(new RegExp(`^<sip:12345@${own}>;tag=[0-9a-f]{10}$`));
    expect(invite.headers.get('P-Asserted-Identity')).toBe(`"\u70ed\u7ebf" <sip:12345@${own}>`);
    expect(invite.headers.get('To')).toBe('<sip:110@member.invalid>');
    expect(invite.headers.get('Contact')).toBe(`<sip:${own}>`);
    expect(invite.headers.get('Max-Forwards')).toBe('70');
    expect(invite.headers.get('Content-Type')).toBe('application/sdp');
    expect(invite.headers.get('User-to-User')).toBe('00;encoding=hex');
    expect(invite.headers.get('X-Custom-caseKept')).toBe('b');
    expect(invite.headers.all('Route')).toEqual(['<sip:edge.invalid;lr>']);
    expect(invite.body.toString()).toBe(SDP);
  });

  test.each([
    ['sip:me@127.0.0.1:OWN', 'can not send request to myself'],
    ['sip:bob@127.0.0.1:9;transport=sctp', 'is not supported'],
    ['tel:110', 'cannot send to tel:110'],
    ['sip:bob@127.0.0.1:9;transport=tcp', 'no listener for tcp'],
  ])('a request to %s is refused with a reason', async (uri, reason) => {
    const errors = new Inbox<Error | null>();
    const target = uri.replace('OWN', String(rig.port));
    rig.srf.request({ uri: target, method: 'OPTIONS', headers: {} }, (error) => errors.put(error));
    expect((await errors.next())?.message).toContain(reason);
    expect(rig.server.stats().live.outboundRequests).toBe(0);
  });

  test('a body that is not SDP must say its type', async () => {
    const errors = new Inbox<Error | null>();
    const uri = `sip:bob@127.0.0.1:${peer.port}`;
    rig.srf.request({ uri, method: 'MESSAGE', headers: {}, body: 'hello' }, (error) => errors.put(error));
    expect((await errors.next())?.message).toBe('missing content-type');
  });
});
