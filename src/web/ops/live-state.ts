/**
 * What is on the wall: the state of the server as a whole, asked for anew soon after each live event and now and then
 * without one. Events say only that something has changed; so none that is lost can leave the wall wrong for long.
 */
import { onScopeDispose, ref, shallowRef } from 'vue';
import { ops } from './ops.js';
import { LiveFeed } from './server/live-feed.js';
import { OpsError, opsClient } from './server/ops-client.js';
import type { Alert, Figures, Health, LiveCall, MediaEngine, Queue, Surge } from './server/shapes.js';
import { asDate } from './times.js';

export interface LiveState {
  readonly calls: readonly LiveCall[];
  readonly queues: readonly Queue[];
  readonly alerts: readonly Alert[];
  readonly surges: readonly Surge[];
  readonly health: Health;
  readonly engines: readonly MediaEngine[];
  /** Of today, and about half a minute old; null while the ledger could not say. */
  readonly today: Figures | null;
  /** When all of it was there; UTC milliseconds of this machine. */
  readonly readAt: number;
}

/** Shortest time from one look to the next; milliseconds. */
const SHORTEST_MS = 500;
/** A look that takes long is followed by a rest that is so many times longer. */
const REST = 3;
/** Longest time without a look; milliseconds. */
const LONGEST_MS = 10_000;
/** Figures of the day and the dial plan are asked for so often; milliseconds. */
const FIGURES_MS = 30_000;
/** What is shown is called old when it is older; milliseconds. */
export const OLD_MS = 25_000;

/** The state of the server while the calling part is on the page. */
export function useLiveState() {
  const state = shallowRef<LiveState | null>(null);
  const connected = ref(false);
  const trouble = ref('');
  let closed = false;
  let wanted = true;
  let wake: (() => void) | undefined;
  let figures: { readonly today: Figures; readonly at: number } | null = null;

  const feed = new LiveFeed({
    onEvent: () => look(),
    onConnection: (up) => {
      connected.value = up;
      if (up) look();
    },
    onRefused: () => ops.lapse(),
  });

  function look(): void {
    wanted = true;
    wake?.();
  }

  async function today(): Promise<Figures> {
    if (figures === null || Date.now() - figures.at > FIGURES_MS) {
      const [{ all }] = await Promise.all([opsClient.figures(asDate(new Date())), ops.readPlan()]);
      figures = { today: all, at: Date.now() };
    }
    return figures.today;
  }

  /** What the ledger says, or what it said last: when its disk refuses, calls go on, and so does the wall. */
  async function orLast<T>(asked: Promise<T>, last: T, onTrouble: (code: string) => void): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof OpsError) || !error.code.startsWith('ledger-')) throw error;
      onTrouble(error.code);
      return last;
    }
  }

  async function read(): Promise<void> {
    const last = state.value;
    let said = '';
    const onTrouble = (code: string): void => {
      said = code;
    };
    const [calls, queues, alerts, surges, health, engines, day] = await Promise.all([
      opsClient.liveCalls(),
      opsClient.queues(),
      orLast(opsClient.alerts(), { items: last?.alerts ?? [] }, onTrouble),
      opsClient.surges(),
      opsClient.health(),
      // Figures of the server as a whole are for those who see all.
      ops.seesAll.value ? opsClient.engines() : [],
      orLast<Figures | null>(today(), last?.today ?? null, onTrouble),
    ]);
    state.value = {
      calls: calls.items,
      queues: queues.items,
      alerts: alerts.items,
      surges: surges.items,
      health,
      engines,
      today: day,
      readAt: Date.now(),
    };
    trouble.value = said;
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const untilWanted = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, LONGEST_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function keepLooking(): Promise<void> {
    while (!closed) {
      if (!wanted) await untilWanted();
      wanted = false;
      const began = Date.now();
      try {
        await read();
      } catch (error) {
        trouble.value = error instanceof OpsError ? error.code : 'http-0';
        if (trouble.value === 'unauthorized') ops.lapse();
      }
      await pause(Math.max(SHORTEST_MS, (Date.now() - began) * REST));
    }
  }

  void feed.run();
  void keepLooking();
  onScopeDispose(() => {
    closed = true;
    feed.close();
    wake?.();
  });
  return { state, connected, trouble };
}
