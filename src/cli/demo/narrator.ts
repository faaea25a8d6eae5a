/** A sentence in both languages of the demo. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

export type Language = 'zh' | 'en';

/** Tells the story line by line: in English, or in Chinese with English beside. */
export class Narrator {
  readonly #began: number;

  /** @param began monotonic milliseconds: the zero of the timeline. */
  constructor(
    private readonly language: Language,
    private readonly write: (line: string) => void,
    began: number,
  ) {
    this.#began = began;
  }

  /** A line without a time. */
  say(sentence: Sentence): void {
    this.write(this.#text(sentence));
  }

  /** A heading, set off by an empty line. */
  heading(sentence: Sentence): void {
    this.write('');
    this.write(`== ${this.#text(sentence)}`);
  }

  /** Something that happened. @param at monotonic milliseconds. */
  event(at: number, sentence: Sentence): void {
    this.write(`${((at - this.#began) / 1000).toFixed(3).padStart(8)} s  ${this.#text(sentence)}`);
  }

  /** A line of figures or of a table, the same in both languages. */
  plain(line: string): void {
    this.write(line);
  }

  #text({ zh, en }: Sentence): string {
    return this.language === 'en' ? en : `${zh} | ${en}`;
  }
}
