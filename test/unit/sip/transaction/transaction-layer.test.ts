import { beforeEach, expect, test } from 'vitest';
import { Headers } from '../../../../src/sip/message/headers.js';
import { NO_BODY, type SipMessage, SipRequest, SipResponse } from '../../../../src/sip/message/message.js';
import type { ServerTransaction } from '../../../../src/sip/transaction/server-transaction.js';
import { sipTimers } from '../../../../src/sip/transaction/timers.js';
import { sendResponse, TransactionLayer } from '../../../../src/sip/transaction/transaction-layer.js';
import type { Flow, Listener } from '../../../../src/sip/transport/flow.js';
import { VirtualClock } from '../support/virtual-clock.js';

const listener: Listener = {
  transport: 'udp',
  family: 4,
  host: '10.0.0.1',
  port: 5060,
  publicHost: '10.0.0.1',
  publicPort: 5060,
};

function flow(port: number, reliable = false): Flow {
  return {
    key: `to ${port}`,
    listener,
    remoteHost: '10.0.0.2',
    remotePort: port,
    reliable,
    open: true,
    send: () => undefined,
  };
}

function headers(branch: string, method: string, via = ''): Headers {
  return new Headers()
    .add('Via', `SIP/2.0/UDP 10.0.0.2:5070;branch=${branch}${via}`)
    .add('From', '<sip:a@b>;tag=f')
    .add('To', '<sip:c@d>')
    .add('Call-ID', 'id')
    .add('CSeq', `1 ${method}`);
}

const request = (method: string, branch: string, via = ''): SipRequest =>
  new SipRequest(method, 'sip:c@d', headers(branch, method, via), NO_BODY);
const response = (status: number, to: SipRequest): SipResponse =>
  new SipResponse(status, 'x', to.headers, NO_BODY);

let clock: VirtualClock;
let layer: TransactionLayer;
let sent: { message: SipMessage; port: number; at: number }[];
let requests: ServerTransaction[];
let acks: SipRequest[];
let strays: number;
let repeated: (string | number)[];

beforeEach(() => {
  clock = new VirtualClock();
  sent = [];
  requests = [];
  acks = [];
  strays = 0;
  repeated = [];
  const start = clock.now();
  layer = new TransactionLayer(
    clock,
    sipTimers(),
    {
      send: (over, message) => sent.push({ message, port: over.remotePort, at: clock.now() - start }),
      reopen: (_listener, _host, port) => flow(port),
    },
    {
      onRequest: (_request, transaction) => requests.push(transaction),
      onAck: (ack) => acks.push(ack),
      onStray: () => {
        strays++;
      },
      onRepeated: (message) => repeated.push(message.kind === 'request' ? message.method : message.status),
    },
  );
});

function outcomes(): { user: Parameters<TransactionLayer['request']>[2]; heard: string[] } {
  const heard: string[] = [];
  const user = {
    onResponse: (message: SipResponse) => heard.push(String(message.status)),
    onTimeout: () => heard.push('timeout'),
    onFailure: () => heard.push('failure'),
  };
  return { user, heard };
}

