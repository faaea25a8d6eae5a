/** Part of the composition root: what the configuration says of agents, in the terms of their room. */
import type { AgentSettings } from './agents/agent-room.js';
import { keptSecret } from './api/kept-secret.js';
import type { Config } from './config/config.js';

/** OPTIONS may be off; phones with Outbound are still told how often to give a sign. Seconds. */
const FLOW_TIMER = 25;

export function agentSettings({ agents, data, sip }: Config): AgentSettings {
  const [first = 'SHA-256', ...others] = agents.algorithms;
  return {
    realm: agents.realm,
    pageSecret: keptSecret(data, 'page-secret'),
    algorithms: [first, ...others],
    nonceMs: agents.nonceSeconds * 1000,
    limits: {
      maxContacts: agents.maxContacts,
      minExpires: agents.minExpiresSeconds,
      defaultExpires: agents.defaultExpiresSeconds,
      maxExpires: agents.maxExpiresSeconds,
      flowTimer: agents.keepAliveSeconds > 0 ? agents.keepAliveSeconds : FLOW_TIMER,
      // An existing drachtio-server does not.
      answersStun: sip.server === 'embedded',
    },
    lockout: {
      attempts: agents.lockout.attempts,
      firstMs: agents.lockout.firstSeconds * 1000,
      mostMs: agents.lockout.mostSeconds * 1000,
    },
    keepAliveMs: agents.keepAliveSeconds * 1000,
  };
}
