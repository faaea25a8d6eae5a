import { setTimeout as sleep } from 'node:timers/promises';
import type Srf from 'drachtio-srf';
import { openSipStack, type SipStack } from '../../src/cli/demo/sip-stack.js';
import type { Ports } from '../../test/e2e/harness/plan.js';
import { DIRECT_CALL } from './listening.js';
import { MillisecondCounts } from './millisecond-counts.js';
import { type Role, streamOf } from './voices-order.js';
import { VoicesProcess } from './voices-process.js';

export interface MediaWish {
  readonly calls: number;
  /** Calls begun per second. */
  readonly rate: number;
  /** How long each call lasts; its transfer is asked for at half of it. Milliseconds. */
  readonly holdMs: number;
}

/** The part of drachtio-srf's dialog that is used here, as the code is. */
interface SrfDialog {
  on(event: 'modify' | 'notify', take: (request: Srf.SrfRequest, response: Srf.SrfResponse) => void): unknown;
  on(event: 'destroy', take: () => void): unknown;
  readonly remote: { readonly sdp: string };
  request(
    options: { method: string; headers: Readonly<Record<string, string>> },
    callback: (error: unknown, response?: Srf.SrfResponse) => void,
  ): unknown;
  destroy(options: object, callback: () => void): unknown;
}

interface LoadCall {
  readonly number: number;
  caller: SrfDialog | null;
  agent: SrfDialog | null;
  target: SrfDialog | null;
  askedAt: number;
  ending: boolean;
}

/** What a phone does when it rings: nothing. */
const NO_PROGRESS = { cbProvisional: () => undefined };

/** Callers, agents and targets with voices: each caller calls 12345, each agent transfers to 110, the caller hangs up. */
export class MediaCalls {
  readonly setup = new MillisecondCounts();
  readonly transfer = new MillisecondCounts();
  readonly failures = new Map<string, number>();
  /** re-INVITEs and UPDATEs that callers got. */
  told = 0;
  established = 0;
  transferred = 0;
  readonly #calls: LoadCall[] = [];

