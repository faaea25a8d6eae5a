import { createHash } from 'node:crypto';

/** How long a session lasts at most: a long shift; milliseconds. */
export const SESSION_MS = 12 * 3_600_000;
/** A session that nobody uses for so long is over; milliseconds. A page that is open asks all the time. */
export const IDLE_MS = 3_600_000;
/** A key is replaced when it has been used for so long; milliseconds. */
const ROTATE_MS = 15 * 60_000;
/** How long the key before is still taken once the new one was used: for requests under way; milliseconds. */
const GRACE_MS = 60_000;
/** Sessions of one person, and of all; the oldest of the person, or of all, ends for a new one. */
const MOST_OF_ONE = 20;
const MOST = 2000;

/** A session as it is kept: of its keys only digests. */
export interface KeptSession {
  /** Names it in the program; opens nothing. */
  readonly id: string;
  readonly person: string;
  /** See People.markOf. */
  readonly mark: string;
  /** UTC milliseconds, as all times here. */
  readonly startedAt: number;
  readonly lastUsedAt: number;
  readonly key: string;
  readonly keyMadeAt: number;
  /** The key has come back: the browser has it. */
  readonly keyUsed: boolean;
  /** The key before this one, and until when it is good; null while the browser may not have the new one. */
  readonly before: { readonly key: string; readonly until: number | null } | null;
}

export interface SessionOptions {
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  /** See People.markOf. */
  readonly markOf: (person: string) => string | null;
  /** A session has begun, ended, or has another key: to be kept. */
  readonly onChange: () => void;
}

export interface OpenSession {
  readonly id: string;
  readonly person: string;
  /** UTC milliseconds. */
  readonly endsAt: number;
  /** A key to use from now on; null while the old one stays. */
  readonly newKey: string | null;
}

/**
 * Sessions of people at the pages. Whoever has the key is in; it changes every quarter of an hour, so that one that was
 * copied is good for that long at most while the page is used.
 */
export class Sessions {
  readonly #byId = new Map<string, KeptSession>();
  readonly #byKey = new Map<string, string>();
  readonly #ended = new Set<(id: string) => void>();

  constructor(
    private readonly options: SessionOptions,
    kept: readonly KeptSession[] = [],
  ) {
    for (const session of kept.slice(-MOST)) if (!this.#isOver(session)) this.#put(session);
  }

  /** Begin a session; gives its key. The person must have an account that is enabled. */
  open(person: string): string {
    const { now, markOf, random } = this.options;
    const own = [...this.#byId.values()].filter((session) => session.person === person);
    const [oldestOfOne] = own;
    const [oldest] = this.#byId.values();
    if (own.length >= MOST_OF_ONE && oldestOfOne !== undefined) this.#drop(oldestOfOne);
    else if (this.#byId.size >= MOST && oldest !== undefined) this.#drop(oldest);
    const key = random(32).toString('base64url');
    this.#put({
      id: random(12).toString('base64url'),
      person,
      mark: markOf(person) ?? '',
      startedAt: now(),
      lastUsedAt: now(),
      key: digest(key),
      keyMadeAt: now(),
      keyUsed: false,
      before: null,
    });
    this.options.onChange();
    return key;
  }

  /** The session that a key opens; null when it opens none (any more). Using it keeps it alive. */
  use(key: string | undefined): OpenSession | null {
    const session = this.#find(key);
    if (session === null) return null;
    const now = this.options.now();
    const used = digest(key ?? '');
    const isNew = used === session.key;
    const { before } = session;
    const confirmed = isNew && !session.keyUsed;
    const next: KeptSession = {
      ...session,
      lastUsedAt: now,
      keyUsed: session.keyUsed || isNew,
      before: confirmed && before !== null ? { ...before, until: now + GRACE_MS } : before,
    };
    const { id, person, startedAt } = session;
    const endsAt = startedAt + SESSION_MS;
    // A new key that never came back was lost on the way: then there is another one, by and by.
    const due = isNew
      ? now - session.keyMadeAt >= ROTATE_MS
      : !session.keyUsed && now - session.keyMadeAt >= GRACE_MS;
    if (!due) {
      this.#put(next);
      return { id, person, endsAt, newKey: null };
    }
    const newKey = this.options.random(32).toString('base64url');
    this.#put({
      ...next,
      key: digest(newKey),
      keyMadeAt: now,
      keyUsed: false,
      before: { key: used, until: null },
    });
    this.options.onChange();
    return { id, person, endsAt, newKey };
  }

  /** End the session that a key opens. */
  end(key: string | undefined): void {
    const session = this.#find(key);
    if (session !== null) this.#drop(session);
  }

  /** The account was changed: its sessions end unless the same password still holds. */
  changed(person: string): void {
    for (const session of this.#byId.values()) {
      if (session.person !== person) continue;
      if (this.options.markOf(person) !== session.mark) this.#drop(session);
      else this.#tell(session);
    }
  }

  /** End what is over. */
  sweep(): void {
    for (const session of this.#byId.values()) if (this.#isOver(session)) this.#drop(session);
  }

  /** Hears the id of each session that ends, or whose account was changed: what is being answered is of the old rights. */
  onEnded(listener: (id: string) => void): () => void {
    this.#ended.add(listener);
    return () => void this.#ended.delete(listener);
  }

  /** All there are, oldest first. */
  kept(): readonly KeptSession[] {
    return [...this.#byId.values()];
  }

  #find(key: string | undefined): KeptSession | null {
    if (key === undefined || key.length > 100) return null;
    const given = digest(key);
    const session = this.#byId.get(this.#byKey.get(given) ?? '');
    if (session === undefined) return null;
    if (this.#isOver(session)) {
      this.#drop(session);
      return null;
    }
    const until = session.before?.key === given ? session.before.until : null;
    return until !== null && until <= this.options.now() ? null : session;
  }

  #isOver({ person, mark, startedAt, lastUsedAt }: KeptSession): boolean {
    const now = this.options.now();
    return (
      now - startedAt >= SESSION_MS || now - lastUsedAt >= IDLE_MS || this.options.markOf(person) !== mark
    );
  }

  #put(session: KeptSession): void {
    const old = this.#byId.get(session.id);
    if (old !== undefined) for (const key of keysOf(old)) this.#byKey.delete(key);
    // In its old place: the order stays that of their beginnings.
    this.#byId.set(session.id, session);
    for (const key of keysOf(session)) this.#byKey.set(key, session.id);
  }

  #drop(session: KeptSession): void {
    this.#byId.delete(session.id);
    for (const key of keysOf(session)) this.#byKey.delete(key);
    this.options.onChange();
    this.#tell(session);
  }

  #tell({ id }: KeptSession): void {
    for (const listener of this.#ended) listener(id);
  }
}

function keysOf({ key, before }: KeptSession): readonly string[] {
  return before === null ? [key] : [key, before.key];
}

/** Looked up by it: the time that takes tells nothing of the key. */
function digest(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('base64url');
}
