import { z } from 'zod';
import { text, time } from './schemas.js';

/* What the API answers of queues and of what agents do; see schemas.ts. */

export const AGENT_STATES = ['offline', 'ready', 'ringing', 'talking', 'after-call', 'pause'] as const;

export const agentStateSchema = z
  .object({
    agent: text('Account of the agent', 'li-na'),
    name: text('Name for people', '李娜'),
    extension: text('Number of the desk', '8017'),
    state: z.enum(AGENT_STATES).meta({
      description:
        '`offline`: no phone is registered, or signed off. `ready`: the queue may call. `after-call`: writes up the last call.',
    }),
    reason: text(
      'Of a pause or of being offline: `no-answer`, `declined`, `unreachable`, `lunch`, ...',
    ).nullable(),
    sinceAt: time('Since when'),
    next: z.enum(AGENT_STATES).nullable().meta({ description: 'What follows the call that is up' }),
  })
  .meta({ id: 'AgentState' });

const waiterSchema = z
  .object({
    callId: text('Id of the call'),
    position: z.number().int().meta({ description: 'Place in the queue, 1 is next' }),
    sinceAt: time('Since when it waits there'),
    waitedSeconds: z.number().meta({ description: 'How long' }),
    emergency: z.boolean().meta({ description: 'It comes before all others' }),
    language: text('What the caller speaks, as far as it is known', 'en').nullable(),
    ringing: z.array(z.string()).meta({ description: 'Agents who ring for it now' }),
  })
  .meta({ id: 'Waiter' });

export const queueSchema = z
  .object({
    member: text('The member whose agents serve it', 'city-12345'),
    free: z.number().int().meta({ description: 'Agents who are ready' }),
    there: z.number().int().meta({ description: 'Agents who are not offline' }),
    waiting: z.array(waiterSchema),
    agents: z.array(agentStateSchema),
  })
  .meta({ id: 'Queue' });
