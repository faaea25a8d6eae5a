import { buildCancel } from '../dialog/cancel.js';
import { cdrAttempt, cdrStart, cdrStop } from '../dialog/cdr.js';
import { type Core, disarm } from '../dialog/core.js';
import { attemptsFor, attemptsLeft, type Failure } from '../dialog/failover.js';
import type { Attempt } from '../dialog/hop.js';
import { findRoute, flowTo, isMyself } from '../dialog/next-hop.js';
import { responseHeaders } from '../dialog/refuse.js';
import { encodeMessage } from '../message/build.js';
import { ownText, requestLabel } from '../message/keep.js';
import { NO_BODY, type SipRequest, SipResponse } from '../message/message.js';
import { parseNameAddr } from '../message/name-addr.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { responseVias } from '../transaction/transaction-layer.js';
import type { Flow, Listener } from '../transport/flow.js';
import { bestResponse } from './best-response.js';
import { type Branch, openBranch, stopTimers } from './branch.js';
import { forwardRequest, forwardResponse, isOwnUri, redirectTargets } from './forward.js';
import { MAX_DESTINATIONS, type ProxyOrder } from './order.js';

/** Told of each destination's final response, and once of the end. */
export interface ProxyReport {
  response(response: SipResponse, flow: Flow): void;
  done(): void;
}

/** A request on its way through us: RFC 3261 §16 from the target set to the best response. */
export class ProxyJob {
  private readonly waiting: string[];
  private readonly seen: Set<string>;
  private readonly redirected = new Set<string>();
  private readonly open = new Set<Branch>();
  /** Destinations whose host is being looked up. */
  private looking = 0;
  private readonly finals: SipResponse[] = [];
  private answered = false;
  private cancelled = false;
  private readonly vias: readonly string[];
  /** The request until it was answered. */
  private asked: SipRequest;

  constructor(
    private readonly core: Core,
    private readonly incoming: ServerTransaction,
    private readonly order: ProxyOrder,
    /** Route entries behind our own ones. */
    private readonly routes: readonly string[],
    private readonly report: ProxyReport | null,
  ) {
    this.vias = responseVias(incoming.request, incoming.flow).map(ownText);
    this.asked = incoming.request;
    this.waiting = order.destinations.slice(0, MAX_DESTINATIONS);
    this.seen = new Set(this.waiting);
  }

  start(): void {
    this.core.proxies.set(this.incoming, this);
    this.core.proxying.add(this);
    this.proceed();
  }

  /** Forgets everything without a word to anybody; for the end of the server. */
  stop(): void {
    this.answered = true;
    this.waiting.length = 0;
    for (const branch of this.open) stopTimers(this.core, branch);
    this.open.clear();
    this.core.proxying.delete(this);
  }

  /** The caller cancels (§16.10): every open branch is cancelled, the caller gets what they answer. */
  cancel(): void {
    this.cancelled = true;
    this.waiting.length = 0;
    this.cancelOpen();
    this.proceed();
  }

  /** Starts what may start now; answers the caller when nothing is left. */
  private proceed(): void {
    if (this.answered && this.idle) this.core.proxying.delete(this);
    if (this.answered) return;
    while (this.waiting.length > 0 && (this.order.simultaneous || this.idle)) {
      this.ask(this.waiting.shift() ?? '');
    }
    if (this.waiting.length > 0 || !this.idle) return;
    const best = bestResponse(this.finals);
    if (best !== null) this.answer(best);
    else if (this.cancelled) this.answer(this.local(487, 'Request Terminated'));
    else this.answer(this.local(408, 'Request Timeout'));
  }

  private get idle(): boolean {
    return this.open.size === 0 && this.looking === 0;
  }

