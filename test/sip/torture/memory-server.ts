import { systemClock } from '../../../src/sip/clock.js';
import { Counters } from '../../../src/sip/counters.js';
import type { Owner, Upcall } from '../../../src/sip/dialog/application.js';
import { refuseMalformed } from '../../../src/sip/dialog/refuse.js';
import { SipStack } from '../../../src/sip/dialog/stack.js';
import { DEFAULT_LIMITS } from '../../../src/sip/limits.js';
import { silentLog } from '../../../src/sip/log.js';
import { Headers } from '../../../src/sip/message/headers.js';
import { NO_BODY, type SipMessage } from '../../../src/sip/message/message.js';
import { type ParseResult, parseDatagram } from '../../../src/sip/message/parse.js';
import type { ProxyOrder } from '../../../src/sip/proxy/order.js';
import { DEFAULT_SUPPORTED } from '../../../src/sip/server.js';
import { sipTimers } from '../../../src/sip/transaction/timers.js';
import type { Flow, Listener } from '../../../src/sip/transport/flow.js';

const LISTENER: Listener = {
  transport: 'udp',
  family: 4,
  host: '192.0.2.200',
  port: 5060,
  publicHost: '192.0.2.200',
  publicPort: 5060,
};

const FLOW: Flow = {
  key: 'memory',
  listener: LISTENER,
  remoteHost: '192.0.2.1',
  remotePort: 5060,
  reliable: false,
  open: true,
  send: () => undefined,
};

/** Where requests are passed on to. */
const NEXT: ProxyOrder = {
  destinations: ['sip:192.0.2.7'],
  simultaneous: false,
  remainInDialog: false,
  followRedirects: false,
  provisionalTimeout: null,
  finalTimeout: null,
  headers: new Headers(),
};

/** Answers a request as an application would: status and reason, nothing for an ACK, or has it passed on. */
export type Application = (
  upcall: Extract<Upcall, { type: 'request' }>,
) => readonly [number, string] | 'proxy' | null;

/** The whole stack without sockets: what goes in, what comes out. */
export class MemoryServer {
  readonly sent: SipMessage[] = [];
  readonly upcalls: Upcall[] = [];
  readonly counters = new Counters();
  private readonly stack: SipStack;

  constructor(application: Application) {
    const send = (_flow: Flow, message: SipMessage): void => {
      this.sent.push(message);
    };
    const owner: Owner = {
      connected: true,
      deliver: (upcall) => {
        this.upcalls.push(upcall);
        if (upcall.type !== 'request') return;
        const answer = application(upcall);
        if (answer === null) return;
        if (answer === 'proxy') {
          this.stack.proxy(upcall.txnId, NEXT, { response: () => undefined, done: () => undefined });
          return;
        }
        const [status, reason] = answer;
        this.stack.respond(upcall.txnId, { status, reason, headers: new Headers(), body: NO_BODY });
      },
    };
    const served = new Set(['INVITE', 'OPTIONS', 'REGISTER', 'MESSAGE']);
    this.stack = new SipStack({
      clock: systemClock,
      timers: sipTimers({ t1: 500, t2: 4000, t4: 5000 }),
      limits: DEFAULT_LIMITS,
      log: silentLog,
      counters: this.counters,
      transport: {
        listeners: [LISTENER],
        select: () => LISTENER,
        flow: () => FLOW,
        flowOf: () => null,
        resolve: (_target, then) => then([]),
        send,
        reopen: () => FLOW,
      },
      owners: { summon: () => false, choose: (method) => (served.has(method) ? owner : null) },
      supported: new Set(DEFAULT_SUPPORTED),
      routeSecret: Buffer.alloc(32, 7),
    });
  }

  /** As the server does with what its transports hand on. */
  datagram(bytes: Buffer): ParseResult {
    const result = parseDatagram(bytes);
    if (result.ok) this.stack.transactions.receive(result.message, FLOW);
    else {
      const answer = refuseMalformed(result, FLOW);
      if (answer !== null) this.sent.push(answer.message);
    }
    return result;
  }

  /** Forgets transactions, dialogs and what was sent. */
  clear(): void {
    this.stack.clear();
    this.sent.length = 0;
    this.upcalls.length = 0;
  }
}
