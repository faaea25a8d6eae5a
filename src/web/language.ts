/** The language of the pages: Chinese unless somebody chose English before in this browser. */
import { ref } from 'vue';

export type Language = 'zh' | 'en';

const kept = 'onekey.language';

export const language = ref<Language>(localStorage.getItem(kept) === 'en' ? 'en' : 'zh');

/** Tell the browser which language the page is in, for screen readers and fonts. */
export function markLanguage(): void {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
}

export function switchLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh';
  localStorage.setItem(kept, language.value);
  markLanguage();
}
