/** How agents and their desks are named, in the dial plan and in accounts alike. */

/** Name of an agent's account: what stands before the @ of its address. */
export const AGENT_ID = /^[a-z][a-z0-9._-]{0,39}$/;
export const AGENT_ID_FORM =
  'lower-case letters, digits, dots, dashes and underscores, beginning with a letter, 40 at most';

/** Number of an agent's desk. */
export const EXTENSION = /^\d{2,8}$/;
export const EXTENSION_FORM = '2 to 8 digits such as "8017"';

/** A language as people speak it (BCP 47, RFC 5646): two or three letters first, then what narrows it. */
export const LANGUAGE_TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}$/i;
export const LANGUAGE_FORM = 'a language tag such as zh, en or zh-yue';
