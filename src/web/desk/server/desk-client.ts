/** The desk's requests to the server. The session is a cookie that scripts cannot read. */
import type { DeskPhoneAccount, DeskTransferMode } from '../../../api/desk/desk-state.js';

/** Something was refused, or the server could not be reached (`server-away`). `code` is stable. */
export class DeskError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'DeskError';
  }
}

export type TransferAction = 'complete' | 'cancel' | 'toggle' | 'conference';

export interface TransferWish {
  /** The call that the agent saw when asking. */
  readonly callId: string | undefined;
  /** Sent again under this name, it is carried out once. */
  readonly requestId: string;
  readonly to: string;
  readonly mode: DeskTransferMode;
  readonly matter?: string | undefined;
  readonly note?: string | undefined;
}

/** A matter that fits what was typed, and who takes it now. */
export interface MatterMatch {
  readonly code: string;
  readonly zh: string;
  readonly en: string | null;
  readonly urgency: 'routine' | 'urgent' | 'emergency';
  readonly proposed: { readonly id: string; readonly number: string };
  readonly reason: { readonly zh: string; readonly en: string };
}

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch (error) {
    throw new DeskError('server-away', error instanceof Error ? error.message : String(error));
  }
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer as T;
  const { error } = answer as { readonly error?: { readonly code?: string; readonly message?: string } };
  // A reverse proxy without a server behind it.
  const without = [502, 503, 504].includes(response.status) ? 'server-away' : `http-${response.status}`;
  throw new DeskError(error?.code ?? without, error?.message ?? response.statusText);
}

export const deskClient = {
  logIn: (agent: string, password: string) => ask<object>('POST', '/v1/desk/session', { agent, password }),
  logOut: () => ask<object>('DELETE', '/v1/desk/session'),
  phone: () => ask<DeskPhoneAccount>('GET', '/v1/desk/phone'),
  setState: (state: 'ready' | 'pause', reason?: string) =>
    ask<object>('PUT', '/v1/desk/state', { state, reason }),
  transfer: (wish: TransferWish) => ask<{ readonly transferId: string }>('POST', '/v1/desk/transfers', wish),
  control: (action: TransferAction) => ask<object>('POST', `/v1/desk/transfers/${action}`),
  hangUp: () => ask<object>('POST', '/v1/desk/call/hang-up'),
  saveNote: (callId: string, note: string) => ask<object>('PUT', `/v1/desk/notes/${callId}`, { note }),
  callBack: (id: string) => ask<{ readonly callId: string }>('POST', `/v1/desk/missed-calls/${id}/call-back`),
  calledBack: (id: string) => ask<object>('POST', `/v1/desk/missed-calls/${id}/done`),
  matters: (query: string) =>
    ask<{ readonly items: readonly MatterMatch[] }>(
      'GET',
      `/v1/desk/matters?limit=8&q=${encodeURIComponent(query)}`,
    ),
};
