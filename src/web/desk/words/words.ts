/** The language of the page: Chinese unless the agent chose English before. */
import { computed, ref } from 'vue';
import { en } from './en.js';
import { type Words, zh } from './zh.js';

export type Language = 'zh' | 'en';

const kept = 'onekey.language';
const stored = localStorage.getItem(kept);

export const language = ref<Language>(stored === 'en' ? 'en' : 'zh');

/** What the page says, in the language that is chosen. */
export const words = computed<Words>(() => (language.value === 'zh' ? zh : en));

export function switchLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh';
  localStorage.setItem(kept, language.value);
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
}

/** Why something was not done, in words; a cause that has none is shown as it is. */
export function causeInWords(cause: string | null): string {
  if (cause === null) return '';
  const causes: Readonly<Record<string, string>> = words.value.causes;
  return causes[cause] ?? `${words.value.causes.other}: ${cause}`;
}
