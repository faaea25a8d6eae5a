/** What operators and agent desktops ask for, and what they are answered. */
import { park } from './anchored.js';
import type { Call, Leg } from './call.js';
import type { RefusalCode } from './command.js';
import { confer } from './confer.js';
import { complete, toggle } from './consult.js';
import { putDown } from './departure.js';
import { endCall } from './ending.js';
import type { CallEventOf } from './event.js';
import { abandonTransfer, raiseAlert, startTransfer, takeBack } from './transfer.js';
import { grant, grantForNobody, NO_MIXER } from './wish.js';
import { transferOf, transferorOf, type Work } from './work.js';

function refuse(w: Work, code: RefusalCode, message: string): void {
  w.emit({ type: 'reply', result: { ok: false, code, message } });
}

/** The agent who talks with the caller now, when the request names no leg. */
function talkingAgent(call: Call): Leg | undefined {
  const { phase } = call;
  if (phase.name !== 'talking') return undefined;
  const pair = [call.legs[phase.link.b], call.legs[phase.link.a]];
  return (
    pair.find((leg) => leg?.mayTransfer === true && leg.role !== 'caller') ??
    pair.find((leg) => leg?.mayTransfer)
  );
}

export function transferRequested(w: Work, event: CallEventOf<'transfer-requested'>): void {
  if (event.transferor === null && w.call.phase.name === 'announcing') return fetchAnnounced(w, event);
  const busy = transferorOf(w.call);
  const leg =
    event.transferor !== null
      ? w.call.legs[event.transferor]
      : (talkingAgent(w.call) ?? (busy === null ? undefined : w.leg(busy)));
  if (leg === undefined) {
    if (event.transferor !== null) return refuse(w, 'unknown-leg', `The call has no leg ${event.transferor}`);
    return refuse(w, 'not-talking', 'No agent is talking with the caller');
  }
  const { trigger, mode, to: address, matter, note } = event;
  const wish = { trigger, mode, transferor: leg.id, address, referredBy: null, matter, note };
  const verdict = grant(w, wish);
  if (!verdict.ok) return refuse(w, verdict.code, verdict.message);
  const transfer = mode === 'alert' ? raiseAlert(w, wish, verdict) : startTransfer(w, wish, verdict, null);
  w.emit({ type: 'reply', result: { ok: true, transferId: transfer.id } });
}

/** A caller whom nobody could take is given to somebody all the same, before the call ends. */
function fetchAnnounced(w: Work, event: CallEventOf<'transfer-requested'>): void {
  const { phase } = w.call;
  if (phase.name !== 'announcing') return;
  const { trigger, mode, to: address, matter, note } = event;
  const wish = { trigger, mode, transferor: null, address, referredBy: null, matter, note };
  const verdict = grantForNobody(w, wish, phase.party);
  if (!verdict.ok) return refuse(w, verdict.code, verdict.message);
  w.emit({ type: 'stop-timer', timer: 'announcement' });
  park(w, phase.party, 'transferring');
  const transfer = startTransfer(w, wish, verdict, null);
  w.emit({ type: 'reply', result: { ok: true, transferId: transfer.id } });
}

const ACTIONS = { complete, cancel: takeBack, toggle, conference: confer } as const;
const IMPOSSIBLE = {
  complete: 'There is no consultation to complete',
  cancel: 'There is no transfer that could still be taken back',
  toggle: 'There is no consultation to change sides in',
  conference: 'There is no consultation to become a conference',
} as const;

export function controlRequested(w: Work, { action }: CallEventOf<'control-requested'>): void {
  const transferId = transferOf(w.call)?.id ?? null;
  if (action === 'conference' && transferId !== null && !w.routing.canMix())
    return refuse(w, 'mode-unavailable', NO_MIXER);
  if (!ACTIONS[action](w)) return refuse(w, 'no-transfer', IMPOSSIBLE[action]);
  w.emit({ type: 'reply', result: { ok: true, transferId } });
}

export function hangUpRequested(w: Work): void {
  abandonTransfer(w, 'operator', 'operator');
  endCall(w, { by: 'operator', cause: 'operator', missed: false, leave: 'operator', status: 480 });
  w.emit({ type: 'reply', result: { ok: true, transferId: null } });
}

export function putDownRequested(w: Work, { desk }: CallEventOf<'put-down-requested'>): void {
  if (!putDown(w, desk)) return refuse(w, 'unknown-leg', `The call has no desk ${desk} that could leave it`);
  w.emit({ type: 'reply', result: { ok: true, transferId: null } });
}
