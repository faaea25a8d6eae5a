/** Transfers of the ledger and of the capture, story by story. */
import type { LedgerTold } from './ledger-legs.js';
import { storyOf } from './scene.js';
import type { SeenTransfer } from './wire-transfers.js';

/** What differs, one line for each story. */
export function compareTransfers(seen: readonly SeenTransfer[], told: LedgerTold): readonly string[] {
  const stories = new Map<string, number | null>();
  for (const leg of told.legs) {
    const story = storyOf(leg.callerNumber ?? '');
    if (story !== null) stories.set(leg.callId, story);
  }
  const ledger = linesByStory(
    told.transfers.map(({ callId, ...transfer }) => ({ ...transfer, story: stories.get(callId) ?? null })),
  );
  const wire = linesByStory(seen);
  return [...new Set([...ledger.keys(), ...wire.keys()])].flatMap((story) => {
    const [ours, theirs] = [ledger.get(story) ?? [], wire.get(story) ?? []].map((lines) =>
      lines.sort().join('; '),
    );
    return ours === theirs
      ? []
      : [`story ${story}: ${ours || 'none'} in the ledger, ${theirs || 'none'} on the wire`];
  });
}

function linesByStory(
  transfers: readonly (Omit<SeenTransfer, 'story' | 'trigger' | 'mode' | 'outcome'> & {
    readonly story: number | null;
    readonly trigger: string;
    readonly mode: string;
    readonly outcome: string;
  })[],
): Map<number | null, string[]> {
  const lines = new Map<number | null, string[]>();
  for (const { story, trigger, mode, fromMember, toMember, outcome } of transfers) {
    const line = `${trigger} ${mode} ${fromMember} to ${toMember} ${outcome}`;
    lines.set(story, [...(lines.get(story) ?? []), line]);
  }
  return lines;
}
