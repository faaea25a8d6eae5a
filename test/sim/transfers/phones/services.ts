import type { Session } from './session.js';

/** Asks for a transfer; `answered` gets the final status, null when nobody answers. False when there is no call. */
export function refer(
  session: Session,
  to: string,
  subscribe: boolean,
  answered: (status: number | null) => void,
): boolean {
  if (session.state !== 'up' || session.gone) return false;
  const id = String(session.nextSeq);
  const lines = [`Refer-To: <${to}>`, `Referred-By: <sip:phone@${session.agent.host}>`];
  if (!subscribe) lines.push('Refer-Sub: false');
  else session.reports.expect(id);
  session.ask('REFER', lines, '', (response) => {
    if (response !== null && response.status < 200) return;
    const status = response?.status ?? null;
    if (status !== null && status >= 300) session.reports.refused(id);
    answered(status);
  });
  return true;
}

/** Presses keys, one after the other; `relay`: as `application/dtmf-relay`. */
export function press(session: Session, keys: string, relay: boolean): void {
  const [key] = keys;
  if (key === undefined || session.state !== 'up' || session.gone) return;
  const body = relay ? `Signal=${key}\r\nDuration=160\r\n` : key;
  const type = relay ? 'application/dtmf-relay' : 'application/dtmf';
  const next = (): void => press(session, keys.slice(1), relay);
  session.ask('INFO', [], body, (response) => response !== null && response.status >= 200 && next(), type);
}
