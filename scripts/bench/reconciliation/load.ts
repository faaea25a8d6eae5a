/** Puts the load on a server: stories one after the other, each with phones of its own behind the same addresses. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../../../test/e2e/harness/server.js';
import { until } from '../../../test/e2e/harness/wait.js';
import { Phone } from './phone.js';
import { CutShort, callerIn, type Party, type Phones, Scene, storyOf } from './scene.js';
import { DESK_NAMES, DESKS, type DeskName, type LoadPorts } from './site.js';
import { STORIES } from './stories.js';

/** Timers of SIP run for 32 s at most, and the guard over them for 45 s. */
const SETTLE_MS = 90_000;

export interface Played {
  readonly began: number;
  /** How often each story was played, and how often something random came between. */
  readonly stories: ReadonlyMap<string, { readonly played: number; readonly cutShort: number }>;
  /** INVITEs that came to a desk and belong to no story. */
  readonly lost: readonly string[];
  /** Calls that the server had still when all stories were over. */
  readonly left: number;
}

/** Play these stories, so many a second. */
export async function play(
  server: Server,
  ports: LoadPorts,
  names: readonly string[],
  rate: number,
  seed: number,
): Promise<Played> {
  const scenes = new Map<number, Scene>();
  const lost: string[] = [];
  const phones = await openPhones(server.ports.sip, ports, (name, call, invite) => {
    const scene = scenes.get(storyOf(callerIn(invite)) ?? -1);
    if (scene !== undefined) return scene.called(name, call, invite);
    lost.push(`${callerIn(invite)} at ${name}`);
    call.refuse(500);
  });
  const endCall = async (caller: string): Promise<void> => {
    const call = (await server.api.liveCalls()).find(({ callerNumber }) => callerNumber === caller);
    if (call !== undefined) await server.api.ask('POST', `/v1/calls/${call.id}/hangup`);
  };
  const counts = new Map<string, { played: number; cutShort: number }>();
  const began = Date.now();
  const start = performance.now();
  try {
    const running = names.map(async (name, index) => {
      await sleep((index * 1000) / rate - (performance.now() - start));
      const count = counts.get(name) ?? { played: 0, cutShort: 0 };
      counts.set(name, count);
      count.played++;
      const scene = new Scene(index, phones, seed, server.sip, endCall);
      scenes.set(index, scene);
      try {
        await STORIES[name]?.play(scene);
      } catch (error) {
        if (!(error instanceof CutShort)) throw error;
        count.cutShort++;
      }
      await scene.settle();
    });
    await Promise.all(running);
    const left = await until(
      'the calls of the load to be over',
      async () => ((await live(server)) === 0 ? 0 : undefined),
      SETTLE_MS,
    ).catch(() => live(server));
    return { began, stories: counts, lost, left };
  } finally {
    for (const phone of Object.values(phones)) phone.close();
  }
}

async function live(server: Server): Promise<number> {
  return (await server.api.liveCalls()).length;
}

type Called = (
  name: DeskName,
  ...call: Parameters<Scene['called']> extends [unknown, ...infer Rest] ? Rest : never
) => void;

async function openPhones(server: number, ports: LoadPorts, called: Called): Promise<Phones> {
  const phones: Partial<Record<Party, Phone>> = {};
  const common = { server, challenges: false };
  for (const name of DESK_NAMES) {
    const { transport } = DESKS[name];
    phones[name] = await Phone.open({
      ...common,
      name,
      transport,
      port: ports.desks[name],
      challenges: name === 'duty',
      called: (call, invite) => called(name, call, invite),
    });
  }
  for (const name of ['carrier', 'stranger'] as const)
    phones[name] = await Phone.open({
      ...common,
      name,
      transport: 'udp',
      port: ports[name],
      called: (call) => call.refuse(500),
    });
  return phones as Phones;
}
