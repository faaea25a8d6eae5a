import type { DialPlan, NumberFormat } from './plan.js';

/** Telephone numbers in the numbering plan of the place: own country and area code. */
export type Numbering = DialPlan['numbering'];

/** Local subscriber numbers have at most 8 digits; what is longer is a whole national number (mobiles). */
const LONGEST_LOCAL = 8;
/** Hotlines and other short codes have 3 to 6 digits. */
const LONGEST_SHORT_CODE = 6;

/** The number without visual separators (RFC 3966 section 3) and blanks. */
function withoutSeparators(number: string): string {
  return number.replace(/[\s().-]/g, '');
}

/**
 * The one form that all ways to write a number share: `+`, country, area and subscriber. So `110`,
 * `022110`, `008622110`, `+86 22 110` and `+86110` are all `+8622110` where the country is 86 and the area
 * 22. A context (`phone-context`, RFC 3966 section 5.1.5) says from where a local number is dialled; a
 * domain name as context is taken for here. Undefined for what is no telephone number.
 */
export function internationalForm(
  number: string,
  numbering: Numbering,
  context?: string,
): string | undefined {
  const digits = withoutSeparators(number);
  if (!/^\+?\d{3,19}$/.test(digits)) return undefined;
  const { country, area } = numbering;
  if (digits.startsWith('+')) return fromGlobal(digits.slice(1), numbering);
  const abroad = foreignContext(context, numbering);
  if (abroad !== undefined) return digits.startsWith('0') ? undefined : bounded(abroad + digits);
  if (digits.startsWith('00')) return fromGlobal(digits.slice(2), numbering);
  if (digits.startsWith('0')) return bounded(country + digits.slice(1));
  if (digits.length > LONGEST_LOCAL) return bounded(country + digits);
  return bounded(country + area + digits);
}

/** A number that was written with its country. Short codes then often come without area: `+86110`. */
function fromGlobal(digits: string, { country, area }: Numbering): string | undefined {
  if (!digits.startsWith(country)) return bounded(digits);
  // `+86 (0)22 ...` is often seen: within a country no number begins with the 0 that one dials before it.
  const national = digits.slice(country.length).replace(/^0/, '');
  const isShortCode = national.length <= LONGEST_SHORT_CODE && !national.startsWith(area);
  return bounded(isShortCode ? country + area + national : country + national);
}

/** E.164 numbers have at most 15 digits and begin with a country. */
function bounded(digits: string): string | undefined {
  return /^[1-9]\d{2,14}$/.test(digits) ? `+${digits}` : undefined;
}

/** Digits of a global context other than our own country or area; undefined when numbers are meant as here. */
function foreignContext(context: string | undefined, { country, area }: Numbering): string | undefined {
  if (context === undefined) return undefined;
  const digits = withoutSeparators(context);
  if (!/^\+[1-9]\d{0,14}$/.test(digits)) return undefined;
  const global = digits.slice(1);
  if (!global.startsWith(country)) return global;
  const rest = global.slice(country.length).replace(/^0/, '');
  return rest === '' || rest === area ? undefined : country + rest;
}

/**
 * A number as a trunk writes it. `national` puts 0 and the area before numbers of our country (mobile
 * and 400/800 numbers in China stand alone) and 00 before others. What is no telephone number, such as
 * `anonymous`, stays as it is.
 */
export function formatNumber(number: string, format: NumberFormat, numbering: Numbering): string {
  if (format === 'asis') return number;
  const full = internationalForm(number, numbering);
  if (full === undefined) return number;
  if (format === 'e164') return full;
  const digits = full.slice(1);
  if (!digits.startsWith(numbering.country)) return `00${digits}`;
  const national = digits.slice(numbering.country.length);
  const standsAlone = numbering.country === '86' && /^(1[3-9]\d{9}|[48]00\d{7})$/.test(national);
  return standsAlone ? national : `0${national}`;
}
