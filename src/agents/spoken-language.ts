/** Which language a tag means when people speak with each other. */
import { LANGUAGE_TAG } from '../dialplan/agent-names.js';
import type { Agent } from './agent.js';

/** `cmn`, Mandarin, is what everybody means by `zh` who says no more. */
const SAME: Readonly<Record<string, string>> = { cmn: 'zh' };

/**
 * The spoken language of a BCP 47 tag, in lower case, without script and region: `zh-Hant-HK` is `zh`, `en-US` is `en`.
 * `zh-yue` is `yue`, as RFC 5646 §4.5 would have it: who speaks Mandarin need not understand Cantonese. Null for what is
 * no tag.
 */
export function spokenLanguage(tag: string): string | null {
  if (!LANGUAGE_TAG.test(tag)) return null;
  const [language = '', extended = ''] = tag.toLowerCase().split('-');
  const spoken = /^[a-z]{3}$/.test(extended) ? extended : language;
  return SAME[spoken] ?? spoken;
}

/** @param language as {@link spokenLanguage} gives it */
export function speaks({ languages }: Pick<Agent, 'languages'>, language: string): boolean {
  return languages.some((tag) => spokenLanguage(tag) === language);
}
