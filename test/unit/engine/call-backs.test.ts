import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentContact } from '../../../src/agents/agent-contacts.js';
import { NO_AGENTS } from '../../../src/agents/agents.js';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { CallBackRequest } from '../../../src/engine/operations.js';
import { unlimited } from '../../../src/engine/overload.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { planOf } from '../dialplan/plan-text.js';
import { anEngine } from './an-engine.js';
import { FakeSignalling } from './fake-signalling.js';

const plan = (callBack: string) => `
numbering: { country: "86", area: "22" }
policies: { callBack: ${callBack} }
members:
  city:
    numbers: ["12345"]
    name: { zh: 市, en: City }
    field: city
    source: example
    targets: [{ trunk: pbx-city, number: "8001", ringSeconds: 7 }]
  police:
    numbers: ["110"]
    name: { zh: 警, en: Police }
    field: police
    emergency: true
    source: example
    targets: [{ trunk: pbx-city, number: "9001" }]
trunks:
  line: { kind: carrier, sources: ["10.9.0.0/16"], gateways: [10.9.0.1, 10.9.0.2], capacity: 1, numberFormat: e164 }
  other: { kind: carrier, sources: ["10.8.0.0/16"], gateways: [10.8.0.1] }
  deaf: { kind: carrier, sources: ["10.7.0.0/16"] }
  pbx-city: { kind: member, member: city, sources: ["10.1.0.0/16"], gateways: [10.1.0.1] }
`;

const LI = {
  id: 'li-na',
  member: 'city',
  extension: '8017',
  displayName: '李娜',
  role: 'agent',
  skills: [],
  languages: [],
  liaisonFor: [],
  enabled: true,
} as const;
const phone: AgentContact = {
  id: 'binding-1',
  agent: 'li-na',
  uri: 'sip:li-na@10.3.0.1',
  device: null,
  route: null,
  ways: [{ nextHop: null, peer: '10.3.0.1:5060/udp' }],
};
const request: CallBackRequest = {
  missedCall: 'missed-1',
  member: 'city',
  callerNumber: '13800000000',
  trunk: 'line',
  agent: { by: 'extension', member: 'city', extension: '8001' },
  requestedBy: 'desk',
};
const SPEECH = 'v=0\r\nc=IN IP4 10.1.0.1\r\nm=audio 4000 RTP/AVP 8\r\n';
const answered = { type: 'answered', sdp: 'v=0\r\n', allowsUpdate: false, agent: null } as const;

