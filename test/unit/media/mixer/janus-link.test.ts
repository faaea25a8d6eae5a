import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../../../src/media/log.js';
import { JanusLink, type JanusRun } from '../../../../src/media/mixer/janus-link.js';
import { VirtualClock } from '../rtpengine/virtual-clock.js';
import { FakeJanus } from './fake-janus.js';

const NOBODY = { url: 'ws://127.0.0.1:1', secret: 'secret' };

let clock: VirtualClock;
let janus: FakeJanus;
/** What the next runs turn out to be. */
let runs: JanusRun[];
let killed: number;
let up: number;
let link: JanusLink;

beforeEach(async () => {
  clock = new VirtualClock();
  janus = await FakeJanus.open();
  [runs, killed, up] = [[], 0, 0];
  link = new JanusLink({
    launch: async () => runs.shift() ?? aRun(),
    external: NOBODY,
    log: silentLog,
    clock,
    onUp: () => {
      up += 1;
    },
    onDown: () => undefined,
  });
});

afterEach(async () => {
  await link.stop();
  await janus.close();
});

/** Janus as a process; `answers` is asked whether it listens. */
function aRun(answers: () => boolean = () => false): JanusRun {
  let end: (how: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  return {
    server: {
      get url() {
        return answers() ? janus.url : NOBODY.url;
      },
      secret: 'secret',
    },
    pid: 1,
    ended,
    kill: () => {
      killed += 1;
      end('SIGKILL');
    },
    stop: async () => end('SIGTERM'),
  };
}

/** Let time pass until something is so. Connections are real: the clock goes slowly enough for them. */
async function passUntil(so: () => boolean): Promise<void> {
  for (let steps = 0; !so() && steps < 5000; steps += 1) {
    await clock.advance(50);
    await sleep(2);
  }
  expect(so()).toBe(true);
}

it('a mixer that is slow to start is not waited for, and is there when it answers', async () => {
  let listens = false;
  runs = [aRun(() => listens)];
  let first: boolean | null = null;
  void link.start().then((is) => {
    first = is;
  });
  await clock.advance(4990);
  expect(first).toBe(null);
  await clock.advance(10);
  expect(first).toBe(false);
  await clock.advance(25_000);
  listens = true;
  await passUntil(() => up === 1);
  expect(killed).toBe(0);
});

it('a mixer that never answers is ended after a minute, and started anew', async () => {
  runs = [aRun(), aRun(() => true)];
  void link.start();
  await clock.advance(59_000);
  expect(killed).toBe(0);
  await passUntil(() => up === 1);
  expect(killed).toBe(1);
});

it('a mixer that ends at once is started anew', async () => {
  const ending = aRun();
  await ending.stop();
  runs = [ending, ending, aRun(() => true)];
  const first = link.start();
  await passUntil(() => up === 1);
  expect(await first).toBe(false);
});
