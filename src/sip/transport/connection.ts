import type { TimerHandle } from '../clock.js';
import type { Flow, Listener } from './flow.js';
import type { ConnectionContext } from './transport-context.js';

let connectionNumber = 0;

/** What connections of every kind have in common: a number, an idle limit, one end. */
export abstract class Connection implements Flow {
  readonly reliable = true;
  readonly key: string;
  open = true;
  private activeAt: number;
  private idle: TimerHandle | null = null;
  /** Runs while connecting, or while a message is incomplete. */
  private hurry: TimerHandle | null = null;

  constructor(
    readonly listener: Listener,
    protected readonly context: ConnectionContext,
    readonly remoteHost: string,
    readonly remotePort: number,
    private readonly gone: () => void,
  ) {
    connectionNumber += 1;
    this.key = `${listener.transport} ${connectionNumber}`;
    this.activeAt = context.clock.now();
    this.watchIdle(context.limits.idleConnectionMs);
  }

  abstract send(bytes: Buffer): void;
  /** Cuts the connection off. */
  protected abstract cut(): void;

  destroy(reason: string): void {
    this.cut();
    this.closed(new Error(reason));
  }

  protected active(): void {
    this.activeAt = this.context.clock.now();
  }

  protected get hurried(): boolean {
    return this.hurry !== null;
  }

  protected startHurry(after: number, reason: string): void {
    this.hurry = this.context.clock.setTimeout(() => this.destroy(reason), after);
  }

  protected stopHurry(): void {
    if (this.hurry !== null) this.context.clock.clearTimeout(this.hurry);
    this.hurry = null;
  }

  /** The connection is gone; said once. */
  protected closed(error: Error): void {
    if (!this.open) return;
    this.open = false;
    this.stopHurry();
    if (this.idle !== null) this.context.clock.clearTimeout(this.idle);
    this.ended();
    this.gone();
    this.context.events.failed(this.key, error);
  }

  /** For what a kind of connection has to clear. */
  protected ended(): void {}

  private watchIdle(after: number): void {
    this.idle = this.context.clock.setTimeout(() => {
      const rest = this.activeAt + this.context.limits.idleConnectionMs - this.context.clock.now();
      if (rest > 0) this.watchIdle(rest);
      else this.destroy('idle');
    }, after);
  }
}
