import type { Awaitable } from '../media/anchor.js';

export interface OutboxParts<Command> {
  carryOut(command: Command): Awaitable<void>;
  /** A command could not be carried out; those behind it have their turn all the same. */
  onFailure(command: Command, err: unknown): void;
  /** Everything so far is carried out. */
  onEmpty(): void;
}

/** Commands on their way out, in their order: one that has to wait keeps those behind it. */
export class Outbox<Command> {
  readonly #commands: Command[] = [];
  #sending = false;
  #whenSent: (() => void)[] = [];

  constructor(private readonly parts: OutboxParts<Command>) {}

  /** Resolves when all commands so far are carried out. */
  sent(): Awaitable<void> {
    if (!this.#sending) return;
    return new Promise((resolve) => this.#whenSent.push(resolve));
  }

  take(commands: readonly Command[]): void {
    this.#commands.push(...commands);
    this.#send();
  }

  /** Keep what is taken from now on until {@link release}. Only while nothing is on its way. */
  hold(): void {
    this.#sending = true;
  }

  release(): void {
    this.#sending = false;
    this.#send();
  }

  /** Of what is kept, drop everything up to the first of these, and that itself. */
  dropThrough(isLast: (command: Command) => boolean): void {
    this.#commands.splice(0, this.#commands.findIndex(isLast) + 1);
  }

  #send(): void {
    if (this.#sending) return;
    this.#sending = true;
    for (let next = this.#commands.shift(); next !== undefined; next = this.#commands.shift()) {
      const command = next;
      const pending = this.#attempt(command);
      if (!(pending instanceof Promise)) continue;
      pending.catch((err) => this.parts.onFailure(command, err)).finally(() => this.release());
      return;
    }
    this.#sending = false;
    this.parts.onEmpty();
    for (const tell of this.#whenSent.splice(0)) tell();
  }

  #attempt(command: Command): Awaitable<void> {
    try {
      return this.parts.carryOut(command);
    } catch (err) {
      this.parts.onFailure(command, err);
    }
  }
}
