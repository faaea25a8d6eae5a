import { Counter, Gauge, type Registry } from 'prom-client';
import type { Agents } from './agents.js';

/** Adds the figures of agents to a registry; they are read when it is scraped. */
export function addAgentMetrics(
  registry: Registry,
  agents: Pick<Agents, 'agents' | 'registrations' | 'lockouts' | 'figures'>,
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('onekey_agents', 'Accounts of agents', () => agents.agents().length);
  gauge('onekey_agent_phones', 'Phones of agents that are registered', () => agents.registrations().length);
  gauge('onekey_agent_lockouts', 'Accounts that are locked now for a source', () => agents.lockouts().length);
  new Counter({
    name: 'onekey_agent_registers_total',
    help: 'REGISTER requests by the status of the answer',
    registers,
    labelNames: ['status'],
    collect() {
      this.reset();
      for (const [status, count] of Object.entries(agents.figures().registers)) this.inc({ status }, count);
    },
  });
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  counter(
    'onekey_agent_wrong_passwords_total',
    'Wrong passwords of agents, and names that there is no account of',
    () => agents.figures().wrongPasswords,
  );
  counter(
    'onekey_agent_lockouts_total',
    'Times that an account was locked for a source',
    () => agents.figures().lockouts,
  );
}
