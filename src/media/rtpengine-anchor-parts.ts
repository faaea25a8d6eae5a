import type { MediaLog } from './log.js';
import type { Mixer } from './mixer/mixer.js';
import type { ListeningHooks } from './monitoring.js';
import type { PromptStore } from './prompts/prompt-store.js';
import type { EnginePool } from './rtpengine/engine-pool.js';

/** What anchored media is made of. */
export interface RtpengineAnchorParts extends ListeningHooks {
  readonly pool: EnginePool;
  readonly prompts: Pick<PromptStore, 'path'>;
  /** Language of the prompts. */
  readonly language: string;
  /** The engines tell us of keys; where they do not, keys go to the other party as they come. */
  readonly keysAreTold: boolean;
  /** The engines write down calls where we find them. */
  readonly records: boolean;
  /** Null: no conversations of more than two. */
  readonly mixer: Mixer | null;
  /** Legs of this call do not hear each other through the mixer any more. */
  readonly onMixingLost: (callId: string) => void;
  readonly log: MediaLog;
}
