import { NO_AGENTS } from '../../../src/agents/agents.js';
import { type CallBackWish, callBack } from '../../../src/api/call-back.js';
import { DialPlanHolder } from '../../../src/dialplan/holder.js';
import { newCallId } from '../../../src/engine/call-id.js';
import { Engine } from '../../../src/engine/engine.js';
import type { EngineLog } from '../../../src/engine/log.js';
import type { OperationResult } from '../../../src/engine/operations.js';
import { unlimited } from '../../../src/engine/overload.js';
import { SrfSignalling } from '../../../src/engine/srf-signalling.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { CallRecord, LedgerRecord } from '../../../src/ledger/records.js';
import { DirectAnchor } from '../../../src/media/direct-anchor.js';
import { TimerWheel } from '../../../src/sip/timer-wheel.js';
import { CONTROL, type World } from '../world/world.js';
import { alliancePlan, LIMITS } from './alliance.js';
import { ListenableMedia } from './listenable-media.js';
import { ProgramClock } from './program-clock.js';

/** Keeps what it is given, and which calls are open. */
export class RecordingLedger implements Ledger {
  readonly records: LedgerRecord[] = [];
  readonly open = new Set<string>();
  private readonly calls = new Map<string, CallRecord>();
  /** Told of each record once it is kept. */
  onRecord: (record: LedgerRecord) => void = () => undefined;

  journal(callId: string): void {
    this.open.add(callId);
  }

  append(records: readonly LedgerRecord[], closes?: string): void {
    this.records.push(...records);
    if (closes !== undefined) this.open.delete(closes);
    for (const record of records) {
      if (record.kind === 'call') this.calls.set(record.id, record);
      this.onRecord(record);
    }
  }

  call(id: string): CallRecord | null {
    return this.calls.get(id) ?? null;
  }

  leftOpen(): readonly [] {
    return [];
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}

/** The program as it runs in a world: SIP server, drachtio-srf, engine, ledger. */
export class Site {
  readonly ledger = new RecordingLedger();
  /** What the program itself says went wrong. */
  readonly errors: string[] = [];
  readonly signalling: SrfSignalling;
  readonly engine: Engine;
  readonly plan = alliancePlan();
  readonly clock: ProgramClock;
  readonly media: ListenableMedia;

  /** @param wheel the server's timers sit in its timing wheel, as they do outside of simulations */
  constructor(
    private readonly world: World,
    private readonly wheel: boolean,
  ) {
    const { time, random } = world;
    const clock = new ProgramClock(time);
    this.clock = clock;
    const began = time.now();
    const bytes = (size: number): Buffer => {
      const filled = Buffer.alloc(size);
      random.fill(filled);
      return filled;
    };
    const log = this.log();
    this.signalling = new SrfSignalling(CONTROL, log, () => bytes(16).toString('hex'));
    const direct = new DirectAnchor(() => 1 + Math.floor(random.next() * 2 ** 40));
    this.media = new ListenableMedia(direct, (likely) => random.chance(likely));
    this.engine = new Engine({
      clock: {
        now: () => ({ utc: time.now(), mono: time.now() - began }),
        after: (ms, fire) => {
          const handle = clock.setTimeout(fire, ms);
          return { cancel: () => clock.clearTimeout(handle) };
        },
      },
      signalling: this.signalling,
      media: this.media.anchor,
      ledger: this.ledger,
      agents: NO_AGENTS,
      dialPlan: new DialPlanHolder(this.plan),
      log,
      random: random.next,
      newCallId: () => newCallId(time.now(), bytes),
      maxCalls: 100_000,
      admission: unlimited,
      screenPopUrl: () => null,
      times: { noResponseMs: LIMITS.noResponseMs, notifyAnswerMs: LIMITS.notifyAnswerMs },
    });
  }

  async start(): Promise<void> {
    const { world } = this;
    const { clock } = this;
    await world.startServer({ clock: this.wheel ? new TimerWheel(clock, () => clock.now()) : clock });
    const started = this.engine.start();
    await world.time.run();
    await started;
  }

  /** Asks for a call back as the API does, with what the ledger has. */
  callBack(wish: CallBackWish): Promise<OperationResult<{ callId: string }>> {
    const { ledger, engine } = this;
    const story = async (id: string) => {
      const call = ledger.call(id);
      return call === null
        ? undefined
        : { call: { ...call, seq: 0 }, legs: [], transfers: [], recordings: [] };
    };
    const wasCalledBack = async (id: string): Promise<boolean> =>
      ledger.records.some((r) => r.kind === 'audit' && r.action === 'called-back' && r.subject === id);
    return callBack({ ledger: { story }, wasCalledBack, operations: engine }, wish);
  }

  close(): void {
    this.signalling.close();
  }

  private log(): EngineLog {
    const nothing = (): void => undefined;
    const log: EngineLog = {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (fields, text) => {
        const { err } = fields as { err?: unknown };
        this.errors.push(`${text}: ${err instanceof Error ? err.stack : JSON.stringify(fields)}`);
      },
      child: () => log,
    };
    return log;
  }
}
