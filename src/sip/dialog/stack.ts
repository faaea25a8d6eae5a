import type { Clock } from '../clock.js';
import type { Counters } from '../counters.js';
import { BoundedMap } from '../guard/bounded-map.js';
import type { SipLimits } from '../limits.js';
import type { SipLog } from '../log.js';
import type { SipResponse } from '../message/message.js';
import type { ProxyOrder } from '../proxy/order.js';
import type { ProxyReport } from '../proxy/proxy-job.js';
import type { SipTimers } from '../transaction/timers.js';
import { TransactionLayer, type TransactionTransport } from '../transaction/transaction-layer.js';
import type { Flow } from '../transport/flow.js';
import { sendAck } from './acknowledge.js';
import { takeFinal, takeProvisional } from './answers.js';
import type { AppRequest, AppResponse, Meta, Outcome, Owner, OwnerRegistry, Reply } from './application.js';
import { abandonInvite, cancelInvite } from './cancel.js';
import { handleAck } from './confirm.js';
import { type Core, type DialogTransport, disarm, peerMeta } from './core.js';
import { DialogTable } from './dialog-table.js';
import { adopt, endDialog, orphan } from './end.js';
import { proxyRequest } from './hand-over.js';
import { handleRequest } from './incoming.js';
import { Keeper, type KeptTable } from './keeper.js';
import { takeLate } from './late-answer.js';
import { NO_DIALOG, sendInDialog, sendNew } from './outgoing.js';
import { holdBye } from './parting.js';
import { refuse } from './refuse.js';
import { respond } from './respond.js';
import { acknowledgeFormer, restore, type Unheard } from './restore.js';
import { settle } from './settle.js';

export interface StackOptions {
  readonly clock: Clock;
  readonly timers: SipTimers;
  readonly limits: SipLimits;
  readonly log: SipLog;
  readonly counters: Counters;
  readonly transport: DialogTransport & TransactionTransport;
  readonly owners: OwnerRegistry;
  readonly supported: ReadonlySet<string>;
  /** Keys the Record-Route entries of proxied calls; the same after a restart lets their requests through. */
  readonly routeSecret: Buffer;
  /** Outlives the process; without it dialogs end with the process. */
  readonly kept?: KeptTable;
}

/** The dialog layer as the application sees it. */
export class SipStack {
  readonly transactions: TransactionLayer;
  private readonly core: Core;
  private unheard: Unheard = [];

  constructor(private readonly options: StackOptions) {
    this.transactions = new TransactionLayer(options.clock, options.timers, options.transport, {
      onRequest: (request, transaction) => handleRequest(this.core, request, transaction),
      onAck: (ack, flow) => handleAck(this.core, ack, flow),
      onStray: (response) => {
        if (!takeLate(this.core, response) && !acknowledgeFormer(this.core, response))
          options.counters.dropped++;
      },
      onRepeated: (message, flow) => options.counters.repeated(message, flow.listener.transport),
    });
    this.core = {
      ...options,
      transactions: this.transactions,
      dialogs: new DialogTable(),
      keeper: new Keeper(options.kept ?? null, options.clock),
      answers: { provisional: takeProvisional, final: takeFinal },
      streamRefusals: new BoundedMap(1000),
      inbound: new Map(),
      outbound: new Map(),
      byTransaction: new WeakMap(),
      unconfirmed: new WeakMap(),
      proxies: new WeakMap(),
      proxying: new Set(),
      owed: new Map(),
      unanswered: new Map(),
      merging: new Map(),
    };
  }

  /** Goes on with what was kept of before a restart; once, when the listeners are open. True when there was something. */
  restore(): boolean {
    const { kept } = this.options;
    if (kept === undefined || kept.entries().size === 0) return false;
    this.unheard = restore(this.core, kept);
    return true;
  }

  /** A control client takes calls: INVITEs of peers that waited for an answer at the restart are heard again. */
  wake(): void {
    const { unheard } = this;
    this.unheard = [];
    for (const { request, flow } of unheard) this.transactions.receive(request, flow);
  }

  /** Open dialogs, and requests in either direction without a final response. */
  counts(): { dialogs: number; inbound: number; outbound: number } {
    return {
      dialogs: this.core.dialogs.size,
      inbound: this.core.inbound.size,
      outbound: this.core.outbound.size,
    };
  }

  /** The application's response to an open request. */
  respond(txnId: string, response: AppResponse): Outcome {
    return respond(this.core, txnId, response);
  }

  /** Begins to proxy an open request; the reason when that cannot be. */
  proxy(txnId: string, order: ProxyOrder, report: ProxyReport): string | null {
    return proxyRequest(this.core, txnId, order, report);
  }

  /** Meta of a response that came over that flow. */
  metaOf(response: SipResponse, flow: Flow): Meta {
    return peerMeta(this.core, flow, 'network', response.raw?.length ?? 0);
  }

  cancel(txnId: string, request: AppRequest): Outcome {
    return cancelInvite(this.core, txnId, request);
  }

  /** A new request, or one in the dialog that its Call-ID names. */
  request(owner: Owner, request: AppRequest, routeUri: string, reply: Reply): void {
    const callId = request.headers.get('Call-ID');
    const dialog = callId === undefined ? undefined : this.core.dialogs.confirmedByCallId(callId);
    if (dialog !== undefined) {
      this.requestInDialog(owner, dialog.id, request, reply);
      return;
    }
    sendNew(this.core, owner, request, routeUri, reply);
  }

  requestInDialog(owner: Owner, dialogId: string, request: AppRequest, reply: Reply): void {
    const dialog = this.core.dialogs.get(dialogId);
    if (dialog === undefined) {
      reply(NO_DIALOG);
      return;
    }
    if (dialog.owner === null) adopt(this.core, dialog, owner);
    if (request.method === 'ACK') {
      sendAck(this.core, dialog, request, reply);
      return;
    }
    const send = (): void => {
      if (dialog.phase === 'ended' || dialog.parting !== null) reply(NO_DIALOG);
      else sendInDialog(this.core, owner, dialog, request, reply);
    };
    if (request.method !== 'BYE' || !holdBye(dialog, send)) send();
  }

  /** An application went away: what only it could finish is finished, its dialogs wait for another one. */
  ownerGone(owner: Owner): void {
    const { core } = this;
    for (const inbound of [...core.inbound.values()]) {
      if (inbound.owner !== owner) continue;
      settle(core, inbound);
      refuse(inbound.transaction, inbound.request.method === 'BYE' ? 200 : 503, 'Service Unavailable');
      if (inbound.dialog !== null && inbound.dialog.phase !== 'confirmed') endDialog(core, inbound.dialog);
    }
    for (const outbound of core.outbound.values()) {
      if (outbound.owner === owner && outbound.request.method === 'INVITE') abandonInvite(core, outbound);
    }
    for (const dialog of core.dialogs) if (dialog.owner === owner) orphan(core, dialog);
  }

  /** Drops everything without a word to the peers. */
  clear(): void {
    for (const inbound of [...this.core.inbound.values()]) settle(this.core, inbound);
    for (const outbound of this.core.outbound.values()) outbound.guard = disarm(this.core, outbound.guard);
    this.core.outbound.clear();
    this.core.unanswered.clear();
    for (const dialog of [...this.core.dialogs]) endDialog(this.core, dialog);
    for (const job of [...this.core.proxying]) job.stop();
    this.transactions.clear();
  }
}
