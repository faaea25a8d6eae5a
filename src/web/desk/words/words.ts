/** The language of the page: Chinese unless the agent chose English before. */
import { computed } from 'vue';
import { language, switchLanguage } from '../../language.js';
import { en } from './en.js';
import { type Words, zh } from './zh.js';

export { language, switchLanguage };

/** What the page says, in the language that is chosen. */
export const words = computed<Words>(() => (language.value === 'zh' ? zh : en));

/** Why something was not done, in words; a cause that has none is shown as it is. */
export function causeInWords(cause: string | null): string {
  if (cause === null) return '';
  const causes: Readonly<Record<string, string>> = words.value.causes;
  return causes[cause] ?? `${words.value.causes.other}: ${cause}`;
}
