import type { MediaClock } from '../clock.js';
import type { NgPort } from './linker.js';
import { describeFailure } from './ng-reply.js';

export interface HealthEvents {
  onUp(): void;
  onDown(reason: string): void;
  /** It answers, but is another run of the program than before: the calls it had are gone. */
  onRestarted(): void;
}

const pingEveryMs = 1000;
/** Every so many pings its age is asked for instead. */
const ageEvery = 5;
/** It gives its age in whole seconds. */
const ageSlackMs = 2500;

/** Watches one engine: it is down when it has not answered a ping that was sent four times, up with the next answer. */
export class EngineHealth {
  #up: boolean | null = null;
  #pings = 0;
  #startedAt: number | null = null;
  #timer: { cancel(): void } | null = null;
  #stopped = false;

  constructor(
    private readonly engine: NgPort,
    private readonly clock: MediaClock,
    /** Whether somebody else may start it anew. */
    private readonly watchAge: boolean,
    private readonly events: HealthEvents,
  ) {}

  /** False until the first answer. */
  get up(): boolean {
    return this.#up === true;
  }

  /** Ask once now, and from then on every second. Resolves with the first answer, or when there is none. */
  async start(): Promise<void> {
    await this.#ask();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    // One that comes back may have been away for a new start.
    const age = this.watchAge && (this.#up !== true || this.#pings % ageEvery === 0);
    this.#pings += 1;
    const reply = await this.engine.request(age ? 'statistics' : 'ping');
    if (this.#stopped) return;
    if (!reply.ok) {
      const wasDown = this.#up === false;
      // Before anybody is told: they ask at once which calls have no engine now, to move them.
      this.#up = false;
      if (!wasDown) this.events.onDown(describeFailure(reply.failure));
    } else {
      const startedBefore = this.#startedAt;
      const startedAt = age ? startTime(reply.fields, this.clock.now()) : null;
      if (startedAt !== null) this.#startedAt = startedAt;
      if (this.#up !== true) {
        this.#up = true;
        this.events.onUp();
      }
      if (startedAt !== null && startedBefore !== null && startedAt > startedBefore + ageSlackMs)
        this.events.onRestarted();
    }
    this.#timer = this.clock.after(pingEveryMs, () => void this.#ask());
  }
}

/** When the engine was started, on our clock, from what it says of its age; null when it does not say. */
function startTime(fields: Readonly<Record<string, unknown>>, now: number): number | null {
  const statistics = within(fields.statistics, 'totalstatistics');
  const uptime = Number(within(statistics, 'uptime') ?? Number.NaN);
  return Number.isFinite(uptime) ? now - uptime * 1000 : null;
}

function within(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
