import type { BoundAddress, SipServerOptions, SipServerStats } from '../../../src/sip/server.js';
import { Child } from './child.js';

const secret = 'of the bench';

/** What can be said in JSON. */
export type PlainOptions = Partial<Pick<SipServerOptions, 'limits' | 'timers' | 'guard'>>;

/** The embedded server in a process of its own, as it was built into dist/. */
export class ServerUnderTest {
  private constructor(
    private readonly child: Child,
    readonly listeners: readonly BoundAddress[],
    /** Environment for an application that is to connect. */
    readonly forClients: Readonly<Record<string, string>>,
  ) {}

  static async start(
    transports: readonly ('udp' | 'tcp' | 'ws')[],
    options: PlainOptions = {},
    nodeOptions: readonly string[] = [],
  ): Promise<ServerUnderTest> {
    const listeners = transports.map((transport) => ({ transport, host: '127.0.0.1', port: 0 }));
    const all: SipServerOptions = {
      ...options,
      listeners,
      control: { host: '127.0.0.1', port: 0, secret },
    };
    const [child, bound] = await Child.start<{ listeners: BoundAddress[]; controlPort: number }>({
      file: 'server-process.mjs',
      environment: { SIP_OPTIONS: JSON.stringify(all) },
      nodeOptions,
    });
    const forClients = { CONTROL_PORT: String(bound.controlPort), SECRET: secret };
    return new ServerUnderTest(child, bound.listeners, forClients);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** `host:port` of the first listener. */
  get sip(): string {
    const [first] = this.listeners;
    return `${first?.host}:${first?.port}`;
  }

  stats(): Promise<SipServerStats> {
    return this.child.ask('stats');
  }

  /** After a collection of garbage, where the process was started with `--expose-gc`. */
  memory(): Promise<NodeJS.MemoryUsage> {
    return this.child.ask('memory');
  }

  stop(): Promise<void> {
    return this.child.stop('ask');
  }
}
