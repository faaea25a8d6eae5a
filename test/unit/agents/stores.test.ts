import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountStore } from '../../../src/agents/account-store.js';
import { agentsPath } from '../../../src/agents/agent-tables.js';
import { ContactStore } from '../../../src/agents/contact-store.js';
import type { Registration } from '../../../src/agents/registration.js';
import { startAgents } from '../../../src/agents/start-agents.js';
import type { StoreRequest } from '../../../src/agents/store-messages.js';
import { StoreThread } from '../../../src/agents/store-thread.js';
import { temporaryFolder } from '../ledger/fixtures.js';
import { anAccount, aSite, HandClock, PASSWORD, Phone, START } from './an-agent-room.js';

let dir = '';
let file = '';
beforeEach(() => {
  dir = temporaryFolder();
  file = agentsPath(dir);
});

function registrationOf(user = 'li-na'): Registration {
  const site = aSite();
  new Phone(site, user).register();
  const [saved] = site.saved;
  if (saved === undefined) throw new Error('nothing was saved');
  return saved;
}

describe('accounts on disk', () => {
  let store: AccountStore;
  beforeEach(() => {
    store = new AccountStore(file);
  });
  afterEach(() => store.close());

  it('are as they were given, and know each change', () => {
    const account = anAccount('li-na', PASSWORD, {
      skills: ['water', '供水'],
      languages: ['zh'],
      role: 'supervisor',
    });
    expect(store.revision()).toBe(0);
    expect(store.add(account, 'root')).toEqual({ ok: true });
    expect(store.all()).toEqual([account]);
    const edited = { ...account.agent, extension: '8019', enabled: false };
    expect(store.edit(edited, { by: 'li', now: START + 5 })).toEqual({ ok: true });
    expect(store.get('li-na')).toEqual({ ...account, agent: edited, changedAt: START + 5 });
    const secrets = { MD5: 'a', 'SHA-256': 'b' };
    expect(store.setSecrets('li-na', 'other', secrets, { by: 'wang', now: START + 6 })).toEqual({ ok: true });
    expect(store.get('li-na')).toMatchObject({ secrets, realm: 'other', changedAt: START + 6 });
    expect(store.revision()).toBe(3);
    const audits = store.audits.waiting();
    expect(audits.map(({ doneAt, actor, action, subject }) => [doneAt, actor, action, subject])).toEqual([
      [account.createdAt, 'root', 'account-added', 'li-na'],
      [START + 5, 'li', 'account-changed', 'li-na'],
      [START + 6, 'wang', 'password-changed', 'li-na'],
    ]);
    const details = audits.map(({ detail }) => JSON.parse(detail ?? ''));
    for (const detail of details) expect(detail).toMatchObject({ account: 'agent' });
    expect(details[1]).toMatchObject({ extension: '8019', enabled: false });
    expect(JSON.stringify(audits)).not.toContain(PASSWORD);
    store.audits.taken(audits.map(({ id }) => id));
    expect(store.audits.waiting()).toEqual([]);
  });

  it('are one of each name, and one at each desk of a member', () => {
    store.add(anAccount('li-na', PASSWORD), 'root');
    expect(store.add(anAccount('li-na', PASSWORD), 'root')).toEqual({ ok: false, why: 'exists' });
    expect(store.add(anAccount('chen', PASSWORD), 'root')).toEqual({ ok: false, why: 'extension-taken' });
    expect(store.add(anAccount('chen', PASSWORD, { member: 'youth' }), 'root')).toEqual({ ok: true });
    expect(store.edit(anAccount('gone', PASSWORD).agent, { by: 'li', now: START })).toEqual({
      ok: false,
      why: 'unknown',
    });
    expect(store.revision()).toBe(2);
    expect(store.audits.waiting()).toHaveLength(2);
  });

  it('are no part of the chain of the ledger', async () => {
    store.add(anAccount('li-na', PASSWORD), 'root');
  });
});

it('contacts on disk are the last that was written, without those that ran out', () => {
  const contact = registrationOf();
  const store = new ContactStore(file);
  store.write({ saved: [contact, { ...contact, id: 'b', expiresAt: START + 10 }], removed: [] });
  store.write({
    saved: [
      { ...contact, cseq: 9 },
      { ...contact, id: 'c' },
    ],
    removed: ['c', 'nothing'],
  });
  // What is saved and removed at once was saved last.
  expect(store.load(START + 5).map(({ id }) => id)).toEqual([contact.id, 'b', 'c'].sort());
  store.write({ saved: [], removed: ['c'] });
  store.close();
  const again = new ContactStore(file);
  expect(again.load(START + 11)).toEqual([{ ...contact, cseq: 9 }]);
  again.close();
});

