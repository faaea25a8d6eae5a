/** What the page says, in the language that is chosen. */
import { computed } from 'vue';
import { causeTold } from '../../../ledger/words/cause-words.js';
import { causeInWords as deskCause, words as deskWords } from '../../desk/words/words.js';
import { language } from '../../language.js';
import { en } from './en.js';
import { type Words, zh } from './zh.js';

export const words = computed<Words>(() => (language.value === 'zh' ? zh : en));

/** Why something ended or was not done, in words; a cause that has none is shown as it is. */
export function causeInWords(cause: string | null): string {
  if (cause === null) return '';
  const name = causeTold({ kind: 'call', cause })[language.value];
  return name === cause && cause in deskWords.value.causes ? deskCause(cause) : name;
}

/** A word of a list by its key; a key that the list does not have is shown as it is. */
export function wordOf(list: Readonly<Record<string, string>>, key: string | null): string {
  return key === null ? '—' : (list[key] ?? key);
}

/** Why the page has nothing to show, in words. */
export function troubleInWords(code: string): string {
  return wordOf(words.value.troubles, code);
}
