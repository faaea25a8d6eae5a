import type { LegRecord, TransferRecord } from '../../../../src/ledger/records.js';
import type { Case } from './verdict.js';
import type { WireLeg } from './wire-leg.js';

/** The answer to a final NOTIFY may take 8 s, the ACK that a BYE waits for 32 s. */
const RELEASE_MS = 41_000;

/** What the ledger says of transfers is what the wire shows: who hears whom, and what the agents were told. */
export function judgeTransfers(found: Case): void {
  const { site, observer, violate } = found;
  const wire = new Map<string, WireLeg>();
  for (const record of site.ledger.records) {
    if (record.kind !== 'leg') continue;
    const leg = observer.legs.get((record as LegRecord).sipCallId ?? '');
    if (leg !== undefined) wire.set(record.id, leg);
  }
  for (const record of site.ledger.records) {
    if (record.kind !== 'transfer') continue;
    const asker = wire.get(record.transferorLeg ?? '');
    if (record.outcome === 'completed' && record.mode !== 'alert') judgeCompleted(found, record, wire);
    const done = record.completedAt;
    if (done !== null && asker !== undefined && record.mode !== 'alert' && asker.upAt(done + RELEASE_MS))
      violate(
        asker.story,
        `transfer ${record.id} completed, but its agent at ${asker.host} was not released`,
      );
  }
  for (const leg of observer.legs.values()) {
    const refers = leg.peerRequests.filter(({ method, status }) => method === 'REFER' && status === 202);
    if (leg.finalNews.length > refers.length)
      violate(leg.story, `${leg.finalNews.length} final NOTIFYs for ${refers.length} REFERs at ${leg.host}`);
  }
}

/** At the moment of completion each of the two had been told of the other. */
function judgeCompleted({ violate }: Case, record: TransferRecord, wire: ReadonlyMap<string, WireLeg>): void {
  const transferee = wire.get(record.transfereeLeg);
  const target = wire.get(record.targetLeg ?? '');
  const at = record.completedAt ?? 0;
  if (transferee === undefined || target === undefined)
    return violate(
      transferee?.story ?? null,
      `transfer ${record.id} completed with legs that the wire did not see`,
    );
  if (!knows(transferee, target, at))
    violate(
      transferee.story,
      `transfer ${record.id} completed, but the caller was not told of ${target.host}`,
    );
  if (!knows(target, transferee, at))
    violate(
      transferee.story,
      `transfer ${record.id} completed, but ${target.host} was not told of the caller`,
    );
  if (target.answeredAt === null)
    violate(transferee.story, `transfer ${record.id} completed without an answer`);
}

function knows(leg: WireLeg, other: WireLeg, at: number): boolean {
  const address = leg.toldAt(at);
  return address !== null && other.own.has(address);
}
