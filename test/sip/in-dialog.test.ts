import { afterEach, expect, test } from 'vitest';
import {
  drained,
  FAST,
  Inbox,
  type Rig,
  SDP,
  type SrfMessage,
  type SrfRequest,
  startRig,
} from './support/rig.js';
import { startSipp } from './support/sipp.js';

let rig: Rig;

afterEach(async () => {
  await rig.close();
});

/** Sends a request in a dialog the way the engine does: without a Dialog object. Resolves with the final response. */
function requestInDialog(dialogId: string, options: object): Promise<SrfMessage> {
  return new Promise((resolve, reject) => {
    const all = { stackDialogId: dialogId, uri: 'sip:placeholder', headers: {}, ...options };
    rig.srf.request(all, (error, sent) => {
      if (error) {
        reject(error);
        return;
      }
      sent.on('response', (response, ack) => {
        if (response.status < 200) return;
        ack({});
        resolve(response);
      });
    });
  });
}

/** Answers calls and every request in them with 200 (REFER with 202); notes method and dialog id. */
function answerEverything(): { seen: Inbox<SrfRequest>; established: Inbox<string> } {
  const seen = new Inbox<SrfRequest>();
  const established = new Inbox<string>();
  rig.srf.invite((req, res) => {
    seen.put(req);
    res.send(200, { body: SDP }, (error) => {
      expect(error).toBeNull();
      if (req.stackDialogId === '') established.put(dialogIdOf(req));
    });
  });
  for (const method of ['bye', 'info', 'update', 'refer', 'notify', 'options', 'message', 'ack']) {
    rig.srf.use(method, (req, res) => {
      seen.put(req);
      if (req.method !== 'ACK')
        res.send(req.method === 'REFER' ? 202 : 200, req.method === 'UPDATE' ? { body: SDP } : {});
    });
  }
  return { seen, established };
}

function dialogIdOf(req: SrfMessage): string {
  return `${req.get('Call-ID')};from-tag=${/;tag=([^;]+)/.exec(req.get('From'))?.[1]}`;
}

/** A 200 that is sent again before a busy sipp has acknowledged it would pass for the answer to the next request. */
const UNHURRIED = { t1: 80, t2: 320, t4: 100 };

test('every request of the caller in a call reaches the application with the dialog id', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: UNHURRIED });
  const { seen } = answerEverything();
  await (await startSipp({ scenario: 'uac-in-dialog', target: rig.port })).done;
  const methods = seen.items.map((req) => req.method);
  expect(methods).toEqual(['INVITE', 'ACK', 'INVITE', 'ACK', 'UPDATE', 'INFO', 'OPTIONS', 'MESSAGE', 'BYE']);
  const [invite, ...others] = seen.items;
  expect(invite?.stackDialogId).toBe('');
  for (const req of others) expect(req.stackDialogId).toBe(invite && dialogIdOf(invite));
  await drained(rig.server);
});

test('every request of the answerer in a call reaches the application with the dialog id', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: UNHURRIED });
  const { seen } = answerEverything();
  const sipp = await startSipp({ scenario: 'uas-in-dialog' });
  const answer = await call(`sip:bob@127.0.0.1:${sipp.port}`);
  await sipp.done;
  expect(seen.items.map((req) => req.method)).toEqual(['INVITE', 'ACK', 'UPDATE', 'INFO', 'BYE']);
  for (const req of seen.items) expect(req.stackDialogId).toBe(answer.stackDialogId);
  await drained(rig.server);
});

/** Calls at the lowest level and acknowledges. */
function call(uri: string): Promise<SrfMessage> {
  return new Promise((resolve, reject) => {
    rig.srf.request({ uri, method: 'INVITE', headers: {}, body: SDP }, (error, sent) => {
      if (error) {
        reject(error);
        return;
      }
      sent.on('response', (response, ack) => {
        if (response.status < 200) return;
        ack({});
        resolve(response);
      });
    });
  });
}

test('REFER is answered and NOTIFY goes out in the same dialog', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const { seen } = answerEverything();
  const sipp = await startSipp({ scenario: 'uac-refer', target: rig.port });
  for (;;) {
    const req = await seen.next();
    if (req.method !== 'REFER') continue;
    expect(req.get('Refer-To')).toBe('<sip:110@example.invalid>');
    for (const state of ['active;expires=60', 'terminated;reason=noresource']) {
      const response = await requestInDialog(req.stackDialogId, {
        method: 'NOTIFY',
        headers: { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' },
        body: 'SIP/2.0 100 Trying\r\n',
      });
      expect(response.status).toBe(200);
    }
    break;
  }
  await sipp.done;
  await drained(rig.server);
});

test('re-INVITE, UPDATE, INFO and BYE go to the caller', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const { established, seen } = answerEverything();
  const sipp = await startSipp({ scenario: 'uac-called-back', target: rig.port });
  const dialogId = await established.next();
  while ((await seen.next()).method !== 'ACK');
  for (const method of ['INVITE', 'UPDATE', 'INFO', 'BYE']) {
    const body = method === 'INFO' || method === 'BYE' ? undefined : SDP;
    const response = await requestInDialog(dialogId, { method, body });
    expect(response.status).toBe(200);
    expect(response.stackDialogId).toBe(dialogId);
  }
  await sipp.done;
  await drained(rig.server);
});

test('a request in a dialog that is over is refused with the words that drachtio-srf knows', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  const failed = requestInDialog('gone;from-tag=1', { method: 'BYE' });
  await expect(failed).rejects.toMatchObject({
    code: 'ENODIALOG',
    message: 'Server error: unable to find dialog for dialog id provided',
  });
});