  private constructor(
    private readonly wish: MediaWish,
    private readonly server: string,
    private readonly stacks: Readonly<Record<Role, SipStack>>,
    /** Callers in one process, whom they speak with in the other. */
    readonly callers: VoicesProcess,
    readonly desks: VoicesProcess,
  ) {
    stacks.agent.srf.invite((request, response) => this.#called('agent', request, response));
    stacks.target.srf.invite((request, response) => this.#called('target', request, response));
  }

  static async open(wish: MediaWish, server: string, ports: Ports): Promise<MediaCalls> {
    const stack = (port: number): Promise<SipStack> => openSipStack({ host: '127.0.0.1', port });
    const stacks = {
      caller: await stack(ports.caller),
      agent: await stack(ports.pbx['pbx-12345']),
      target: await stack(ports.pbx['pbx-110']),
    };
    const callers = await VoicesProcess.start(['caller'], wish.calls);
    const desks = await VoicesProcess.start(['agent', 'target'], wish.calls);
    return new MediaCalls(wish, server, stacks, callers, desks);
  }

  /** Begins all calls; resolves when the last has ended. */
  async run(): Promise<void> {
    const { calls, rate, holdMs } = this.wish;
    this.#talkDirectly();
    const began = performance.now();
    const all: Promise<void>[] = [];
    for (let number = 0; number < calls; number += 1) {
      await sleep(Math.max(0, began + (number * 1000) / rate - performance.now()));
      all.push(this.#one(number));
    }
    await Promise.all(all);
    // The last BYEs and their answers; then nobody may be left.
    await sleep(Math.min(2000, holdMs));
    for (const call of this.#calls) if (call.target !== null) this.#fail('a target was never hung up');
  }

  async close(): Promise<void> {
    this.callers.end();
    this.desks.end();
    for (const stack of Object.values(this.stacks)) await stack.close();
  }

  get failed(): number {
    return [...this.failures.values()].reduce((sum, count) => sum + count, 0);
  }

  /** One caller and one agent without any server between them. */
  #talkDirectly(): void {
    const [caller, agent] = [streamOf(DIRECT_CALL, 'caller'), streamOf(DIRECT_CALL, 'agent')];
    this.callers.talk(caller, this.desks.portOf(agent));
    this.desks.talk(agent, this.callers.portOf(caller));
  }

  async #one(number: number): Promise<void> {
    const { holdMs } = this.wish;
    const call: LoadCall = { number, caller: null, agent: null, target: null, askedAt: 0, ending: false };
    this.#calls[number] = call;
    if (!(await this.#dial(call))) return;
    await sleep(holdMs / 2);
    this.#refer(call);
    await sleep(holdMs / 2);
    call.ending = true;
    if (call.target === null) this.#fail('not transferred when the caller hung up');
    this.callers.stop(streamOf(number, 'caller'), true);
    this.desks.stop(streamOf(number, 'target'), true);
    const { caller } = call;
    if (caller !== null) await new Promise<void>((resolve) => caller.destroy({}, resolve));
  }

  #dial(call: LoadCall): Promise<boolean> {
    const party = streamOf(call.number, 'caller');
    const user = `139${String(call.number).padStart(8, '0')}`;
    const { port, srf } = this.stacks.caller;
    const uri = `sip:12345@${this.server}`;
    const headers = { From: `<sip:${user}@127.0.0.1:${port}>`, To: `<${uri}>` };
    const began = performance.now();
    return new Promise((resolve) => {
      srf.createUAC(
        uri,
        { localSdp: this.callers.sdpOf(party), headers },
        NO_PROGRESS,
        (error: unknown, made: unknown) => {
          if (error !== null && error !== undefined) {
            this.#fail(`the caller's INVITE got ${statusOf(error)}`);
            return resolve(false);
          }
          this.setup.add(performance.now() - began);
          this.established += 1;
          const dialog = made as SrfDialog;
          call.caller = dialog;
          this.callers.talk(party, portIn(dialog.remote.sdp));
          dialog.on('modify', (request, response) => {
            this.told += 1;
            response.send(200, { body: this.callers.sdpOf(party) });
            this.callers.talk(party, portIn(request.body));
          });
          dialog.on('destroy', () => {
            if (!call.ending) this.#fail('a caller was hung up');
            call.caller = null;
          });
          resolve(true);
        },
      );
    });
  }

  #called(role: 'agent' | 'target', request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    const asserted = request.get('P-Asserted-Identity') ?? request.get('From') ?? '';
    const call = this.#calls[Number(/139(\d{8})/.exec(asserted)?.[1] ?? -1)];
    if (call === undefined) {
      this.#fail(`an INVITE of nobody: ${asserted}`);
      return void response.send(404);
    }
    const party = streamOf(call.number, role);
    const localSdp = this.desks.sdpOf(party);
    this.stacks[role].srf.createUAS(request, response, { localSdp }, (error: unknown, made: unknown) => {
      if (error !== null && error !== undefined) return this.#fail(`the ${role} could not answer`);
      const dialog = made as SrfDialog;
      call[role] = dialog;
      this.desks.talk(party, portIn(request.body));
      dialog.on('notify', (_, answer) => void answer.send(200));
      dialog.on('destroy', () => {
        call[role] = null;
        this.desks.stop(party, false);
        if (role === 'agent') this.#released(call);
        else if (!call.ending) this.#fail('a target was hung up');
      });
    });
  }

  /** The transfer is done when the agent is released. */
  #released(call: LoadCall): void {
    if (call.target === null) return this.#fail('an agent was hung up without a transfer');
    this.transferred += 1;
    this.transfer.add(performance.now() - call.askedAt);
  }

  #refer(call: LoadCall): void {
    if (call.agent === null) return this.#fail('there was no agent to transfer');
    call.askedAt = performance.now();
    const headers = { 'Refer-To': `<sip:110@${this.server}>`, Contact: '<sip:8001@127.0.0.1>' };
    call.agent.request({ method: 'REFER', headers }, (error, response) => {
      if (response?.status !== 202) this.#fail(`the REFER got ${response?.status ?? String(error)}`);
    });
  }

  #fail(why: string): void {
    this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
  }
}

/** Port of the audio that a session description asks for. */
function portIn(sdp: string): number {
  return Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
}

function statusOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'status' in error
    ? String(error.status)
    : String(error);
}
