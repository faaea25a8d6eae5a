import { beforeEach, describe, expect, it } from 'vitest';
import { aSite, PASSWORD, Phone, SETTINGS, type Site, UDP } from './an-agent-room.js';

let site: Site;
let phone: Phone;
beforeEach(() => {
  site = aSite();
  phone = new Phone(site);
});

const contacts = (agent = 'li-na') => site.room.contactsOf(agent).map(({ uri }) => uri);

describe('Outbound and Path', () => {
  const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"';
  const ws = { host: '10.7.0.1', port: 40_000, transport: 'wss' };
  const outbound = (regId: number, port: number) => ({
    Contact: `<sip:li-na@df7jal23ls0d.invalid;transport=ws>;${instance};reg-id=${regId}`,
    Supported: 'path, outbound',
    Via: `SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK${port}`,
  });

  it('keep the flows of one device apart, and replace the one that is made anew', () => {
    const first = new Phone(site, 'li-na', PASSWORD, ws).register(outbound(1, 1));
    expect(first.headers).toMatchObject({ Require: 'outbound', 'Flow-Timer': '25' });
    expect(first.headers.Contact).toContain(`${instance};reg-id=1`);
    new Phone(site, 'li-na', PASSWORD, { ...ws, port: 40_001 }).register(outbound(2, 2));
    new Phone(site, 'li-na', PASSWORD, { ...ws, port: 40_002 }).register(outbound(1, 3));
    expect(site.room.contactsOf('li-na').map(({ ways }) => ways)).toEqual([
      [{ nextHop: 'sip:10.7.0.1:40002;transport=wss', peer: '10.7.0.1:40002/wss' }],
      [{ nextHop: 'sip:10.7.0.1:40001;transport=wss', peer: '10.7.0.1:40001/wss' }],
    ]);
  });

  it('go by the flow alone, over UDP too, where the phone keeps it open by STUN', () => {
    const nat = { Contact: `<sip:li-na@192.168.1.5:5060>;${instance};reg-id=1`, Supported: 'path, outbound' };
    const first = new Phone(site, 'li-na', PASSWORD, UDP).register(nat);
    expect(first.headers).toMatchObject({ Require: 'outbound', 'Flow-Timer': '25' });
    // Its NAT has given it another port: it makes the flow anew, and the one before is forgotten.
    new Phone(site, 'li-na', PASSWORD, { ...UDP, port: 5099 }).register(nat);
    expect(site.room.contactsOf('li-na')).toMatchObject([
      { device: '<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>', ways: [{ nextHop: 'sip:10.7.0.1:5099' }] },
    ]);
    const tcp = { ...UDP, transport: 'tcp' };
    const open = { ...nat, Contact: `<sip:li-na@10.7.0.1:5070;transport=tcp>;${instance};reg-id=2` };
    new Phone(site, 'li-na', PASSWORD, tcp).register(open);
    expect(site.room.contactsOf('li-na').map(({ ways }) => ways.map(({ nextHop }) => nextHop))).toEqual([
      ['sip:10.7.0.1:5099'],
      ['sip:10.7.0.1:5062;transport=tcp'],
    ]);
  });

  it('are not offered over UDP where the SIP server answers no STUN', () => {
    const { limits } = SETTINGS;
    const other = aSite({}, { limits: { ...limits, answersStun: false } });
    const answer = new Phone(other, 'li-na', PASSWORD, UDP).register({
      Contact: `<sip:li-na@192.168.1.5:5060>;${instance};reg-id=1`,
      Supported: 'path, outbound',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.Require).toBeUndefined();
    expect(other.room.contactsOf('li-na')).toMatchObject([{ device: null }]);
  });

  it('of one agent are no concern of another: a device is known by its account', () => {
    const claim = { Contact: `<sip:x@10.7.0.1:5062>;${instance};reg-id=1`, Supported: 'outbound' };
    new Phone(site, 'li-na', PASSWORD, UDP).register(claim);
    new Phone(site, 'chen', PASSWORD, { ...UDP, port: 6000 }).register({ ...claim });
    expect(site.room.contactsOf('li-na')).toHaveLength(1);
    expect(site.room.contactsOf('li-na')).toMatchObject([{ ways: [{ nextHop: 'sip:10.7.0.1:5062' }] }]);
  });

  it('need a first hop that knows them', () => {
    const via = 'SIP/2.0/UDP 10.9.0.1;branch=z9hG4bK1, SIP/2.0/WSS x.invalid;branch=z9hG4bK2';
    const answer = phone.register({ ...outbound(1, 1), Via: via, Path: '<sip:10.9.0.1;lr>' });
    expect(answer.status).toBe(439);
    expect(phone.register({ ...outbound(1, 1), Via: via, Path: '<sip:token@10.9.0.1;lr;ob>' }).status).toBe(
      200,
    );
  });

  it('lead calls by the proxies that the REGISTER came by', () => {
    const path = '<sip:10.9.0.1:5070;lr>, <sip:edge@10.9.0.2;transport=tcp;lr>';
    expect(phone.register({ Path: path, Supported: 'path' }).headers.Path).toBe(path);
    expect(site.room.contactsOf('li-na')).toMatchObject([
      { route: path, ways: [{ nextHop: 'sip:10.9.0.1:5070;lr', peer: '10.9.0.1:5070/udp' }] },
    ]);
  });
});

describe('the way to a phone', () => {
  const wayOf = (contact: string, source = UDP, rport = true) => {
    new Phone(site, 'li-na', PASSWORD, source).register({
      Contact: contact,
      Via: `SIP/2.0/UDP x;branch=z9hG4bK1${rport ? ';rport' : ''}`,
    });
    return site.room.contactsOf('li-na').flatMap(({ ways }) => ways.map(({ nextHop }) => nextHop));
  };
  const tcp = { host: '10.7.0.1', port: 40_000, transport: 'tcp' };

  it.each([
    ['is its Contact where that is where it sends from', '<sip:a@10.7.0.1:5062>', UDP, true, [null]],
    ['is the binding of its NAT', '<sip:a@192.168.1.5:5060>', UDP, true, ['sip:10.7.0.1:5062']],
    ['is where it sends from when it asks for that', '<sip:a@10.7.0.1:9>', UDP, true, ['sip:10.7.0.1:5062']],
    ['is another port when it does not', '<sip:a@10.7.0.1:9>', UDP, false, [null]],
    [
      'is its connection, then its Contact',
      '<sip:a@10.7.0.1:5060;transport=tcp>',
      tcp,
      true,
      ['sip:10.7.0.1:40000;transport=tcp', null],
    ],
    [
      'is its connection alone where nobody can connect to it',
      '<sip:a@x.invalid;transport=ws>',
      { ...tcp, transport: 'ws' },
      true,
      ['sip:10.7.0.1:40000;transport=ws'],
    ],
  ])('%s', (_, contact, source, rport, ways) => {
    expect(wayOf(contact, source, rport)).toEqual(ways);
  });

  it('is not gone before each of them was tried, and is back with the next REGISTER', () => {
    const far = new Phone(site, 'li-na', PASSWORD, tcp);
    const contact = '<sip:a@10.7.0.1:5060;transport=tcp>';
    far.register({ Contact: contact });
    const id = site.room.contactsOf('li-na')[0]?.id ?? '';
    site.room.lost(id, 'sip:10.7.0.1:40000;transport=tcp');
    expect(contacts()).toHaveLength(1);
    site.room.lost(id, null);
    expect(contacts()).toEqual([]);
    expect(site.room.registrations()).toMatchObject([{ lost: true }]);
    far.register({ Contact: contact });
    expect(contacts()).toHaveLength(1);
    expect(site.news.map(({ type }) => type)).toEqual([
      'agent-registered',
      'agent-unregistered',
      'agent-registered',
    ]);
  });

  it('is kept open by OPTIONS where there is a NAT, and given up when nobody answers any more', async () => {
    phone.register({ Contact: '<sip:a@192.168.1.5>' });
    new Phone(site, 'chen', PASSWORD, { ...UDP, port: 6000 }).register();
    site.clock.pass(60_000);
    await Promise.resolve();
    expect(site.asked).toContainEqual({ uri: 'sip:a@192.168.1.5', nextHop: 'sip:10.7.0.1:5062' });
    expect(site.asked.every(({ uri }) => uri === 'sip:a@192.168.1.5')).toBe(true);
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 1000) {
        site.clock.pass(1000);
        for (let i = 0; i < 5; i++) await Promise.resolve();
      }
    };
    site.answers = 408;
    await pass(90_000);
    expect(contacts()).toEqual([]);
    site.answers = 404;
    await pass(30_000);
    expect(contacts()).toEqual(['sip:a@192.168.1.5']);
  });
});
