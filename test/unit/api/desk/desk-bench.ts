import type { LightMyRequestResponse } from 'fastify';
import type { Agent } from '../../../../src/agents/agent.js';
import type { DeskAccounts } from '../../../../src/api/desk/desk-accounts.js';
import type { DeskState } from '../../../../src/api/desk/desk-state.js';
import { Desks } from '../../../../src/api/desk/desks.js';
import type { LedgerReader } from '../../../../src/ledger/ledger-reader.js';
import type { CallStory } from '../../../../src/ledger/query.js';
import type { AuditRecord, CallRecord } from '../../../../src/ledger/records.js';
import { type Bench, bench, plan } from '../bench.js';
import { LittleEngine } from '../little-engine.js';

export const LI: Agent = {
  id: 'li-na',
  member: 'city-12345',
  extension: '8017',
  displayName: '坐席八零一七',
  role: 'agent',
  skills: [],
  languages: ['zh'],
  liaisonFor: [],
  enabled: true,
};

const nothing = async () => ({ items: [], next: null });
const NO_LEDGER: LedgerReader = {
  calls: nothing,
  legs: nothing,
  transfers: nothing,
  recordings: nothing,
  audits: nothing,
  story: async () => undefined,
  notes: async () => ({ items: [], next: null, notSearched: [] }),
  head: async () => ({ count: 0, hash: '' }),
  statistics: () => Promise.reject(new Error('this bench has no statistics')),
  close: async () => undefined,
};

type Headers = Readonly<Record<string, string>>;

/** An API with the desk of one agent, whose password is `right`. */
export class DeskBench {
  readonly engine = new LittleEngine();
  readonly written: AuditRecord[] = [];
  /** Calls that are in the ledger. */
  readonly calls: CallRecord[] = [];
  locked = false;
  mark: string | null = 'mark';
  readonly #bench: Bench;
  readonly #desks: Desks;
  #cookie: string | undefined;

  constructor(browserPhones = true) {
    const accounts: DeskAccounts = {
      agent: (id) => (id === LI.id ? LI : undefined),
      markOf: (id) => (id === LI.id ? this.mark : null),
      logIn: (id, password) => {
        if (this.locked) return 'locked';
        return id === LI.id && password === 'right' ? 'right' : 'wrong';
      },
      pagePassword: () => 'for-the-page',
      realm: 'city.example',
      isReachable: () => true,
    };
    this.#desks = new Desks({
      operations: this.engine,
      ledger: { ...NO_LEDGER, story: async (id) => this.#story(id) },
      dialPlan: () => plan,
      accounts,
      secret: Buffer.alloc(32, 1),
      listeners: [{ secure: true, port: 5443 }],
      browserPhones,
      can: { conference: false },
      now: () => 1_000_000,
      write: async (record) => void this.written.push(record),
    });
    this.#bench = bench({ operations: this.engine, desks: this.#desks });
  }

  #story(id: string): CallStory | undefined {
    const call = this.calls.find((one) => one.id === id);
    return call && { call: { ...call, seq: 1 }, legs: [], transfers: [], recordings: [] };
  }

  get state(): DeskState {
    const state = this.#desks.stateOf(LI.id);
    if (state === null) throw new Error('there is no desk');
    return state;
  }

  async logIn(password = 'right', headers: Headers = {}): Promise<LightMyRequestResponse> {
    const answer = await this.ask('POST', '/v1/desk/session', { agent: LI.id, password }, headers);
    this.#cookie = answer.cookies[0]?.value;
    return answer;
  }

  ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: object,
    headers: Headers = {},
  ): Promise<LightMyRequestResponse> {
    return this.#bench.app.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
      ...(this.#cookie === undefined ? {} : { cookies: { 'onekey-desk': this.#cookie } }),
    });
  }
}
