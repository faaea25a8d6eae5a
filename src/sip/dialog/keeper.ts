import type { Clock } from '../clock.js';
import type { Dialog, InboundRequest, OutboundRequest } from './dialog.js';
import { keptCame, keptDialog, keptSent } from './kept.js';

/** A table of texts that outlives the process. */
export interface KeptTable {
  entries(): ReadonlyMap<string, string>;
  /** Null deletes. */
  set(key: string, value: string | null): void;
}

/** Keeps what a program that is killed must know when it is started again; without a table, nothing. */
export class Keeper {
  constructor(
    private readonly table: KeptTable | null,
    private readonly clock: Clock,
  ) {}

  /** A dialog was confirmed, has changed, or has ended. */
  changed(dialog: Dialog): void {
    if (this.table === null || dialog.kind !== 'INVITE') return;
    const kept = keptDialog(dialog);
    // Early dialogs end with the process.
    if (kept === null && dialog.phase !== 'ended') return;
    this.table.set(`dialog ${dialog.id}`, kept === null ? null : JSON.stringify(kept));
  }

  /** An INVITE of ours is on its way, or goes to another place. */
  sent(outbound: OutboundRequest): void {
    if (this.table === null || outbound.request.method !== 'INVITE') return;
    this.table.set(`sent ${outbound.txnId}`, JSON.stringify(keptSent(outbound, this.clock.now())));
  }

  /** It has its final response. */
  sentIsOver(outbound: OutboundRequest): void {
    if (outbound.request.method === 'INVITE') this.table?.set(`sent ${outbound.txnId}`, null);
  }

  /** An INVITE of a peer waits for its final response. */
  came(inbound: InboundRequest): void {
    if (this.table === null || inbound.request.method !== 'INVITE') return;
    this.table.set(`came ${inbound.txnId}`, JSON.stringify(keptCame(inbound, this.clock.now())));
  }

  /** It has it. */
  cameIsOver(inbound: InboundRequest): void {
    if (inbound.request.method === 'INVITE') this.table?.set(`came ${inbound.txnId}`, null);
  }
}