test('a silent peer gets the INVITE seven times in 32 seconds', () => {
  const { user, heard } = outcomes();
  layer.request(request('INVITE', 'z9hG4bKa'), flow(5070), user);
  clock.advance(31_999);
  expect(heard).toEqual([]);
  clock.advance(1);
  expect(heard).toEqual(['timeout']);
  expect(sent.map(({ at }) => at)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  expect([layer.clientCount, clock.pending]).toEqual([0, 0]);
});

test('a silent peer gets another request eleven times', () => {
  const { user, heard } = outcomes();
  layer.request(request('BYE', 'z9hG4bKa'), flow(5070), user);
  clock.advance(32_000);
  expect(heard).toEqual(['timeout']);
  expect(sent.map(({ at }) => at)).toEqual([
    0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
  ]);
});

test('responses are matched by branch and method', () => {
  const invite = outcomes();
  const cancel = outcomes();
  const over = flow(5070);
  layer.request(request('INVITE', 'z9hG4bKa'), over, invite.user);
  layer.request(request('CANCEL', 'z9hG4bKa'), over, cancel.user);
  layer.receive(response(200, request('CANCEL', 'z9hG4bKa')), over);
  layer.receive(response(487, request('INVITE', 'z9hG4bKa')), over);
  layer.receive(response(487, request('INVITE', 'z9hG4bKother')), over);
  expect([invite.heard, cancel.heard, strays]).toEqual([['487'], ['200'], 1]);
  expect(sent.at(-1)?.message).toMatchObject({ method: 'ACK', uri: 'sip:c@d' });
  expect(sent.at(-1)?.message.via?.branch).toBe('z9hG4bKa');
});

test('a broken flow fails what is unanswered on it, nothing else', () => {
  const [here, ringing, elsewhere] = [outcomes(), outcomes(), outcomes()];
  layer.request(request('INVITE', 'z9hG4bK1'), flow(5070), here.user);
  layer.request(request('INVITE', 'z9hG4bK2'), flow(5070), ringing.user);
  layer.request(request('INVITE', 'z9hG4bK3'), flow(5071), elsewhere.user);
  layer.receive(response(180, request('INVITE', 'z9hG4bK2')), flow(5070));
  layer.flowFailed('to 5070');
  expect([here.heard, ringing.heard, elsewhere.heard]).toEqual([['failure'], ['180'], []]);
});

test('requests are matched by branch, sent-by and method; ACK belongs to its INVITE', () => {
  const over = flow(5070);
  layer.receive(request('INVITE', 'z9hG4bKs'), over);
  layer.receive(request('INVITE', 'z9hG4bKs'), over);
  layer.receive(request('CANCEL', 'z9hG4bKs'), over);
  expect(requests.map((transaction) => transaction.request.method)).toEqual(['INVITE', 'CANCEL']);
  const [invite] = requests;
  expect(layer.cancelled(request('CANCEL', 'z9hG4bKs'))).toBe(invite);
  expect(invite && sendResponse(invite, response(486, invite.request))).toBe(true);
  clock.advance(500);
  layer.receive(request('ACK', 'z9hG4bKs'), over);
  clock.advance(5000);
  expect(sent.map(({ message }) => (message.kind === 'response' ? message.status : 0))).toEqual([486, 486]);
  expect(acks).toEqual([]);
  layer.receive(request('ACK', 'z9hG4bKelse'), over);
  expect(acks).toHaveLength(1);
});

test('peers without unique branches are told apart by Call-ID, tags and CSeq', () => {
  const over = flow(5070);
  layer.receive(request('OPTIONS', '1'), over);
  layer.receive(request('OPTIONS', '1'), over);
  expect(requests).toHaveLength(1);
  const other = headers('1', 'OPTIONS').set('Call-ID', 'another');
  layer.receive(new SipRequest('OPTIONS', 'sip:c@d', other, NO_BODY), over);
  expect(requests).toHaveLength(2);
});

test('a response goes to the source port when rport asks for it, else to the port of the Via', () => {
  for (const [via, port] of [
    ['', 5070],
    [';rport', 9999],
  ] as const) {
    layer.receive(request('OPTIONS', `z9hG4bK${port}`, via), flow(9999));
    const transaction = requests.at(-1);
    if (transaction !== undefined) sendResponse(transaction, response(200, transaction.request));
    expect(sent.at(-1)?.port).toBe(port);
  }
  clock.advance(32_000);
  expect([layer.serverCount, clock.pending]).toEqual([0, 0]);
});

test('what comes again is told apart from what comes first', () => {
  const options = request('OPTIONS', 'z9hG4bK-again');
  layer.receive(options, flow(5070));
  layer.receive(options, flow(5070));
  const { user } = outcomes();
  const own = request('MESSAGE', 'z9hG4bK-own');
  layer.request(own, flow(5060), user);
  layer.receive(response(200, own), flow(5060));
  layer.receive(response(200, own), flow(5060));
  expect(repeated).toEqual(['OPTIONS', 200]);
});
