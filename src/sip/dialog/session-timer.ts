import { Headers } from '../message/headers.js';
import { NO_BODY, type SipRequest, type SipResponse } from '../message/message.js';
import { parseCount } from '../message/params.js';
import { randomUpTo } from '../random.js';
import type { AppRequest } from './application.js';
import { type Core, disarm } from './core.js';
import type { Dialog, SessionTimer } from './dialog.js';
import { hangUp } from './end.js';
import { sendInDialog } from './outgoing.js';
import {
  isRefresh,
  MAX_SECONDS,
  MIN_SECONDS,
  type Refresher,
  readExpires,
  stopSession,
  supportsTimer,
} from './session-expires.js';

/** Session timers (RFC 4028): agreed on for the application, refreshed or ended by ourselves. */

/** After a restart a session lasts so long at least, ms. */
const GRACE_MS = 64_000;
/** Longest delay of a timer, ms. */
const MAX_DELAY = 0x7fff_ffff;

/** Starts, moves or ends the timer with a 2xx to INVITE or UPDATE, sent (`uas`) or received (`uac`). */
export function agreeOnSession(
  core: Core,
  dialog: Dialog,
  request: SipRequest,
  response: SipResponse,
  role: Refresher,
): void {
  if (!isRefresh(request.method) || dialog.kind !== 'INVITE') return;
  const peer = role === 'uas' ? request : response;
  if (peer.headers.has('Allow')) {
    dialog.peerUpdates = peer.list('Allow').some((method) => method.toUpperCase() === 'UPDATE');
  }
  stopSession(core, dialog);
  const agreed = readExpires(response.headers);
  if (agreed === null || (role === 'uac' && !supportsTimer(request))) return;
  const seconds = Math.max(agreed.seconds, MIN_SECONDS);
  const weRefresh = (agreed.refresher ?? 'uac') === role;
  const interval = seconds * 1000;
  // §10: the side that does not refresh ends the session min(32 s, a third) before the interval is over.
  const margin = Math.min(32_000, interval / 3);
  const session: SessionTimer = {
    seconds,
    weRefresh,
    endsAt: core.clock.now() + interval - margin,
    handle: null,
  };
  dialog.session = session;
  arm(core, dialog, session, weRefresh ? interval / 2 : interval - margin);
}

/** Goes on with the timer of a session that outlived a restart. */
export function resumeSession(
  core: Core,
  dialog: Dialog,
  { seconds, weRefresh, endsAt }: Pick<SessionTimer, 'seconds' | 'weRefresh' | 'endsAt'>,
): void {
  const now = core.clock.now();
  // The peer may have tried to refresh it while nobody was here: it is given time to try again.
  const session = { seconds, weRefresh, endsAt: Math.max(endsAt, now + GRACE_MS), handle: null };
  dialog.session = session;
  arm(core, dialog, session, weRefresh ? retryDelay() : session.endsAt - now);
}

function arm(core: Core, dialog: Dialog, session: SessionTimer, delay: number): void {
  disarm(core, session.handle);
  session.handle = core.clock.setTimeout(
    () => {
      session.handle = null;
      if (dialog.session !== session || dialog.phase !== 'confirmed') return;
      if (!session.weRefresh || core.clock.now() >= session.endsAt) expire(core, dialog);
      else refresh(core, dialog, session);
    },
    Math.min(delay, MAX_DELAY),
  );
}

function expire(core: Core, dialog: Dialog): void {
  stopSession(core, dialog);
  hangUp(core, dialog, 'Session timer expired');
}

/** Milliseconds after which a refresh that could not go, or failed, is tried again: 2.1 to 4 s as after a 491. */
const retryDelay = (): number => 2100 + 10 * randomUpTo(190);

/** Tries again, but not beyond the end of the session. */
function retry(core: Core, dialog: Dialog, session: SessionTimer): void {
  if (dialog.session !== session || dialog.phase === 'ended') return;
  const left = session.endsAt - core.clock.now();
  arm(core, dialog, session, Math.max(0, Math.min(retryDelay(), left)));
}

function refresh(core: Core, dialog: Dialog, session: SessionTimer, minSe: string | null = null): void {
  if (dialog.inviteIn !== null || dialog.inviteOut !== null) {
    retry(core, dialog, session);
    return;
  }
  const update = dialog.peerUpdates || dialog.localSdp.length === 0;
  const headers = new Headers();
  if (minSe !== null) {
    headers.add('Session-Expires', `${minSe};refresher=uac`).add('Min-SE', minSe);
  }
  const app: AppRequest = {
    method: update ? 'UPDATE' : 'INVITE',
    uri: '',
    headers,
    body: update ? NO_BODY : dialog.localSdp,
  };
  const onFinal = (response: SipResponse): void => afterRefresh(core, dialog, session, response);
  sendInDialog(
    core,
    null,
    dialog,
    app,
    (outcome) => {
      if (!outcome.ok) retry(core, dialog, session);
    },
    onFinal,
  );
}

/** §7.2 to §7.4 and §10: a 2xx has moved the timer already; the rest decides whether we go on. */
function afterRefresh(core: Core, dialog: Dialog, session: SessionTimer, response: SipResponse): void {
  if (response.status < 300 || dialog.session !== session) return;
  if (response.status === 408 || response.status === 481) {
    expire(core, dialog);
    return;
  }
  const minSe = parseCount((response.headers.get('Min-SE') ?? '').trim(), MAX_SECONDS);
  if (response.status === 422 && minSe !== null && minSe > session.seconds) {
    refresh(core, dialog, session, String(minSe));
    return;
  }
  if (response.status === 405 || response.status === 501) dialog.peerUpdates = false;
  retry(core, dialog, session);
}
