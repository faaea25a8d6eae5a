import { isIPv6 } from 'node:net';
import type { MediaLog } from '../log.js';
import type { PortRange } from './engine-arguments.js';
import { EnginePool, type EnginePoolSettings, type PoolEngine } from './engine-pool.js';
import { type EngineFault, EngineProcess } from './engine-process.js';
import { type KeyEvent, KeyEvents } from './key-events.js';
import { NgClient } from './ng-client.js';

/** The settings `media.rtpengine` of the configuration. */
export interface EngineWishes {
  readonly spawn: boolean;
  readonly program: string;
  readonly interfaces: readonly string[];
  readonly portMin: number;
  readonly portMax: number;
  readonly threads: number;
  readonly hosts: readonly { readonly host: string; readonly port: number; readonly weight: number }[];
  readonly transcode: readonly string[];
  /** See `EngineProcessSettings`. */
  readonly startsFile?: string;
  readonly persistent?: boolean;
  /** `address:port` of this machine that external engines report keys to; empty: they do not. */
  readonly keysAt: string;
  /** What becomes of new calls while no engine answers: they go from party to party, or are refused. */
  readonly whenDown: 'direct' | 'refuse';
}

export interface EngineHooks extends Pick<EnginePoolSettings, 'newSessionId' | 'onRemade' | 'onHealth'> {
  readonly log: MediaLog;
  /** See `EngineProcessSettings`; external engines have a folder of their own. */
  readonly captures?: () => string | null;
  /** Keys that parties press. */
  readonly onKey: (event: KeyEvent) => void;
}

export interface Engines {
  readonly pool: EnginePool;
  /** UDP port that engines report keys to. */
  readonly keysPort: number;
  stop(): Promise<void>;
}

export type EnginesStart =
  | { readonly ok: true; readonly engines: Engines }
  | { readonly ok: false; readonly fault: EngineFault };

/**
 * Start an engine of our own, or find those that were given, and watch them. Engines that do not answer are no fault:
 * calls are put on them once they do.
 */
export async function startEngines(wishes: EngineWishes, hooks: EngineHooks): Promise<EnginesStart> {
  const keysAt = wishes.spawn || wishes.keysAt === '' ? anyPort : wishes.keysAt;
  const keys = await KeyEvents.open(hooks.onKey, hooks.log, keysAt).catch(() => null);
  if (keys === null) {
    const message = `keys cannot be taken at ${keysAt}`;
    const remedy = 'write a free port of this machine under media.rtpengine.keysAt';
    return { ok: false, fault: { kind: 'no-port', message, remedy } };
  }
  let pool: EnginePool | null = null;
  let own: EngineProcess | null = null;
  if (wishes.spawn) {
    const started = await EngineProcess.start({
      ...wishes,
      ports: portsOf(wishes),
      keysPort: keys.port,
      ...(hooks.captures === undefined ? {} : { captures: hooks.captures }),
      log: hooks.log,
      onRestarted: () => void pool?.restarted(ownName),
    });
    if (!started.ok) {
      keys.close();
      return started;
    }
    own = started.engine;
  }
  const clients: NgClient[] = [];
  const engines = own === null ? externalEngines(wishes, clients) : [ownEngine(own, wishes)];
  pool = new EnginePool({ ...hooks, engines, transcode: wishes.transcode });
  await pool.start();
  return { ok: true, engines: running(pool, keys, clients, own) };
}

/** Where our own engine reports keys. */
const anyPort = '127.0.0.1:0';
/** Name of the engine that we started. */
const ownName = 'own';

function ownEngine(own: EngineProcess, { interfaces }: EngineWishes): PoolEngine {
  const parkingAddress = parkingAddressBeside(interfaces[0] ?? own.host);
  return { name: ownName, port: own, weight: 1, parkingAddress, spawned: true };
}

/** @param clients takes one for each */
function externalEngines({ hosts }: EngineWishes, clients: NgClient[]): readonly PoolEngine[] {
  return hosts.map((host): PoolEngine => {
    const client = new NgClient(host);
    clients.push(client);
    const parkingAddress = parkingAddressBeside(host.host);
    return {
      name: `${host.host}:${host.port}`,
      port: client,
      weight: host.weight,
      parkingAddress,
      spawned: false,
    };
  });
}

/** An address of the engine's own machine in this family; behind NAT only what stands before the exclamation mark counts. */
function parkingAddressBeside(address: string): string {
  return isIPv6(address.split('!')[0] ?? '') ? '::1' : '127.0.0.1';
}

function portsOf({ portMin, portMax }: EngineWishes): PortRange {
  // A leg takes an even port and the next.
  return { min: portMin + (portMin % 2), max: portMax };
}

function running(
  pool: EnginePool,
  keys: KeyEvents,
  clients: readonly NgClient[],
  own: EngineProcess | null,
): Engines {
  return {
    pool,
    keysPort: keys.port,
    async stop() {
      pool.stop();
      await own?.stop();
      for (const client of clients) client.close();
      keys.close();
    },
  };
}
