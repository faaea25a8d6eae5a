import type { MemberScope, Role } from '../../config/roles.js';

/** What the API needs of people who log in at the pages. */
export interface SessionPeople {
  /** `source`: IP address. `busy`: too many log in at this moment. Never rejects. */
  logIn(name: string, password: string, source: string): Promise<'right' | 'wrong' | 'locked' | 'busy'>;
  /** Begin a session of an account that is enabled; gives its key. */
  open(name: string): string;
  /** Who has this key; null when it opens nothing. */
  holder(key: string | undefined): SessionHolder | null;
  /** End the session that a key opens. */
  end(key: string | undefined): void;
  /** Hears the id of each session that ends, or whose account was changed. */
  onEnded(listener: (session: string) => void): () => void;
}

export interface SessionHolder {
  /** Names the session; opens nothing. */
  readonly session: string;
  readonly person: {
    readonly id: string;
    readonly displayName: string;
    readonly role: Role;
    readonly members: MemberScope;
  };
  /** When it is over at the latest, UTC milliseconds. */
  readonly endsAt: number;
  /** The key to use from now on; null while the old one stays. */
  readonly newKey: string | null;
}
