/** How soon a matter must be dealt with. */
export type MatterUrgency = 'routine' | 'urgent' | 'emergency';

/** Words by which a matter is found. */
export interface MatterWords {
  readonly zh: string;
  /** One syllable for each character of `zh`, without tones, ü as `v`. */
  readonly syllables: readonly string[];
}

/** Something that callers ask for, and the member that it belongs to. */
export interface Matter {
  /** Names it in transfers and in the ledger, such as `water-01`. */
  readonly code: string;
  readonly name: MatterWords;
  /** Null where the catalogue has none. */
  readonly en: string | null;
  /** Other words that callers use. */
  readonly words: readonly MatterWords[];
  /** Id of the member that deals with it. */
  readonly member: string;
  readonly urgency: MatterUrgency;
  /** Language of who asks for it, as a tag; null: any. */
  readonly language: string | null;
  /** `example`: to be replaced by what a deployment's members have agreed on. */
  readonly source: 'example' | 'own';
}

/** By what a matter was found. */
export type MatterMatchKind = 'code' | 'words' | 'similar-words' | 'pinyin' | 'initials' | 'english';

export interface MatterMatch {
  readonly matter: Matter;
  readonly by: MatterMatchKind;
  /** The words of the matter that fit best, its code, or its English name. */
  readonly term: string;
}
