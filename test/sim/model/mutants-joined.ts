// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the places hold source text, not templates
/** Bugs of calls that are joined, phones that take over, and keys. */
import type { Mutant } from './mutants.js';

/** Two calls become one. */
export const JOINED: readonly Mutant[] = [
  {
    bug: 'a desk of a joined call that answers after its CANCEL gets an answer to an offer that it never made',
    file: 'adopt.ts',
    from: "isAnchored(w) && leg.state !== 'leaving' ? null",
    to: 'isAnchored(w) ? null',
    family: 'anchored: attended with desks that ring at once',
    rule: 'an ACK brings SDP only as an answer',
  },
  {
    bug: 'the target of a joined call is lost',
    file: 'adopt.ts',
    from: "if (leg.state === 'ended') continue;",
    to: "if (leg.state === 'ended' || leg.id === target) continue;",
    family: 'attended',
    rule: 'call c has no leg',
  },
  {
    bug: 'a call that was joined has no record',
    file: 'adopt.ts',
    from: "w.emit({ type: 'write', record });",
    to: '',
    family: 'attended',
    rule: 'call d has 0 records',
  },
  {
    bug: 'legs of a joined call that are on their way out are forgotten',
    file: 'adopt.ts',
    from: "if (leg.state === 'ended') continue;",
    to: "if (leg.state === 'ended' || leg.state === 'leaving') continue;",
    family: 'attended by an agent who calls',
    rule: 'unexpected hung-up: the call has no such leg',
  },
  {
    bug: 'an offer that waited for glare is never made again in the joined call',
    file: 'adopt.ts',
    from: "if (leg.state !== 'ended' && leg.exchange?.kind === 'glare-wait') startGlareTimer(w, leg);",
    to: '',
    family: 'attended and offers',
    rule: 'wait for nothing: offer',
  },
  {
    bug: "the agent's own call to the target stays up after an attended transfer",
    file: 'transfer.ts',
    from: "if (consultation !== null) letGo(w, consultation, 200, 'transferred');",
    to: '',
    family: 'attended',
    rule: 'is up and forgotten in talking',
  },
  {
    bug: "the agent's own call to the target stays up when the agent has left and the target leaves, too",
    file: 'transfer.ts',
    from: "if (phase.name === 'switching' && phase.consultation !== null)\n    letGo(w, phase.consultation, 480, 'other-party-left');\n  if (transferor === null || isGone(w.leg(transferor))) return false;",
    to: "if (transferor === null || isGone(w.leg(transferor))) return false;\n  if (phase.name === 'switching' && phase.consultation !== null)\n    letGo(w, phase.consultation, 480, 'other-party-left');",
    family: 'attended',
    rule: 'is up and forgotten in returning',
  },
  {
    bug: 'a call is joined while its target still rings',
    file: 'refer.ts',
    from: "if (other.phase.name !== 'talking' || target === undefined || !isUp(theirs) || !isUp(target))",
    to: 'if (target === undefined || !isUp(theirs))',
    family: 'attended and REFER',
    rule: 'each transfer asked for has a record',
  },
  {
    bug: 'an agent joins a call in which it has no part',
    file: 'refer.ts',
    from: 'if (theirs === undefined || theirs.member !== ours.member)',
    to: 'if (theirs === undefined)',
    family: 'attended by an agent who calls',
    rule: 'joins a call in which it has no part',
  },
];

/** INVITE with Replaces. */
export const REPLACED: readonly Mutant[] = [
  {
    bug: 'the phone that was replaced stays on the line',
    file: 'replacing.ts',
    from: 'transferor: replaced.id,\n    transfer,\n    hunt',
    to: 'transferor: null,\n    transfer,\n    hunt',
    family: 'replaced',
    rule: 'is up and forgotten in switching',
  },
  {
    bug: 'a stranger takes over the call of an agent',
    file: 'replacing.ts',
    from: "if (to === undefined) return refused('not-allowed', 'Only a member may take over the call of an agent');",
    to: "if (to === undefined) return { ok: true, transferee: w.call.callerLeg, member: 'b' };",
    family: 'replaced',
    rule: 'has a part in switching, but is gone',
  },
  {
    bug: 'a call that is being transferred is taken over',
    file: 'replacing.ts',
    from: 'const seat = judgeSeat(w, replaced.id);',
    to: 'const seat = judgeSeat(w, replaced.id, true);',
    family: 'replaced',
    rule: 'is over and has no record',
  },
  {
    bug: 'an INVITE with Replaces that is turned away leaves no record',
    file: 'replacing.ts',
    from: "endLeg(w, leg.id, 'us', null);",
    to: "w.patchLeg(leg.id, { state: 'ended' });",
    family: 'replaced',
    rule: 'has 0 records',
  },
  {
    bug: 'a phone that brought no offer and takes over never hears the caller',
    file: 'replacing.ts',
    from: "exchange: lateOffer ? { kind: 'ack-awaited', offer: sdp, from: null } : null,",
    to: 'exchange: null,',
    family: 'replaced',
    rule: 'is recorded as completed, but caller and target do not know of each other',
  },
];

/** Keys of telephones. */
export const KEYED: readonly Mutant[] = [
  {
    bug: 'keys of a code reach the other party',
    file: 'keys.ts',
    from: 'if (action !== null) act(w, leg, action);\n  else replay(w, leg, keys.presses);',
    to: 'if (action !== null) act(w, leg, action);\n  replay(w, leg, keys.presses);',
    family: 'keys',
    rule: 'the code *1 reaches the other party',
  },
  {
    bug: 'keys that turned out to be no code are swallowed',
    file: 'keys.ts',
    from: 'forget(w);\n  replay(w, leg, presses);',
    to: 'forget(w);',
    family: 'keys',
    rule: 'are lost on keyed',
  },
  {
    bug: 'only the last of the keys that were held back is passed on',
    file: 'keys.ts',
    from: 'forget(w);\n  replay(w, leg, presses);',
    to: 'forget(w);\n  replay(w, leg, [press]);',
    family: 'keys',
    rule: 'the keys 6 were pressed by nobody, or not in this order',
  },
  {
    bug: 'a key overtakes those that are held back',
    file: 'keys.ts',
    from: 'if (held.length === 0) return pass(w, leg, event);',
    to: 'if (held.length >= 0) return pass(w, leg, event);',
    family: 'keys',
    rule: 'keys reach the other party in order: * is held back',
  },
  {
    bug: 'a code without its last key is waited for for ever',
    file: 'keys.ts',
    from: "w.emit({ type: 'start-timer', timer: 'keys', ms: w.routing.limits.betweenKeysMs });",
    to: '',
    family: 'keys',
    rule: 'keys are held back for ever',
  },
  {
    bug: 'the keys of one agent erase those of the other',
    file: 'keys.ts',
    from: 'if (w.call.keys !== null && w.call.keys.leg !== leg.id) keysOver(w);',
    to: '',
    family: 'keys',
    rule: 'are lost on keyed',
  },
  {
    bug: 'a key is never answered',
    file: 'keys.ts',
    from: 'if (partner === null || !isUp(w.leg(partner))) return answer(w, leg, request, 480);',
    to: 'if (partner === null || !isUp(w.leg(partner))) return;',
    family: 'keys',
    rule: 'wait for nothing: key:*',
  },
];
