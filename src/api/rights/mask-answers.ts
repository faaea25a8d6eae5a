import type { FastifyInstance, FastifyRequest } from 'fastify';
import { maskedNumber, maskedText } from '../../ledger/mask-numbers.js';
import { errorBody } from '../api-error.js';
import { maySeeNumbers } from '../may-see-numbers.js';

/** Fields that hold the number of a caller and nothing else: however short it is. */
const NUMBERS: ReadonlySet<string> = new Set(['callerNumber', 'caller']);

/** Fields that hold names given by programs; digits in them are nobody's number. */
const NAMES: ReadonlySet<string> = new Set([
  'id',
  'callId',
  'legId',
  'transferId',
  'sipCallId',
  'callBackOf',
  'goesOnAs',
  'transferorLeg',
  'transfereeLeg',
  'targetLeg',
  'targetLegs',
  'heldLeg',
  'leg',
  'about',
  'next',
  'key',
  'page',
  'audio',
  'file',
  'sha256',
  'version',
  'planVersion',
]);

/** Routes that know of no caller: the numbers in their answers are those of hotlines, trunks and phones of agents. */
const WITHOUT_CALLERS: ReadonlySet<string> = new Set(['/v1/dialplan', '/v1/agents', '/v1/session']);
/** Showing a number is what it is for; it is written who sees it. */
const SHOWS = '/v1/calls/:id/caller-number';

/**
 * What an answer is for who may not see callers' numbers: each is masked wherever it stands, also in texts that people
 * wrote. What is not known to be a name counts as a text, so that a new field is masked until somebody says otherwise.
 */
export function masked<T>(answer: T): T {
  return mask('', answer) as T;
}

function mask(field: string, value: unknown): unknown {
  if (typeof value === 'string') return maskString(field, value);
  if (Array.isArray(value)) return value.map((item) => mask(field, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    // The number of a person who is told of as an object: `caller: { number }`.
    Object.entries(value).map(([name, item]) => [
      name,
      mask(field === 'caller' && name === 'number' ? 'callerNumber' : name, item),
    ]),
  );
}

function maskString(field: string, value: string): string {
  if (NUMBERS.has(field)) return maskedNumber(value);
  // Times are told by ISO 8601; an id as a subject has letters in it.
  if (NAMES.has(field) || field.endsWith('At')) return value;
  if (field === 'subject') return /^\+?\d+$/.test(value) ? maskedNumber(value) : value;
  return maskedText(value);
}

/** True when callers' numbers are to be masked in the answer: somebody asks by a token or a session, and may not see them. */
export function hidesNumbers(request: FastifyRequest): boolean {
  return request.role !== null && !maySeeNumbers(request.role);
}

/** Masks every answer that is an object; streams and pages mask what they are made of. Must come before the routes. */
export function maskAnswers(app: FastifyInstance): void {
  app.addHook('preSerialization', async (request, _reply, payload) => {
    const route = request.routeOptions.url ?? '';
    const clear = !hidesNumbers(request) || WITHOUT_CALLERS.has(route) || route === SHOWS;
    return clear ? payload : masked(payload);
  });
  app.addHook('preHandler', async (request, reply) => {
    // Else a number could be found out digit by digit.
    if (!hidesNumbers(request) || !asksForBeginning(request.query)) return;
    await reply.code(403).send(wholeNumberOnly());
  });
}

/** Body of the answer to those who ask by the beginning of a number that is masked for them. */
export function wholeNumberOnly() {
  const message = 'Numbers are masked for this role: write the whole number of the caller, without *.';
  return errorBody('numbers-masked', message);
}

/** Whether a filter names a caller by the beginning of their number. */
export function asksForBeginning(query: unknown): boolean {
  return (
    typeof query === 'object' && query !== null && 'caller' in query && String(query.caller).includes('*')
  );
}
