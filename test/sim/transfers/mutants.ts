// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the places hold source text, not templates
/** Deliberate bugs of the program; the simulator must notice every one. */
export interface Mutant {
  /** What goes wrong, as a user would say it. */
  readonly bug: string;
  /** File in src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What the observer has to say of it. */
  readonly noticed: RegExp;
  /** Seed of a batch in which it shows; 1 when absent. */
  readonly seed?: number;
}

export const mutants: readonly Mutant[] = [
  {
    bug: 'the caller is hung up when the target is busy',
    file: 'call/transfer.ts',
    from: "w.setPhase({ name: 'talking', link: { a: transfer.transferee, b: back, rounds: 0 } });",
    to: "letGo(w, transfer.transferee, 480, 'all-targets-failed');",
    noticed: /caller dropped/,
  },
  {
    bug: 'nobody takes the caller back when the agent has left and the target is busy',
    file: 'call/transfer.ts',
    from: 'const stages = home === null ? [] : withFallbacks(w, home);',
    to: 'const stages: never[] = [];',
    noticed: /caller dropped/,
  },
  {
    bug: 'a target that hangs up in the middle of the switch takes the caller with it',
    file: 'call/departure.ts',
    from: "if (leg.id === phase.link.b) return dropTarget(w, 'target-hung-up', 480);",
    to: 'if (leg.id === phase.link.b) return endCall(w, hungUpEnd);',
    noticed: /caller dropped/,
    seed: 5,
  },
  {
    bug: 'the agent is never released after the transfer',
    file: 'call/transfer.ts',
    from: "if (transferor !== null) letGo(w, transferor, 200, 'transferred');",
    to: '',
    noticed: /was not released/,
  },
  {
    bug: 'the caller goes on hearing the old party after the switch',
    file: 'call/link.ts',
    from: 'if (leg.given === null || leg.given.from !== other.id) return false;',
    to: 'if (leg.given === null) return false;\n  if (leg.given.from !== other.id) return true;',
    noticed: /completed, but/,
  },
  {
    bug: 'the target rings on when the caller has left',
    file: 'engine/srf-signalling.ts',
    from: 'if (port.outbound !== null) this.#sendCancel(port, headers);',
    to: '',
    noticed: /rang on/,
  },
  {
    bug: 'the ledger forgets when a leg was answered',
    file: 'call/records.ts',
    from: 'answeredAt: leg.answeredAt?.utc ?? null,',
    to: 'answeredAt: null,',
    noticed: /ledger: .*answeredAt/,
  },
  {
    bug: 'legs that another desk won have no record',
    file: 'engine/call-runner.ts',
    from: 'else records.push(command.record);',
    to: "else if (!(command.record.kind === 'leg' && command.record.reason === 'answered-elsewhere')) records.push(command.record);",
    noticed: /ledger: no record/,
  },
  {
    bug: 'the transfer is called complete before the caller was told of the target',
    file: 'call/step.ts',
    from: "if (phase.name === 'switching' && state === 'settled') completeSwitch(w);",
    to: "if (phase.name === 'switching') completeSwitch(w);",
    noticed: /completed, but/,
  },
  {
    bug: 'a target that answers an INVITE that was given up is left alone',
    file: 'sip/dialog/late-answer.ts',
    from: 'if (late === undefined) return false;',
    to: 'return false;',
    noticed: /never acknowledged/,
  },
  {
    bug: 'a second answerer of a forked INVITE is not hung up',
    file: 'sip/dialog/acknowledge.ts',
    from: "hangUp(core, fork, 'ACK-BYE due to cancel race condition');",
    to: '',
    noticed: /never hung up/,
  },
  {
    bug: 'the ACK of a 2xx is not said again',
    file: 'sip/dialog/acknowledge.ts',
    from: 'if (owed.ack !== null) sendAgain(core, owed.ack);',
    to: '',
    noticed: /not acknowledged again/,
  },
  {
    bug: 'a repeated INVITE makes a second call',
    file: 'sip/transaction/transaction-layer.ts',
    from: 'if (known !== undefined) {\n      this.events.onRepeated(request, flow);',
    to: "if (known !== undefined && request.method !== 'INVITE') {\n      this.events.onRepeated(request, flow);",
    noticed: /twice|ledger|doubled|for ever|left/,
  },
  {
    bug: 'signalling keeps the legs that are over',
    file: 'engine/srf-signalling.ts',
    from: 'this.#ports.delete(leg);',
    to: '',
    noticed: /left in the signalling/,
  },
  {
    bug: 'a caller who is called back rings on when the agent has hung up',
    file: 'call/departure.ts',
    from: "if (leg.id === phase.agent) endCall(w, { ...hungUpEnd, cause: 'abandoned' });",
    to: '',
    noticed: /is rung, though the agent has gone/,
    seed: 2,
  },
  {
    bug: 'a caller who was not reached is noted as called back',
    file: 'call/records.ts',
    from: "return attempt(call, call.callBack, at, 'call-back-failed', cause);",
    to: "return attempt(call, call.callBack, at, 'called-back', cause);",
    noticed: /called-back is noted, the call was answered at null/,
  },
  {
    bug: 'two agents call the same caller back at the same time',
    file: 'engine/call-backs.ts',
    from: 'if (other !== null)',
    to: "if (other === '')",
    noticed: /by two calls at once/,
  },
  {
    bug: 'an agent waits on for a caller who cannot be reached',
    file: 'call/call-back.ts',
    from: 'if (next === null) giveUp(w, cause);\n    else callingOn',
    to: 'if (next !== null) callingOn',
    noticed: /waits on, though/,
  },
  {
    bug: 'a supervisor listens on when the call is over',
    file: 'engine/monitoring/monitors.ts',
    from: "this.#byCall.get(id)?.dispatch({ type: 'call-over' });",
    to: '',
    noticed: /it listens on, though the call is over/,
  },
  {
    bug: 'two supervisors listen to one call',
    file: 'engine/monitoring/monitors.ts',
    from: 'if (this.#byCall.has(call.id))',
    to: "if (this.#byCall.has(''))",
    noticed: /two listen/,
    seed: 3,
  },
];
