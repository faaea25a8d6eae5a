import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccountStore } from '../../../src/agents/account-store.js';
import { agentsPath } from '../../../src/agents/agent-tables.js';
import type { AuditRecord } from '../../../src/ledger/records.js';
import { peoplePath } from '../../../src/people/people-database.js';
import { PeopleFile } from '../../../src/people/people-file.js';
import { type StartedPeople, startPeople } from '../../../src/people/start-people.js';
import { temporaryFolder } from '../ledger/fixtures.js';

const AGENT = {
  id: 'li-na',
  member: 'city-12345',
  extension: '8017',
  displayName: '李娜',
  role: 'agent',
  skills: [],
  languages: [],
  liaisonFor: [],
  enabled: true,
} as const;

let dir = '';
let people: StartedPeople | null = null;
beforeEach(() => {
  dir = temporaryFolder();
});
afterEach(() => people?.stop());

it('what the command line does to accounts of people and of agents comes into the ledger, and is kept until it is there', async () => {
  const given: AuditRecord[] = [];
  let come: () => void = () => undefined;
  const both = new Promise<void>((resolve) => {
    come = resolve;
  });
  const quiet = { info: () => undefined, warn: () => undefined };
  people = startPeople({
    dir,
    limits: { attempts: 5, firstMs: 1000, mostMs: 60_000 },
    audit: async (records) => {
      given.push(...records);
      const actors = new Set(given.map(({ actor }) => actor));
      if (actors.has('root') && actors.has('chen')) come();
    },
    log: quiet,
  });
  const agents = new AccountStore(agentsPath(dir));
  const secrets = { MD5: 'a', 'SHA-256': 'b' };
  agents.add({ agent: AGENT, realm: 'onekey', secrets, createdAt: 1, changedAt: 1 }, 'root');
  const file = new PeopleFile(peoplePath(dir));
  const person = { id: 'wang', displayName: '王', role: 'viewer', members: 'all', enabled: true } as const;
  file.people.add(person, 'hash', { by: 'chen', now: 2 });
  await both;
  const taken = given.map(({ actor, action, subject }) => [actor, action, subject]);
  expect(taken).toContainEqual(['root', 'account-added', 'li-na']);
  expect(taken).toContainEqual(['chen', 'account-added', 'wang']);
  while (agents.audits.waiting().length + file.audits.waiting().length > 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  agents.close();
  file.close();
});