describe('the way to the disk', () => {
  const contact = registrationOf();

  class FakeWorker extends EventEmitter {
    readonly posted: StoreRequest[] = [];
    postMessage(request: StoreRequest): void {
      this.posted.push(request);
    }
    get changes() {
      const last = this.posted.at(-1);
      return last?.type === 'write'
        ? { saved: last.changes.saved.map(({ id, cseq }) => `${id} ${cseq}`), removed: last.changes.removed }
        : last?.type;
    }
    written(): void {
      const last = this.posted.at(-1);
      if (last?.type === 'write') this.emit('message', { type: 'written', number: last.number });
    }
    refused(): void {
      const last = this.posted.at(-1);
      if (last?.type === 'write')
        this.emit('message', { type: 'refused', number: last.number, message: 'full' });
    }
  }

  let clock: HandClock;
  let workers: FakeWorker[];
  let troubles: string[];
  let thread: StoreThread;
  const worker = (): FakeWorker => workers.at(-1) ?? new FakeWorker();
  const put = (id: string, cseq = 1): void => thread.save({ ...contact, id, cseq });

  beforeEach(() => {
    clock = new HandClock();
    workers = [];
    troubles = [];
    thread = new StoreThread({
      startThread: () => {
        const made = new FakeWorker();
        workers.push(made);
        return made as unknown as Worker;
      },
      clock,
      gatherMs: 500,
      onAccounts: () => undefined,
      onTrouble: (message) => troubles.push(message),
    });
    thread.start();
  });

  it('gathers changes, of each contact the last one', () => {
    put('a', 1);
    put('b', 1);
    put('a', 2);
    thread.remove('b');
    expect(worker().posted).toEqual([]);
    clock.pass(500);
    expect(worker().changes).toEqual({ saved: ['a 2'], removed: ['b'] });
    put('c');
    clock.pass(5000);
    expect(worker().posted).toHaveLength(1);
    worker().written();
    clock.pass(500);
    expect(worker().changes).toEqual({ saved: ['c 1'], removed: [] });
  });

  it('keeps what the disk refused, under what came later', () => {
    put('a', 1);
    put('b', 1);
    clock.pass(500);
    put('a', 2);
    worker().refused();
    clock.pass(2000);
    expect(worker().changes).toEqual({ saved: ['a 2', 'b 1'], removed: [] });
    expect(troubles).toEqual(['full']);
  });

  it('goes on with another thread when one dies, and repeats what that one had', () => {
    put('a');
    clock.pass(500);
    worker().emit('error', new Error('out of memory'));
    clock.pass(2000);
    expect(workers).toHaveLength(2);
    expect(worker().changes).toEqual({ saved: ['a 1'], removed: [] });
  });

  it('writes what is left before it closes', async () => {
    put('a');
    clock.pass(500);
    put('b');
    const closed = thread.close();
    worker().written();
    expect(worker().changes).toEqual({ saved: ['b 1'], removed: [] });
    worker().written();
    expect(worker().changes).toBe('close');
    worker().emit('message', { type: 'closed' });
    await closed;
  });
});

describe('agents that are started', () => {
  const settings = {
    realm: 'onekey',
    pageSecret: Buffer.alloc(32, 3),
    algorithms: ['MD5'],
    nonceMs: 60_000,
    limits: {
      maxContacts: 3,
      minExpires: 60,
      defaultExpires: 600,
      maxExpires: 3600,
      flowTimer: 25,
      answersStun: true,
    },
    lockout: { attempts: 3, firstMs: 1000, mostMs: 1000 },
    keepAliveMs: 0,
  } as const;
  const log = { info: () => undefined, warn: () => undefined };
  const open = () => startAgents({ dir, settings, log, ask: async () => 200 });

  it('see accounts that the command line makes, and have their contacts again after a restart', async () => {
    const first = open();
    const changed = new Promise<void>((resolve) => void first.agents.onAgents(resolve));
    const store = new AccountStore(file);
    store.add(anAccount('li-na', PASSWORD), 'root');
    store.close();
    await changed;
    expect(first.agents.agents()).toMatchObject([{ id: 'li-na' }]);
    const phone = new Phone({ ...aSite(), room: first.agents }, 'li-na', PASSWORD, undefined, 'MD5');
    expect(phone.register().status).toBe(200);
    await first.stop();
    const second = open();
    expect(second.agents.contactsOf('li-na').map(({ uri }) => uri)).toEqual(['sip:li-na@10.7.0.1:5062']);
    await second.stop();
  });
});
