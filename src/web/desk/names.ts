/** How hotlines are called on the page. */
import type { DeskMemberName } from '../../api/desk/desk-state.js';
import { language } from './words/words.js';

/** Its name in the language of the page. */
export function nameOf(member: DeskMemberName | null): string {
  return member?.name?.[language.value] ?? member?.id ?? '';
}

/** `110 公安`; what is known of it. */
export function labelOf(member: DeskMemberName | null): string {
  if (member === null) return '';
  return [member.number, nameOf(member)].filter((part) => part !== null && part !== '').join(' ');
}
