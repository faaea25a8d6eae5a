/** What the peer of an established leg may ask of us: offers, REFERs, keys, messages. */
import { NEXT_KEYS, sdpOf } from './plan.js';
import type { Untimed } from './stepped.js';
import { type Own, patchLeg, type Wire, type WireLeg } from './wire.js';
import { type Budget, type Choice, type Kind, may, type World } from './world.js';

/** Where an agent of a member would transfer to. */
const WHERE: Readonly<Record<string, string>> = { a: 'b', b: 'c', c: 'b' };

export function requestsOfLeg(found: Choice[], world: World, budget: Budget, id: string, leg: WireLeg): void {
  if (leg.state === 'inviting' && !leg.cancelSent && may(world, 'early')) earlyRequests(found, id, leg);
  if (leg.state !== 'up' || !leg.acked || leg.acksOwed > 0) return;
  if (leg.byeSent && !may(world, 'crossing')) return;
  const ask = (event: Untimed & { request: string }, asked: Own | null, ...costs: readonly Kind[]) => {
    if (!may(world, ...costs)) return;
    found.push({
      to: leg.call,
      event,
      costs: leg.byeSent ? [...costs, 'crossing'] : costs,
      act: (wire) => opens(wire, id, event.request, asked),
    });
  };
  const name = (kind: string) => nameOf(leg, kind, id);
  const { own } = leg;
  const moved = { version: 1 - own.version, holding: false };
  const held = { version: own.version, holding: !own.holding };
  for (const wanted of leg.asked === null ? [moved, held] : []) {
    const sdp = sdpOf(id, wanted.version, wanted.holding);
    ask({ type: 'offered', leg: id, request: name('offer'), method: 'INVITE', sdp }, wanted, 'offer');
    if (budget.updates === true)
      ask(
        { type: 'offered', leg: id, request: name('offer-update'), method: 'UPDATE', sdp },
        wanted,
        'offer',
      );
  }
  if (leg.asked === null) {
    const offered = { type: 'offered', leg: id, method: 'INVITE' } as const;
    ask({ ...offered, request: name('offer-late'), sdp: null }, null, 'lateOffer');
  }
  ask({ type: 'info', leg: id, request: name('info') }, null, 'info');
  const rest = leg.held === '' && leg.half !== '' ? (NEXT_KEYS[leg.half] ?? []) : [];
  const conference = budget.layout?.mixes === true && leg.held === '*' ? ['7'] : [];
  for (const key of new Set([...(NEXT_KEYS[leg.held] ?? []), ...conference, ...rest])) {
    const press = { key, contentType: 'application/dtmf-relay', body: key };
    ask({ type: 'keyed', leg: id, request: name(`key:${key}`), press }, null, 'press');
  }
  const refer = { type: 'referred', leg: id, cseq: 2, referredBy: null } as const;
  const to = (address: string) => ({ referTo: { ok: true, address }, subscribes: true }) as const;
  const request = name('refer');
  if (leg.mayTransfer) ask({ ...refer, ...to(WHERE[leg.member ?? ''] ?? 'b'), request }, null, 'refer');
  if (leg.mayTransfer && leg.member !== 'a') ask({ ...refer, ...to('a'), request }, null, 'back');
  if (!may(world, 'oddRefer')) return;
  const quiet = name('refer-quiet');
  ask({ ...refer, ...to('b'), request: quiet, subscribes: false }, null, 'oddRefer');
  for (const address of ['f', 'k', 'n', 'x', 'a'])
    ask({ ...refer, ...to(address), request }, null, 'oddRefer');
  const bad = { ok: false, status: 400, code: 'bad-refer', why: 'two Refer-To' } as const;
  ask({ ...refer, referTo: bad, subscribes: true, request }, null, 'oddRefer');
}

/** Before the answer: UPDATE (RFC 3311 §5.1), INFO. */
function earlyRequests(found: Choice[], id: string, leg: WireLeg): void {
  const [offer, info] = [nameOf(leg, 'offer-update', id), nameOf(leg, 'info', id)];
  const key = nameOf(leg, 'key:*', id);
  const press = { key: '*', contentType: 'application/dtmf-relay', body: '*' };
  const events = [
    { type: 'offered', leg: id, request: offer, method: 'UPDATE', sdp: sdpOf(id, 1, false) },
    { type: 'info', leg: id, request: info },
    { type: 'keyed', leg: id, request: key, press },
  ] as const;
  for (const event of events)
    found.push({
      to: leg.call,
      event,
      costs: ['early'],
      act: (wire) => opens(wire, id, event.request, null),
    });
}

/** Named by what they are, so that the same state reached in another way is the same. */
export function nameOf(leg: WireLeg, kind: string, id: string): string {
  let name = `${kind}:${id}`;
  while (leg.open.includes(name)) name += '+';
  return name;
}

function opens(wire: Wire, id: string, request: string, asked: Own | null): void {
  const leg = wire.legs[id];
  if (leg !== undefined) patchLeg(wire, id, { open: [...leg.open, request], asked: asked ?? leg.asked });
}
