import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { EngineProcess } from './engine-process.js';
import { StoryError } from './happenings.js';
import type { Narrator } from './narrator.js';

const text = z.string().nullable();
const page = <T extends z.ZodType>(row: T) => z.object({ items: z.array(row) });
const callPage = page(
  z.object({
    id: z.string(),
    callerNumber: text,
    firstDialled: z.string(),
    lastMember: text,
    outcome: z.string(),
    legs: z.number(),
  }),
);
const legPage = page(
  z.object({
    role: z.string(),
    member: text,
    trunk: text,
    outcome: z.string(),
    endedBy: z.string(),
    talkMs: z.number().nullable(),
  }),
);
const transferPage = page(
  z.object({
    trigger: z.string(),
    fromMember: text,
    toMember: text,
    outcome: z.string(),
    cause: text,
    switchMs: z.number().nullable(),
  }),
);

/**
 * Print what the ledger holds of the two calls, and hold it against what was played.
 *
 * @throws StoryError when a row is missing, too many, or says something else.
 */
export async function tellLedger(engine: EngineProcess, narrator: Narrator): Promise<void> {
  const calls = await settledCalls(engine);
  narrator.heading({ zh: '台账', en: 'the ledger' });
  const outcomes: string[] = [];
  for (const call of calls) {
    const legs = legPage.parse(await engine.get(`/v1/legs?order=oldest&callId=${call.id}`)).items;
    const transfers = transferPage.parse(
      await engine.get(`/v1/transfers?order=oldest&callId=${call.id}`),
    ).items;
    narrator.plain(
      row(
        'call',
        call.id,
        `${call.callerNumber} -> ${call.firstDialled}`,
        call.outcome,
        `last with ${call.lastMember}`,
      ),
    );
    for (const leg of legs) {
      const talked = leg.talkMs === null ? 'never talked' : `talked ${(leg.talkMs / 1000).toFixed(1)} s`;
      narrator.plain(
        row('  leg', leg.role, leg.trunk ?? '-', leg.outcome, `${talked}, ended by ${leg.endedBy}`),
      );
    }
    for (const transfer of transfers) {
      const result =
        transfer.switchMs === null ? `${transfer.cause}` : `switched after ${transfer.switchMs} ms`;
      const way = `${transfer.fromMember} -> ${transfer.toMember}`;
      narrator.plain(row('  transfer', transfer.trigger, way, transfer.outcome, result));
      outcomes.push(`${transfer.outcome} ${transfer.cause ?? ''}`.trim());
    }
    if (legs.length !== 3)
      throw new StoryError(`call ${call.id} has ${legs.length} legs in the ledger instead of 3`);
  }
  if (outcomes.join() !== 'completed,failed busy') {
    throw new StoryError(`the ledger has these transfers: ${outcomes.join(', ') || 'none'}`);
  }
}

/** Both calls, oldest first; they are written within a moment of their end. */
async function settledCalls(engine: EngineProcess): Promise<z.output<typeof callPage>['items']> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { items } = callPage.parse(await engine.get('/v1/calls?order=oldest'));
    if (items.length >= 2) return items;
    await sleep(50);
  }
  throw new StoryError('the ledger does not have both calls');
}

function row(...cells: readonly string[]): string {
  const widths = [12, 38, 28, 12, 0];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd();
}
