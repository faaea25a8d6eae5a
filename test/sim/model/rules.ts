/** What must hold after every step: the promises, and that nothing waits for something that will not come. */
import type { Call } from '../../../src/call/call.js';
import { checkKeys } from './rules-keys.js';
import {
  checkAgentHears,
  checkConferring,
  checkConsulting,
  checkMedia,
  checkRingback,
} from './rules-media.js';
import { checkParties } from './rules-promise.js';
import {
  checkAnnouncing,
  checkBelonging,
  checkHunting,
  checkPlaceKept,
  checkQueueLeft,
  checkWaiting,
} from './rules-waiting.js';
import { type Stepped, transferIn } from './stepped.js';
import { demand } from './wire.js';

export function checkRules(stepped: Stepped): void {
  checkParties(stepped);
  checkReplies(stepped);
  checkRepeats(stepped);
  checkTransferRecords(stepped);
  checkSubscriptions(stepped);
  checkPolicies(stepped);
  checkKeys(stepped);
  checkMedia(stepped);
  checkRingback(stepped);
  checkAgentHears(stepped);
  checkConsulting(stepped);
  checkConferring(stepped);
  checkBelonging(stepped);
  checkHunting(stepped);
  checkAnnouncing(stepped);
  checkQueueLeft(stepped);
  checkPlaceKept(stepped);
  checkNamed(stepped);
  checkWaiting(stepped);
}

/** Whom a queue names is called where it named them for this party, and only then. */
function checkNamed({ event, commands, wireBefore, after }: Stepped): void {
  if (event.type !== 'candidate-ready') return;
  const place = wireBefore.calls[after.id]?.queue ?? null;
  const wanted = place?.asked === true && place.ticket === event.ticket ? event.desks.length : 0;
  const called = commands.filter((c) => c.type === 'invite').length;
  demand(called === wanted, `of ${wanted} whom the queue has named, ${called} are called`);
}

/** Whoever asks the program something is told once. */
function checkReplies({ event, commands }: Stepped): void {
  const asked =
    event.type === 'transfer-requested' ||
    event.type === 'control-requested' ||
    event.type === 'hang-up-requested' ||
    event.type === 'put-down-requested';
  const replies = commands.filter((c) => c.type === 'reply').length;
  demand(replies === (asked ? 1 : 0), `${event.type} is replied to ${replies} times`);
}

/** What a party has just refused for good is not offered to it again at once. */
function checkRepeats({ before, event, commands, wireBefore }: Stepped): void {
  if (event.type !== 'offer-answered' || event.retry || event.status < 300) return;
  // What it told of the media server was out of date: the next one tells something else.
  if (wireBefore.legs[event.leg]?.offered?.stale) return;
  const refused = before.legs[event.leg]?.exchange;
  if (refused?.kind !== 'offered') return;
  const again = commands.some(
    (c) => c.type === 'offer' && c.leg === event.leg && c.from === refused.from && c.sdp === refused.sdp,
  );
  demand(!again, 'a refused offer is made again at once');
}

/** A transfer has its record in the moment that it is over, and not before. */
function checkTransferRecords({ before, after, commands, wire }: Stepped): void {
  const [was, is] = [transferIn(before)?.id, transferIn(after)?.id];
  for (const command of commands) {
    if (command.type !== 'write' || command.record.kind !== 'transfer') continue;
    demand(command.record.id !== is, `transfer ${is} is recorded while it is under way`);
  }
  if (was !== undefined && was !== is)
    demand(wire.transfers[was] !== undefined, `transfer ${was} is over and has no record`);
}

/**
 * Each REFER that was accepted and wants news has its subscription (RFC 3515 §2.4.4). What its phone answers to the last
 * news, or to those before, is not waited for as long as SIP allows.
 */
function checkSubscriptions({ wire, event, after }: Stepped): void {
  for (const { transferId, finalSent, queued } of after.subscriptions)
    demand(
      !(finalSent || queued?.final === true) || wire.timers[`${after.id} notify:${transferId}`] === true,
      `the outcome of ${transferId} waits for an answer that may never come`,
    );
  if (event.type !== 'referred' && event.type !== 'attended') return;
  const asker = event.type === 'referred' ? event.leg : event.asker;
  const leg = wire.legs[asker];
  if (leg === undefined || leg.state === 'over') return;
  demand(!leg.open.some((r) => r.startsWith('refer')), `a REFER of ${asker} is not answered at once`);
  const wanted = leg.accepted;
  const told = Object.keys(leg.subscriptions).length;
  demand(told === wanted, `of ${wanted} accepted REFERs of ${asker}, ${told} were told of`);
}

/** Promise 5: nobody is called whom the plan keeps apart, and nobody is moved more often than it says. */
function checkPolicies({ before, event, after, commands, wire, wireBefore, routing }: Stepped): void {
  const transferor = transferIn(after)?.transferor ?? null;
  demand(
    transferor === null || after.legs[transferor]?.mayTransfer === true,
    `${transferor} may not transfer`,
  );
  for (const command of commands) {
    if (command.type !== 'invite') continue;
    const { member } = command.to;
    if (member === null) continue;
    demand(!'fkn'.includes(member), `${member} is called, who is full, closed or not permitted`);
    const from = before.phase.name === 'talking' ? transferOwner(after) : null;
    demand(from !== member, `an agent of ${member} transfers to ${member}`);
  }
  if (event.type === 'attended' && after.phase.name === 'switching' && before.phase.name === 'talking') {
    const [asker, named] = [after.legs[event.asker], after.legs[event.named]];
    demand(asker?.member === named?.member, `${event.asker} joins a call in which it has no part`);
  }
  const moves = wire.calls[after.id]?.moves ?? 0;
  if (moves === (wireBefore.calls[after.id]?.moves ?? 0)) return;
  const home = before.phase.name === 'switching' && before.phase.transfer?.toMember === before.member;
  demand(home || moves <= routing.limits.maxHops, `the caller is moved ${moves} times`);
}

/** Member whose agent has just asked for the transfer. */
function transferOwner(call: Call): string | null {
  const transferor = transferIn(call)?.transferor ?? null;
  return transferor === null ? null : (call.legs[transferor]?.member ?? null);
}
