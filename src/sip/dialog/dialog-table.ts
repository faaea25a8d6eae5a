import type { SipRequest } from '../message/message.js';
import type { Dialog, DialogId } from './dialog.js';
import type { DialogState } from './dialog-state.js';

/** All dialogs by id, and by Call-ID for clients that name a dialog only by it. */
export class DialogTable {
  private readonly byId = new Map<DialogId, Dialog>();
  private readonly byCallId = new Map<string, Dialog>();

  get size(): number {
    return this.byId.size;
  }

  get(id: DialogId): Dialog | undefined {
    return this.byId.get(id);
  }

  /** A confirmed dialog with that Call-ID. */
  confirmedByCallId(callId: string): Dialog | undefined {
    const dialog = this.byCallId.get(callId);
    return dialog?.phase === 'confirmed' ? dialog : undefined;
  }

  /** The dialog that a request of the peer belongs to: we may have been caller or answerer. */
  match(request: SipRequest): { dialog: Dialog; state: DialogState } | null {
    for (const role of ['uas', 'uac'] as const) {
      const callerTag = role === 'uas' ? request.fromTag : request.toTag;
      const answererTag = role === 'uas' ? request.toTag : request.fromTag;
      const dialog = this.byId.get(`${request.callId};from-tag=${callerTag}`);
      if (dialog === undefined || dialog.role !== role) continue;
      const state = dialog.stateFor(answererTag);
      if (state !== null) return { dialog, state };
    }
    return null;
  }

  add(dialog: Dialog): void {
    this.byId.set(dialog.id, dialog);
    this.byCallId.set(dialog.callId, dialog);
  }

  remove(dialog: Dialog): void {
    if (this.byId.get(dialog.id) === dialog) this.byId.delete(dialog.id);
    if (this.byCallId.get(dialog.callId) === dialog) this.byCallId.delete(dialog.callId);
  }

  *[Symbol.iterator](): Iterator<Dialog> {
    yield* this.byId.values();
  }
}
