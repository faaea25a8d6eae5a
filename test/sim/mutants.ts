// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the places hold source text, not templates
/** Deliberate bugs of the core, each of a class that peers had; the model must notice every one. */
export interface Mutant {
  /** What goes wrong, as a user would say it. */
  readonly bug: string;
  /** File in src/call. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const mutants: readonly Mutant[] = [
  {
    bug: 'the caller is hung up when the target is busy',
    file: 'transfer.ts',
    from: "w.setPhase({ name: 'talking', link: { a: transfer.transferee, b: transferor, rounds: 0 } });",
    to: "endCall(w, { by: 'us', cause: 'x', missed: true, leave: 'all-targets-failed' });",
  },
  {
    bug: 'the transfer is given up when the agent leaves early',
    file: 'departure.ts',
    from: 'if (leg.id === phase.transferor) return transferorLeft(w);\n      if (leg.id !== phase.transferee) return;',
    to: 'if (leg.id === phase.transferor) return endCall(w, hungUpEnd);\n      if (leg.id !== phase.transferee) return;',
  },
  {
    bug: 'a target that answers after our CANCEL is not acknowledged',
    file: 'progress.ts',
    from: "w.emit({ type: 'ack', leg: leg.id, sdp: lateOffer, from: null });",
    to: '',
  },
  {
    bug: 'a target that answers after our CANCEL is not hung up',
    file: 'progress.ts',
    from: "w.emit({ type: 'bye', leg: leg.id, cause: leg.leave?.cause ?? 'other-party-left' });",
    to: '',
  },
  {
    bug: 'the target rings on when the caller has left',
    file: 'ending.ts',
    from: 'letGo(w, id, end.status ?? 487, end.leave);',
    to: "if (w.leg(id).role !== 'target') letGo(w, id, end.status ?? 487, end.leave);",
  },
  {
    bug: 'the agent is never released after the transfer',
    file: 'transfer.ts',
    from: "if (transferor !== null) letGo(w, transferor, 200, 'transferred');",
    to: 'if (transferor !== null) tell(w, transfer.id, 200, true);',
  },
  {
    bug: 'the agent is released before the final NOTIFY was answered',
    file: 'transfer.ts',
    from: "if (transferor !== null) letGo(w, transferor, 200, 'transferred');",
    to: "if (transferor !== null) {\n    tell(w, transfer.id, 200, true);\n    releaseLeg(w, transferor, 'transferred');\n  }",
  },
  {
    bug: 'NOTIFYs overtake each other',
    file: 'notify.ts',
    from: 'if (subscription.outstanding) {',
    to: 'if (false) {',
  },
  {
    bug: 'BYE before the ACK of our answer',
    file: 'legs.ts',
    from: "const by = !answered ? 'cancel' : leg.acked ? 'bye' : 'bye-on-ack';",
    to: "const by = !answered ? 'cancel' : 'bye';",
  },
  {
    bug: 'the deferred BYE is forgotten when the ACK comes',
    file: 'step.ts',
    from: "w.emit({ type: 'bye', leg: leg.id, cause: leg.leave.cause });",
    to: '',
  },
  {
    bug: 'two re-INVITEs at once on one leg',
    file: 'link.ts',
    from: 'if (!isUp(a) || !isUp(b) || a.exchange !== null || b.exchange !== null)',
    to: 'if (!isUp(a) || !isUp(b))',
  },
  {
    bug: 'the caller goes on hearing the old party after the switch',
    file: 'link.ts',
    from: 'if (leg.given === null || leg.given.from !== other.id) return false;',
    to: 'if (leg.given === null) return false;\n  if (leg.given.from !== other.id) return true;',
  },
  {
    bug: 'the re-INVITE of a party is never answered when the other refuses it',
    file: 'exchange.ts',
    from: 'if (exchange.relay) passRefusal(w, exchange.from, event.status, event.reason);',
    to: '',
  },
  {
    bug: 'the offer is not made again after glare',
    file: 'exchange.ts',
    from: "w.emit({ type: 'start-timer', timer: `glare:${leg.id}`, ...wait });",
    to: '',
  },
  {
    bug: 'a leg that ended has two records',
    file: 'legs.ts',
    from: "if (leg.state === 'ended') return;\n  stopLegTimers(w, leg);\n  if (leg.state === 'leaving') w.emit({ type: 'stop-timer', timer: `guard:${id}` });",
    to: "stopLegTimers(w, leg);\n  if (leg.state === 'leaving') w.emit({ type: 'write', record: legRecord(w.call, leg, w.at, { endedBy, outcome: outcomeOf(leg), reason }) });",
  },
  {
    bug: 'a transfer that the caller abandons has no record',
    file: 'transfer.ts',
    from: "close(w, phase.transfer, { outcome: 'abandoned', cause, sipStatus: null });",
    to: '',
  },
  {
    bug: 'the ring timer of a target that answered runs on',
    file: 'progress.ts',
    from: "w.emit({ type: 'stop-timer', timer: `ring:${leg.id}` });\n  w.patchLeg(leg.id, {\n    state: 'answered',",
    to: "w.patchLeg(leg.id, {\n    state: 'answered',",
  },
  {
    bug: 'a target that hangs up in the instant of its answer takes the caller with it',
    file: 'departure.ts',
    from: "if (leg.id === phase.link.b) return dropTarget(w, 'target-hung-up', 480);",
    to: 'if (leg.id === phase.link.b) return endCall(w, hungUpEnd);',
  },
  {
    bug: 'nobody takes the caller back when the agent has left and the target is busy',
    file: 'transfer.ts',
    from: 'const queue = home === null ? [] : withFallbacks(w.routing, home);',
    to: 'const queue: never[] = [];',
  },
  {
    bug: 'a re-INVITE is never answered when the other party leaves meanwhile',
    file: 'departure.ts',
    from: 'closeExchangesWith(w, id);\n  partyLeft(w, leg);\n}\n\n/** The dialog',
    to: 'partyLeft(w, leg);\n}\n\n/** The dialog',
  },
  {
    bug: 'the switch refused by the caller is taken for done',
    file: 'step.ts',
    from: "if (phase.name === 'switching') return switchRefused(w);",
    to: '',
  },
  {
    bug: 'the answer in the ACK of a late offer is not passed on',
    file: 'exchange.ts',
    from: "w.emit({ type: 'ack', leg: from, sdp: answer, from: leg.id });",
    to: '',
  },
];
