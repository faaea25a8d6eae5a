import { z } from 'zod';
import type { DialPlan } from '../dialplan/plan.js';
import type { Api, WholeContext } from './context.js';
import { dialPlanSchema, errorSchema } from './schemas.js';

/** The dial plan: read it, load it anew. */
export function dialPlanRoutes(api: Api, { operations, dialPlan }: WholeContext): void {
  api.get(
    '/v1/dialplan',
    {
      schema: {
        tags: ['dial plan'],
        summary: 'Members, keys, trunks and policies in force',
        response: { 200: dialPlanSchema, 401: errorSchema },
      },
    },
    () => describePlan(dialPlan(), operations.figures().gatewaysUp),
  );

  api.post(
    '/v1/dialplan/reload',
    {
      schema: {
        tags: ['dial plan'],
        summary: 'Load the dial plan anew',
        description:
          'Calls in progress keep the plan that they started with. When the file has faults, the plan in force stays.',
        response: {
          200: z.object({ version: z.string().meta({ description: 'Version in force' }) }),
          401: errorSchema,
          403: errorSchema,
          422: errorSchema,
        },
      },
    },
    async (_request, reply) => {
      const { ok, version, faults } = await operations.reloadDialPlan();
      if (ok) return reply.code(200).send({ version });
      const message = `The dial plan has faults; version ${version} stays in force.`;
      return reply.code(422).send({ error: { code: 'dialplan-invalid', message, faults: [...faults] } });
    },
  );
}

function describePlan(
  plan: DialPlan,
  gatewaysUp: Readonly<Record<string, boolean>>,
): z.output<typeof dialPlanSchema> {
  const keysOf = (member: string) => [...plan.keys].filter(([, id]) => id === member).map(([key]) => key);
  return {
    version: plan.version,
    members: [...plan.members.values()].map((member) => ({
      id: member.id,
      numbers: [...member.numbers],
      name: { ...member.name },
      field: member.field,
      emergency: member.emergency,
      source: member.source,
      keys: keysOf(member.id),
      targets: member.targets.map(({ ring, desks, onlyFor }) => ({
        ring,
        desks: desks.map((desk) => ({ ...desk })),
        onlyFor: [...onlyFor],
      })),
      fallback: member.fallback,
      hours:
        member.hours === null ? null : { timezone: member.hours.timezone, weekly: [...member.hours.text] },
      capacity: member.capacity,
      mayTransferTo: member.mayTransferTo === null ? null : [...member.mayTransferTo],
      recording: member.recording,
    })),
    trunks: [...plan.trunks.values()].map(({ id, kind, member, gateways, capacity }) => ({
      id,
      kind,
      member,
      capacity,
      gateways: gateways.map((gateway) => ({ id: gateway.id, up: gatewaysUp[gateway.id] ?? null })),
    })),
    policies: {
      ...plan.policies,
      keyCodes: { ...plan.policies.keyCodes },
      callBack: plan.policies.callBack && {
        ...plan.policies.callBack,
        trunks: [...plan.policies.callBack.trunks],
      },
    },
  };
}