describe('a call back', () => {
  let sip: FakeSignalling;
  let engine: Engine;
  let ledger: MemoryLedger;
  let phones: readonly AgentContact[];

  async function start(callBack = '{}', maxCalls = 10): Promise<void> {
    sip = new FakeSignalling();
    ledger = new MemoryLedger();
    phones = [];
    engine = anEngine({
      signalling: sip,
      ledger,
      maxCalls,
      admission: unlimited,
      dialPlan: new DialPlanHolder(planOf(plan(callBack))),
      agents: {
        ...NO_AGENTS,
        agent: (id) => (id === LI.id ? LI : undefined),
        agents: () => [LI],
        contactsOf: () => phones,
      },
    });
    await engine.start();
  }
  beforeEach(() => start());

  /** Who is asked to be called, in order: by what URI, and the headers that say who calls. */
  const invites = () =>
    sip.sent
      .filter(({ what }) => what === 'invite')
      .map(({ leg, detail }) => ({ leg, ...(detail as { uri: string; headers: Record<string, string> }) }));
  const refusal = (more: Partial<CallBackRequest> = {}) => {
    const result = engine.callBacks.begin({ ...request, ...more });
    return result.ok ? 'ok' : result.refusal.code;
  };

  it('calls the desk, then the caller by the carrier that they came by, with the number that they had called', () => {
    expect(engine.callBacks.begin(request)).toEqual({ ok: true, value: { callId: 'call1' } });
    expect(invites()).toMatchObject([{ uri: 'sip:8001@10.1.0.1:5060', sdp: null }]);
    sip.event({ ...answered, leg: 'call1-1' });
    const [, caller] = invites();
    expect(caller).toMatchObject({
      uri: 'sip:%2B8613800000000@10.9.0.1:5060',
      headers: {
        From: '<sip:+862212345@localhost>',
        'P-Asserted-Identity': '<sip:+862212345@localhost>',
        'Max-Forwards': '69',
      },
    });
    expect(Object.keys(caller?.headers ?? {})).toHaveLength(3);
    expect(engine.liveCall('call1')).toMatchObject({ phase: 'calling-back', callBackOf: 'missed-1' });
  });

  it('of an emergency desk is marked as one (RFC 7090)', () => {
    const agent = { by: 'extension', member: 'police', extension: '9001' } as const;
    expect(refusal({ member: 'police', agent })).toBe('ok');
    sip.event({ ...answered, leg: 'call1-1' });
    expect(invites()[1]?.headers).toMatchObject({ Priority: 'psap-callback' });
  });

  it('goes to the next gateway when nobody is at the first, and is noted when the caller answers', () => {
    engine.callBacks.begin(request);
    sip.event({ ...answered, leg: 'call1-1' });
    sip.event({ type: 'failed', leg: 'call1-2', status: 408, reason: null, reached: false });
    expect(invites().map(({ uri }) => uri)).toEqual([
      'sip:8001@10.1.0.1:5060',
      'sip:%2B8613800000000@10.9.0.1:5060',
      'sip:%2B8613800000000@10.9.0.2:5060',
    ]);
    sip.event({ ...answered, leg: 'call1-3' });
    const audits = ledger.records.filter(({ kind }) => kind === 'audit');
    expect(audits).toMatchObject([
      { action: 'called-back', subject: 'missed-1', callId: 'call1', actor: 'desk' },
    ]);
  });

  it('goes out by the carriers that the plan names, and not by one that is full', async () => {
    await start('{ trunks: [line, other] }');
    sip.call('sip:12345@x', { ip: '10.9.0.7', port: 5060 });
    expect(refusal({ trunk: null })).toBe('ok');
    sip.event({ ...answered, leg: 'call2-1' });
    expect(invites().at(-1)?.uri).toBe('sip:13800000000@10.8.0.1:5060');
  });

  it('rings the phones of an account', () => {
    phones = [phone];
    expect(refusal({ agent: { by: 'agent', agent: 'li-na' } })).toBe('ok');
    expect(invites()).toMatchObject([{ uri: 'sip:li-na@10.3.0.1' }]);
    const another = { callerNumber: '13900000000', agent: { by: 'agent', agent: 'li-na' } } as const;
    expect(refusal(another)).toBe('agent-busy');
  });

  it('is refused where it cannot be, or must not be', () => {
    expect(refusal({ callerNumber: null })).toBe('number-withheld');
    expect(refusal({ callerNumber: 'anonymous' })).toBe('number-withheld');
    expect(refusal({ callerNumber: '+4930123456' })).toBe('number-not-allowed');
    expect(refusal({ trunk: 'deaf' })).toBe('no-way-out');
    expect(refusal({ trunk: 'pbx-city' })).toBe('no-way-out');
    expect(refusal({ trunk: null })).toBe('no-way-out');
    expect(refusal({ agent: { by: 'agent', agent: 'nobody' } })).toBe('unknown-agent');
    expect(refusal({ agent: { by: 'agent', agent: 'li-na' } })).toBe('agent-unreachable');
    expect(refusal({ agent: { by: 'extension', member: 'city', extension: '9001' } })).toBe('unknown-agent');
    expect(invites()).toEqual([]);
  });

  it('of one number is made once at a time, however the number is written', () => {
    expect(refusal()).toBe('ok');
    expect(refusal({ missedCall: 'missed-2', callerNumber: '+86 13800000000' })).toBe('already-being-called');
    sip.event({ type: 'failed', leg: 'call1-1', status: 486, reason: null, reached: true });
    expect(engine.liveCalls()).toEqual([]);
    expect(refusal()).toBe('ok');
  });

  it('is refused while the carrier or the system is full, by a plan that wants none, and while the program stops', async () => {
    sip.call('sip:12345@x', { ip: '10.9.0.7', port: 5060 });
    expect(refusal()).toBe('full');
    await start('{}', 0);
    expect(refusal()).toBe('full');
    await start('null');
    expect(refusal()).toBe('no-way-out');
    await start();
    await engine.drain(0);
    expect(refusal()).toBe('shutting-down');
  });

  it('abroad is made where the plan says so', async () => {
    await start('{ abroad: true }');
    expect(refusal({ callerNumber: '+4930123456' })).toBe('ok');
  });

  it('goes on with another phone of the agent while the caller rings, and nobody else may take its place', () => {
    engine.callBacks.begin(request);
    sip.event({ ...answered, leg: 'call1-1' });
    const replaces = { leg: 'call1-1', earlyOnly: false };
    const taking = (ip: string, offer: string | null) =>
      sip.call('sip:12345@x', { ip, port: 5060 }, offer, { replaces }) as string;
    expect(sip.detail(taking('10.8.0.1', SPEECH), 'reject')).toBe(403);
    expect(engine.liveCall('call1')).toMatchObject({ phase: 'calling-back' });
    const phone = taking('10.1.0.1', SPEECH);
    expect(sip.detail(phone, 'answer')).toContain('a=inactive');
    expect(sip.on('call1-1').slice(-2)).toEqual(['ack', 'bye']);
    expect(sip.on('call1-2')).toEqual(['invite']);
    sip.event({ type: 'acked', leg: phone, sdp: null });
    sip.event({ ...answered, leg: 'call1-2', agent: '13800000000' });
    expect(engine.liveCall('call1')).toMatchObject({ phase: 'talking', callBackOf: 'missed-1' });
    expect(sip.detail('call1-2', 'offer')).toContain('m=audio 4000');
    const legs = engine.liveCall('call1')?.legs.map(({ id, role, agent }) => [id, role, agent]);
    expect(legs).toContainEqual(['call1-2', 'caller', null]);
    expect(legs).toContainEqual([phone, 'agent', '13800000000']);
    expect(ledger.records.filter(({ kind }) => kind === 'transfer')).toMatchObject([{ outcome: 'refused' }]);
  });

  it('gives a phone that takes over and wants an offer one without media', () => {
    engine.callBacks.begin(request);
    sip.event({ ...answered, sdp: SPEECH, leg: 'call1-1' });
    const replaces = { leg: 'call1-1', earlyOnly: false };
    const phone = sip.call('sip:12345@x', { ip: '10.1.0.1', port: 5060 }, null, { replaces }) as string;
    expect(sip.detail(phone, 'answer')).toContain('a=inactive');
    sip.event({ type: 'acked', leg: phone, sdp: SPEECH });
    sip.event({ ...answered, leg: 'call1-2' });
    expect(engine.liveCall('call1')).toMatchObject({ phase: 'talking' });
  });

  it('that reaches nobody is no missed call', () => {
    engine.callBacks.begin(request);
    sip.event({ ...answered, leg: 'call1-1' });
    sip.event({ type: 'failed', leg: 'call1-2', status: 486, reason: null, reached: true });
    sip.event({ type: 'bye-answered', leg: 'call1-1' });
    const calls = ledger.records.filter(({ kind }) => kind === 'call');
    expect(calls).toMatchObject([
      { outcome: 'not-reached', cause: 'busy', missed: false, callBackOf: 'missed-1', firstDialled: '12345' },
    ]);
    expect(ledger.records.filter(({ kind }) => kind === 'audit')).toMatchObject([
      { action: 'call-back-failed', subject: 'missed-1', detail: 'busy' },
    ]);
  });
});