  private ask(destination: string): void {
    const { core, asked: request } = this;
    // The Request-URI changes where it named us; an outside one stays, and the destination is only the next hop.
    const uri = isOwnUri(core, request.uri) || this.redirected.has(destination) ? destination : request.uri;
    const first = this.routes[0];
    const nextHop = first === undefined ? destination : parseNameAddr(first).uri;
    this.looking += 1;
    findRoute(core, nextHop, null, (route) => {
      this.looking -= 1;
      if (this.answered || this.cancelled) return this.proceed();
      if (!route.ok) {
        this.conclude(this.local(503, 'Service Unavailable'));
        return;
      }
      const measured = this.onward(uri, route.listener);
      const places = attemptsFor(core, measured, route, false).filter(
        (place) => !isMyself(core, place.destination),
      );
      const [first] = places;
      if (first === undefined) this.conclude(this.local(482, 'Loop Detected'));
      else this.launch(uri, first, places);
    });
  }

  /** The request as it goes on from a listener, in a transaction of its own. */
  private onward(uri: string, to: Listener): SipRequest {
    return forwardRequest(this.core, this.asked, {
      uri,
      routes: this.routes,
      from: this.incoming.flow.listener,
      to,
      record: this.order.remainInDialog,
      extra: this.order.headers,
    });
  }

  private launch(uri: string, first: Attempt, attempts: readonly Attempt[]): void {
    const { core, order } = this;
    const request = this.onward(uri, first.listener);
    const branch = openBranch(uri, request, flowTo(core, first), attempts);
    this.open.add(branch);
    const after = (ms: number, fn: () => void): void => {
      branch.timers.push(core.clock.setTimeout(fn, ms));
    };
    if (order.finalTimeout !== null) after(order.finalTimeout, () => this.leave(branch));
    // §16.6 step 11, timer C.
    if (request.method === 'INVITE') after(core.limits.ringMs, () => this.leave(branch));
    if (request.toTag === '') cdrAttempt(core, request, 'application');
    this.attempt(branch);
  }

  /** Sends the request of a branch to the place that is due. */
  private attempt(branch: Branch): void {
    const { core, order } = this;
    const { request, flow } = branch;
    const failed = (failure: Failure, status: number, reason: string): void => {
      if (branch.request === request && !this.turn(branch, failure))
        this.finish(branch, this.local(status, reason));
    };
    branch.transaction = core.transactions.request(request, flow, {
      onResponse: (response) => {
        if (response.status !== 503 || branch.request !== request || !this.turn(branch, '503'))
          this.receive(branch, response);
      },
      onTimeout: () => failed('timeout', 408, 'Request Timeout'),
      onFailure: () => failed('transport', 503, 'Service Unavailable'),
    });
    if (order.provisionalTimeout === null) return;
    branch.silence = core.clock.setTimeout(() => {
      branch.silence = null;
      const { transaction } = branch;
      if (branch.heard) return;
      if (this.turn(branch, 'timeout')) transaction?.abandon();
      else this.leave(branch);
    }, order.provisionalTimeout);
  }

  /** Turns to the next place of the same destination; false when there is none, or it is too late for that. */
  private turn(branch: Branch, failure: Failure): boolean {
    const { core } = this;
    const left = attemptsLeft(core, branch.attempts, failure);
    if (!this.open.has(branch) || branch.rang || branch.cancel !== 'no' || this.answered) return false;
    branch.attempts = left;
    const [next] = left;
    if (next === undefined) return false;
    core.log.info({ callId: this.asked.callId, failure, next: next.destination }, 'next target');
    branch.silence = disarm(core, branch.silence);
    branch.request = this.onward(branch.uri, next.listener);
    branch.flow = flowTo(core, next);
    branch.heard = false;
    this.attempt(branch);
    return true;
  }

  private receive(branch: Branch, response: SipResponse): void {
    if (response.status >= 200) {
      if (this.open.has(branch)) this.finish(branch, response);
      // §16.7 step 5: every 2xx to an INVITE goes back, the ones of other forks and repetitions too.
      else if (response.status < 300) this.back(response);
      return;
    }
    branch.heard = true;
    if (response.status > 100) branch.rang = true;
    if (branch.cancel === 'wanted') this.sendCancel(branch);
    if (response.status > 100 && !this.answered && this.open.has(branch)) this.back(response);
  }

