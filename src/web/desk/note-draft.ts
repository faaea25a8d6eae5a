/** What an agent was writing of a call when the page was loaded anew. */
export interface NoteDraft {
  /** Who writes; nobody else is shown it. */
  readonly agent: string;
  readonly callId: string;
  readonly caller: string | null;
  readonly text: string;
}

/** What a browser keeps for one tab alone. */
export interface TabStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const key = 'onekey.note';

/** Kept until it is saved, or the agent logs out. */
export class NoteDrafts {
  constructor(private readonly tab: TabStore) {}

  /** An empty text is nothing to keep. */
  keep(draft: NoteDraft): void {
    if (draft.text.trim() === '') this.forget();
    else this.tab.setItem(key, JSON.stringify(draft));
  }

  forget(): void {
    this.tab.removeItem(key);
  }

  /** What this agent was writing; null when there is nothing. */
  of(agent: string): NoteDraft | null {
    const text = this.tab.getItem(key);
    if (text === null) return null;
    try {
      const value: unknown = JSON.parse(text);
      return isDraft(value) && value.agent === agent ? value : null;
    } catch {
      return null;
    }
  }
}

function isDraft(value: unknown): value is NoteDraft {
  if (typeof value !== 'object' || value === null) return false;
  const { agent, callId, caller, text } = value as Record<string, unknown>;
  return (
    [agent, callId, text].every((each) => typeof each === 'string' && each !== '') &&
    (caller === null || typeof caller === 'string')
  );
}
