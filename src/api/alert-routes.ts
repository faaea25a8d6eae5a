import { z } from 'zod';
import type { LiveAlert } from '../engine/operations.js';
import type { Api, ApiContext } from './context.js';
import { alertSchema } from './live-schemas.js';
import { alertQuery } from './query-schemas.js';
import type { SeenLedger } from './rights/scoped-ledger.js';
import { errorSchema } from './schemas.js';
import { toWire } from './wire.js';

const DAY_MS = 24 * 3_600_000;
/** Alerts of calls that are over that are shown; the ledger has all. */
const MAX_PAST = 500;

/** An alert as the API shows it. */
interface Alert extends Omit<LiveAlert, 'firstDialled'> {
  readonly firstDialled: string | null;
  readonly live: boolean;
}

/** Incidents that members told each other of. */
export function alertRoutes(api: Api, context: ApiContext): void {
  const now = context.now ?? Date.now;
  api.get(
    '/v1/alerts',
    {
      schema: {
        tags: ['live'],
        summary: 'Alerts of live calls and of the last 24 hours',
        description: `Newest first; of calls that are over at most ${MAX_PAST}. An alert is raised by a transfer with mode \`alert\`; the event \`alert-raised\` tells of it at once.`,
        querystring: alertQuery,
        response: {
          200: z.object({ items: z.array(alertSchema) }),
          400: errorSchema,
          401: errorSchema,
          503: errorSchema,
        },
      },
    },
    async (request) => {
      const { member } = request.query;
      const { operations, ledger } = context.sight(request);
      const live = operations
        .liveAlerts()
        .filter(({ toMember }) => member === undefined || toMember === member)
        .map((alert): Alert => ({ ...alert, live: true }));
      const known = new Set(live.map(({ id }) => id));
      const past = await pastAlerts(ledger, member, now() - DAY_MS, known);
      const items = [...live, ...past].sort((a, b) => b.raisedAt - a.raisedAt);
      return { items: toWire(items) };
    },
  );
}

/** Alerts in the ledger, without those that are known already. */
async function pastAlerts(
  ledger: Pick<SeenLedger, 'transfers' | 'story'>,
  member: string | undefined,
  from: number,
  known: ReadonlySet<string>,
): Promise<readonly Alert[]> {
  const { items } = await ledger.transfers({
    mode: 'alert',
    outcome: 'completed',
    toMember: member,
    from,
    limit: MAX_PAST,
  });
  const alerts: Alert[] = [];
  for (const { id, callId, requestedAt, fromMember, toMember, matter, note } of items) {
    if (known.has(id)) continue;
    const story = await ledger.story(callId);
    const caller = story?.legs.find(({ role }) => role === 'caller');
    alerts.push({
      id,
      callId,
      raisedAt: requestedAt,
      fromMember,
      toMember: toMember ?? '',
      callerNumber: story?.call?.callerNumber ?? caller?.callerNumber ?? null,
      firstDialled: story?.call?.firstDialled ?? caller?.numberDialled ?? null,
      matter,
      note,
      location: null,
      live: false,
    });
  }
  return alerts;
}
