import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { onTestFinished } from 'vitest';
import type { ApiOptions } from '../../../src/api/context.js';
import { createApi } from '../../../src/api/create-api.js';
import type { Matter } from '../../../src/dialplan/matter.js';
import { MatterCatalogue } from '../../../src/dialplan/matter-catalogue.js';
import type { DialPlan, Member, Trunk } from '../../../src/dialplan/plan.js';
import { openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { writerOf } from '../ledger/fixtures.js';
import { LittleEngine } from './little-engine.js';

export const OPERATOR = 'operator-0123456789';
export const VIEWER = 'viewer-0123456789';

/** An API over a little engine and a real ledger. */
export interface Bench {
  readonly app: FastifyInstance;
  readonly engine: LittleEngine;
  write(...records: LedgerRecord[]): void;
  /** GET as a viewer. */
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** GET as an operator, for whom nothing is masked. */
  see(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** POST as an operator. */
  post(url: string, body?: unknown): Promise<LightMyRequestResponse>;
}

export function bench(options: Partial<ApiOptions> = {}): Bench {
  const dir = mkdtempSync(join(tmpdir(), 'onekey-api-'));
  const store = writerOf(dir);
  const opened = openLedgerReader({ dir, thread: false });
  if (!opened.ok) throw new Error(opened.fault.message);
  const engine = new LittleEngine();
  const app = createApi({
    operations: engine,
    ledger: opened.reader,
    tokens: [
      { name: 'wall', token: VIEWER, role: 'viewer' },
      { name: 'desk', token: OPERATOR, role: 'operator' },
    ],
    dialPlan: () => plan,
    ...options,
  });
  onTestFinished(async () => {
    await app.close();
    await opened.reader.close();
    store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  let number = 0;
  return {
    app,
    engine,
    write: (...records) => {
      number += 1;
      store.commit({ number, records, journal: [] });
    },
    get: (url, headers = {}) =>
      app.inject({ url, headers: { authorization: `Bearer ${VIEWER}`, ...headers } }),
    see: (url, headers = {}) =>
      app.inject({ url, headers: { authorization: `Bearer ${OPERATOR}`, ...headers } }),
    post: (url, body) =>
      app.inject({
        method: 'POST',
        url,
        headers: { authorization: `Bearer ${OPERATOR}` },
        ...(body === undefined ? {} : { payload: body as object }),
      }),
  };
}

const police: Member = {
  id: 'police-110',
  numbers: ['110'],
  name: { zh: '报警求助', en: 'Police' },
  field: 'police',
  emergency: true,
  source: 'published',
  targets: [
    {
      ring: 'one',
      desks: [{ kind: 'trunk', trunk: 'pbx-110', number: '9001', ringSeconds: 20, weight: 1 }],
      onlyFor: [],
    },
  ],
  queue: {
    ringAtOnce: 1,
    afterCallSeconds: 10,
    maxLength: null,
    announceSeconds: 30,
    readyWhenRegistered: true,
    skillSeconds: 0,
  },
  fallback: null,
  hours: null,
  capacity: null,
  mayTransferTo: null,
  recording: 'on-demand',
};
const pbx: Trunk = {
  id: 'pbx-110',
  kind: 'member',
  member: 'police-110',
  gateways: [{ id: 'pbx-110/127.0.0.1:5080/udp', host: '127.0.0.1', port: 5080, transport: 'udp' }],
  sources: [],
  numberFormat: 'asis',
  auth: null,
  media: 'rtp',
  language: null,
  healthCheck: null,
  capacity: null,
};
const carrier: Trunk = { ...pbx, id: 'carrier', kind: 'carrier', member: null, gateways: [] };

const burglary: Matter = {
  code: 'theft-01',
  name: { zh: '入室盗窃', syllables: ['ru', 'shi', 'dao', 'qie'] },
  en: 'Burglary',
  words: [],
  member: police.id,
  urgency: 'emergency',
  language: null,
  source: 'example',
};

export const plan: DialPlan = {
  version: 'aaaaaaaaaaaa',
  file: 'alliance.yaml',
  members: new Map([[police.id, police]]),
  trunks: new Map([
    [pbx.id, pbx],
    [carrier.id, carrier],
  ]),
  keys: new Map([['*1', police.id]]),
  matters: new MatterCatalogue([burglary]),
  policies: {
    maxHops: 1,
    maxHuntSeconds: 60,
    maxCallSeconds: 0,
    timezone: 'Asia/Shanghai',
    agentsCallAgents: false,
    betweenKeysSeconds: 2,
    ringback: 'prompt',
    announcement: { prompt: 'call-back', maxSeconds: 30 },
    recording: 'on-demand',
    announceRecording: true,
    callBack: { trunks: [], ringSeconds: 60, abroad: false },
    keyCodes: { cancel: '*0', complete: '*#', toggle: '**#', conference: '***', consultPrefix: '*' },
  },
  numbering: { country: '86', area: '22' },
  memberByAddress: () => undefined,
  destination: () => undefined,
  trunkBySource: () => undefined,
  isTrunkHost: () => false,
  readKeys: () => ({ action: null, mayGrow: false }),
  trunkBlocks: [],
  languageOf: () => null,
  formatFor: (_trunk, number) => number,
};