  /** A destination took too long: it is cancelled and the next one tried. */
  private leave(branch: Branch): void {
    if (!this.open.has(branch)) return;
    this.cancelBranch(branch);
    this.finish(branch, this.local(408, 'Request Timeout'));
    // Without any response there is nothing to cancel: stop asking.
    if (!branch.heard) branch.transaction?.abandon();
  }

  private finish(branch: Branch, response: SipResponse): void {
    if (!this.open.delete(branch)) return;
    stopTimers(this.core, branch);
    if (!this.answered) this.report?.response(response, branch.flow);
    if (branch.request.method === 'INVITE' && branch.request.toTag === '') {
      if (response.status < 300) cdrStart(this.core, response, 'network', 'proxy-uac');
      else cdrStop(this.core, response, 'network', this.cancelled ? 'call-canceled' : 'call-rejected');
    }
    this.conclude(response);
  }

  private conclude(response: SipResponse): void {
    if (response.status < 300) {
      const first = !this.answered;
      if (first) this.answer(response);
      else if (response.cseq.method === 'INVITE') this.back(response);
      this.proceed();
      return;
    }
    const redirects = response.status < 400 && this.order.followRedirects && !this.cancelled;
    if (redirects && this.follow(response)) return this.proceed();
    this.finals.push(response);
    if (response.status >= 600) {
      // §16.7 step 5: a 6xx speaks for everybody.
      this.waiting.length = 0;
      this.cancelOpen();
    }
    this.proceed();
  }

  /** Takes the contacts of a redirection as further destinations; false when it has none that is new. */
  private follow(response: SipResponse): boolean {
    const fresh = redirectTargets(response).filter((uri) => !this.seen.has(uri));
    for (const uri of fresh) {
      if (this.seen.size >= MAX_DESTINATIONS) break;
      this.seen.add(uri);
      this.redirected.add(uri);
      this.waiting.push(uri);
    }
    return fresh.length > 0;
  }

  /** The one final response that goes back, unless further 2xx follow. */
  private answer(response: SipResponse): void {
    this.answered = true;
    this.waiting.length = 0;
    this.back(response);
    this.cancelOpen();
    const request = this.asked;
    this.asked = requestLabel(request.method);
    if (request.method === 'INVITE' && request.toTag === '') {
      if (response.status < 300) cdrStart(this.core, response, 'application', 'proxy-uas');
      else cdrStop(this.core, response, 'application', this.cancelled ? 'call-canceled' : 'call-rejected');
    }
    this.report?.done();
    if (this.idle) this.core.proxying.delete(this);
  }

  private back(response: SipResponse): void {
    const { incoming } = this;
    const onward = forwardResponse(response, this.vias);
    incoming.respond(onward, encodeMessage(onward));
  }

  private cancelOpen(): void {
    for (const branch of this.open) this.cancelBranch(branch);
  }

  private cancelBranch(branch: Branch): void {
    if (branch.request.method !== 'INVITE' || branch.cancel !== 'no') return;
    branch.cancel = 'wanted';
    // RFC 3261 §9.1: a CANCEL waits for a provisional response.
    if (branch.heard) this.sendCancel(branch);
  }

  private sendCancel(branch: Branch): void {
    branch.cancel = 'sent';
    const ignore = (): void => undefined;
    this.core.transactions.request(buildCancel(branch.request, null), branch.flow, {
      onResponse: ignore,
      onTimeout: ignore,
      onFailure: ignore,
    });
    // §9.1: without a final response within 64*T1 the branch counts as cancelled.
    const giveUp = (): void => {
      this.finish(branch, this.local(408, 'Request Timeout'));
      if (branch.transaction?.stateName === 'proceeding') branch.transaction.abandon();
    };
    this.core.clock.setTimeout(giveUp, this.core.timers.timeout);
  }

  /** A response of our own, as a destination would have sent it. */
  private local(status: number, reason: string): SipResponse {
    const headers = responseHeaders(this.asked, this.incoming.flow, 'proxy');
    return new SipResponse(status, reason, headers, NO_BODY);
  }
}
