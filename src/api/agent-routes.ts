import { z } from 'zod';
import type { Agents } from '../agents/agents.js';
import type { Api, ApiContext } from './context.js';
import type { SeenAgents } from './rights/sight.js';
import { errorSchema, text, time } from './schemas.js';
import { toWire } from './wire.js';

const phoneSchema = z.object({
  uri: text('Contact that the phone registered', 'sip:li-na@192.168.1.20:5060'),
  source: text('Where it registered from: `host:port/transport`', '203.0.113.7:40112/udp'),
  userAgent: text('What the phone says that it is').nullable(),
  lost: z.boolean().meta({
    description: 'Calls or keep-alives found nobody there: it is not rung until it is heard of again',
  }),
  registeredAt: time('When it registered first'),
  refreshedAt: time('When it was refreshed last'),
  expiresAt: time('When it runs out'),
});

const agentSchema = z
  .object({
    id: text('Name of the account', 'li-na'),
    member: text('Member that the agent answers for', 'city-12345'),
    extension: text('Number of the desk', '8017'),
    displayName: text('Name for people', '李娜'),
    role: z.enum(['agent', 'supervisor']),
    skills: z.array(z.string()),
    languages: z.array(z.string()),
    liaisonFor: z
      .array(z.string())
      .meta({ description: 'Members for whose transfers this is the liaison desk' }),
    enabled: z.boolean(),
    phones: z.array(phoneSchema).meta({ description: 'Phones that are registered now' }),
  })
  .meta({ id: 'Agent' });

const lockoutSchema = z
  .object({
    account: text('Name that was tried; there need be no such account', 'li-na'),
    source: text('Address that the wrong passwords came from', '203.0.113.7'),
    failures: z.number().int().meta({ description: 'Wrong passwords' }),
    times: z.number().int().meta({ description: 'How often in a row it was locked' }),
    lockedUntilAt: time('When it may try again'),
  })
  .meta({ id: 'Lockout' });

/** Agents whose phones register here. */
export function agentRoutes(api: Api, { sight }: ApiContext): void {
  api.get(
    '/v1/agents',
    {
      schema: {
        tags: ['live'],
        summary: 'Agents with their phones, and accounts that are locked',
        description:
          'Accounts of agents, in the order of their names, with the phones that are registered now; and who is locked out of which account after too many wrong passwords. Passwords, and what is kept of them, are in no answer.',
        querystring: z.object({
          member: text('Only agents of this member').optional(),
        }),
        response: {
          200: z.object({ items: z.array(agentSchema), lockouts: z.array(lockoutSchema) }),
          400: errorSchema,
          401: errorSchema,
        },
      },
    },
    (request) => ({
      items: toWire(itemsOf(sight(request).agents, request.query.member)),
      lockouts: toWire(
        (sight(request).agents?.lockouts() ?? []).map(({ until, ...lockout }) => ({
          ...lockout,
          lockedUntilAt: until,
        })),
      ),
    }),
  );
}

function itemsOf(agents: SeenAgents | undefined, member: string | undefined) {
  if (agents === undefined) return [];
  const phones = phonesByAgent(agents);
  return agents
    .agents()
    .filter((agent) => member === undefined || agent.member === member)
    .map((agent) => ({ ...agent, phones: phones.get(agent.id) ?? [] }));
}

function phonesByAgent(agents: Pick<Agents, 'registrations'>) {
  const all = agents.registrations().map((registration) => {
    const { host, port, transport } = registration.source;
    const { agent, uri, userAgent, lost, registeredAt, refreshedAt, expiresAt } = registration;
    const source = `${host.includes(':') ? `[${host}]` : host}:${port}/${transport}`;
    return { agent, phone: { uri, source, userAgent, lost, registeredAt, refreshedAt, expiresAt } };
  });
  const found = new Map<string, (typeof all)[number]['phone'][]>();
  for (const { agent, phone } of all) found.set(agent, [...(found.get(agent) ?? []), phone]);
  return found;
}
