import type { LedgerRecord } from './records.js';

/** Digits that may be a telephone number of a person: short codes of hotlines are shorter. */
const PERSONAL_NUMBER = /\+?\d{7,}/g;

/**
 * A caller's number for those who may not see it: the first three and the last four digits stay, of shorter ones the
 * last two. `13800001111` becomes `138****1111`.
 */
export function maskedNumber(number: string): string {
  if (number.length <= 4) return '*'.repeat(number.length);
  if (number.length < 9) return '*'.repeat(number.length - 2) + number.slice(-2);
  return number.slice(0, 3) + '*'.repeat(number.length - 7) + number.slice(-4);
}

/** A text with every number in it masked that may be a person's. */
export function maskedText<T extends string | null>(text: T): T | string {
  return text === null ? text : text.replace(PERSONAL_NUMBER, maskedNumber);
}

/**
 * A record as those see it who may not see callers' numbers: the number of the caller is masked wherever the record
 * has it, and whatever looks like a number of a person in what people wrote.
 */
export function maskNumbers<T extends LedgerRecord>(record: T): T;
export function maskNumbers(record: LedgerRecord): LedgerRecord {
  switch (record.kind) {
    case 'call':
      return { ...record, callerNumber: maskedCaller(record.callerNumber) };
    case 'leg':
      return {
        ...record,
        callerNumber: maskedCaller(record.callerNumber),
        numberDialled: maskedText(record.numberDialled),
        numberCalled: maskedText(record.numberCalled),
        reason: maskedText(record.reason),
      };
    case 'transfer':
      return {
        ...record,
        requestedTarget: maskedText(record.requestedTarget),
        note: maskedText(record.note),
      };
    case 'recording':
      return record;
    case 'audit':
      return { ...record, subject: maskedSubject(record.subject), detail: maskedText(record.detail) };
  }
}

function maskedCaller(number: string | null): string | null {
  return number === null ? null : maskedNumber(number);
}

/** Ids have digits in them, too; only a subject that is nothing but a number is one. */
function maskedSubject(subject: string): string {
  return /^\+?\d{7,}$/.test(subject) ? maskedNumber(subject) : subject;
}
