import type { MediaClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import { JanusClient, type JanusServer } from './janus-client.js';

/** A run of Janus that we started. */
export interface JanusRun {
  readonly server: JanusServer;
  readonly pid: number | null;
  readonly ended: Promise<string>;
  kill(): void;
  stop(): Promise<void>;
}

export interface JanusLinkSettings {
  /** Start one; null when it cannot be started now. May reject. */
  readonly launch: (() => Promise<JanusRun | null>) | null;
  /** One that somebody else runs; used where nothing is launched. */
  readonly external: JanusServer;
  readonly log: MediaLog;
  readonly clock: MediaClock;
  readonly onUp: (client: JanusClient) => void;
  /** Everything that this connection had is gone. */
  readonly onDown: () => void;
}

/** Waiting times before the second, third, … try in a row; milliseconds. */
const AGAIN_AFTER_MS = [0, 250, 500, 1000, 2000, 5000] as const;
/** Nobody waits longer for the first try. */
const WAIT_AT_MOST_MS = 5000;
/** One that we started and that does not answer for so long never will; a start takes 0.2 s on a machine at rest. */
const HUNG_AFTER_MS = 60_000;
const TRY_EVERY_MS = 30;
/** After so long it is tried less often. */
const TRY_SELDOM_AFTER_MS = 1000;
const TRY_SELDOM_EVERY_MS = 250;
/** A connection that lasted so long ended for something new. */
const LASTED_WELL_MS = 60_000;

/** Keeps Janus running and a connection to it; one that does not answer is killed and started anew. */
export class JanusLink {
  #stopping = false;
  #failures = 0;
  #run: JanusRun | null = null;
  #client: JanusClient | null = null;
  #wake: (() => void) | null = null;
  #first: (up: boolean) => void = () => undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(private readonly settings: JanusLinkSettings) {}

  /** Process id of the one that we started; null while there is none. */
  get pid(): number | null {
    return this.#run?.pid ?? null;
  }

  /** Begin; resolves to whether it answers now, after 5 s at the latest. It goes on trying in any case. */
  async start(): Promise<boolean> {
    const first = new Promise<boolean>((resolve) => {
      this.#first = resolve;
    });
    const enough = this.settings.clock.after(WAIT_AT_MOST_MS, () => this.#first(false));
    this.#done = this.#keepUp();
    const up = await first;
    enough.cancel();
    return up;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#client?.close('we stop');
    this.#wake?.();
    const run = this.#run;
    await Promise.all([run?.stop(), this.#done]);
  }

  async #keepUp(): Promise<void> {
    const { log, clock } = this.settings;
    while (!this.#stopping) {
      const since = clock.now();
      const why = await this.#once().catch((error: unknown) => String(error));
      this.#first(false);
      if (this.#stopping) return;
      this.#failures = clock.now() - since > LASTED_WELL_MS ? 1 : this.#failures + 1;
      const wait = AGAIN_AFTER_MS[Math.min(this.#failures, AGAIN_AFTER_MS.length) - 1] ?? 0;
      const fields = { why, againInMs: wait };
      // One that is not there for long is told of once.
      if (this.#failures <= 2) log.error(fields, 'the mixer is not there');
      else log.debug(fields, 'the mixer is not there');
      await this.#sleep(wait);
    }
  }

  /** One run from its start to its end; resolves to why it ended. */
  async #once(): Promise<string> {
    const { launch, external } = this.settings;
    const run = launch === null ? null : await launch();
    if (launch !== null && run === null) return 'it cannot be started: no TCP port of 127.0.0.1 is free';
    this.#run = run;
    try {
      if (this.#stopping) return 'we stop';
      const client = await this.#connect(run?.server ?? external, run);
      if (client === null) return 'it does not answer';
      return await this.#serve(client, run);
    } finally {
      this.#run = null;
      if (run !== null && !this.#stopping) {
        run.kill();
        await run.ended;
      }
    }
  }

  async #serve(client: JanusClient, run: JanusRun | null): Promise<string> {
    const { onUp, onDown } = this.settings;
    this.#client = client;
    onUp(client);
    this.#first(true);
    const ended = run === null ? [client.closed] : [client.closed, run.ended];
    const why = await Promise.race(ended);
    client.close(why);
    this.#client = null;
    onDown();
    return why;
  }

  /** A program that has just been started listens some time later. */
  async #connect(server: JanusServer, run: JanusRun | null): Promise<JanusClient | null> {
    const { clock } = this.settings;
    const since = clock.now();
    let over = false;
    void run?.ended.then(() => {
      over = true;
    });
    while (!this.#stopping && !over) {
      const client = await JanusClient.connect(server, clock);
      if (client !== null) return client;
      const lasts = clock.now() - since;
      if (run === null || lasts > HUNG_AFTER_MS) return null;
      await this.#sleep(lasts < TRY_SELDOM_AFTER_MS ? TRY_EVERY_MS : TRY_SELDOM_EVERY_MS);
    }
    return null;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.settings.clock.after(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
