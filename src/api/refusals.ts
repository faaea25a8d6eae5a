import type { Refusal } from '../engine/operations.js';
import { errorSchema } from './schemas.js';

interface Meaning {
  /** HTTP status that it is answered with. */
  readonly status: number;
  /** For the OpenAPI document. */
  readonly meaning: string;
}

/** Every reason for which the engine refuses, what it is answered with and what it means. */
export const REFUSALS = {
  'unknown-call': { status: 404, meaning: 'no such live call' },
  'unknown-leg': { status: 404, meaning: 'the call has no such leg' },
  'unknown-dialog': { status: 404, meaning: 'Replaces names no dialog that this party may join' },
  ambiguous: { status: 409, meaning: 'several live calls fit; `calls` names them' },
  'transfer-pending': { status: 409, meaning: 'a transfer of this call is under way' },
  'not-talking': { status: 409, meaning: 'the agent is in no conversation' },
  'no-transfer': {
    status: 409,
    meaning: 'nothing is there to complete, cancel, toggle or make a conference',
  },
  closed: { status: 409, meaning: 'the member is closed at this hour' },
  full: { status: 409, meaning: 'all desks or lines are taken' },
  'already-being-called': { status: 409, meaning: 'somebody is calling this caller back at this moment' },
  'already-called-back': { status: 409, meaning: 'the caller was called back, and reached' },
  'agent-busy': { status: 409, meaning: 'the agent is in a call' },
  'agent-unreachable': { status: 409, meaning: 'no phone of the agent is registered' },
  'no-way-out': { status: 409, meaning: 'the dial plan has no carrier for call backs' },
  'unknown-agent': { status: 404, meaning: 'no account, and no desk of the dial plan' },
  'number-withheld': { status: 422, meaning: 'the caller gave no telephone number' },
  'number-not-allowed': { status: 403, meaning: 'the number is one of another country' },
  'no-media': { status: 503, meaning: 'no media server answers' },
  'not-allowed': { status: 403, meaning: 'the leg is not that of a member’s agent' },
  'not-permitted': { status: 403, meaning: 'the dial plan does not let this member transfer there' },
  'not-a-member': { status: 422, meaning: '`to` is no member, number of a member or key' },
  'hop-limit': { status: 422, meaning: 'the caller was moved as often as the dial plan allows' },
  loop: { status: 422, meaning: 'the caller is with this member already' },
  'bad-refer': { status: 422, meaning: 'a REFER without one plain Refer-To' },
  'mode-unavailable': { status: 501, meaning: 'it needs media through rtpengine, and a mixer' },
  'not-recordable': { status: 409, meaning: 'the dial plan forbids it, or nothing can be recorded here now' },
  'recorded-by-policy': { status: 403, meaning: 'the dial plan wants it recorded' },
  'not-recorded': { status: 409, meaning: 'nobody has asked for a recording' },
  'already-monitored': { status: 409, meaning: 'somebody listens to this call already' },
  'not-monitored': { status: 404, meaning: 'nobody listens to such a live call' },
  'not-listening': { status: 409, meaning: 'the listener has not answered yet, or is leaving' },
  'mode-pending': { status: 409, meaning: 'another mode is being set' },
  'unknown-listener': { status: 422, meaning: 'there is no such agent or member' },
  'listener-unreachable': { status: 409, meaning: 'no phone of the listener can be called now' },
  'not-audited': { status: 503, meaning: 'the ledger cannot write who listens' },
  'shutting-down': { status: 503, meaning: 'the program stops' },
} as const satisfies Readonly<Record<Refusal['code'], Meaning>>;

type Code = keyof typeof REFUSALS;

/** A response of the OpenAPI document that says which refusals come with its status. */
function response(status: number, codes: readonly Code[]) {
  const lines = codes
    .filter((code) => REFUSALS[code].status === status)
    .map((code) => `\`${code}\`: ${REFUSALS[code].meaning}`);
  const description = lines.length === 0 ? `Refused with status ${status}` : lines.join('; ');
  return { description, content: { 'application/json': { schema: errorSchema } } };
}

/** The error responses of a route whose operation may be refused for these reasons. */
export function refusalResponses(...codes: readonly Code[]) {
  return {
    400: errorSchema,
    401: errorSchema,
    403: response(403, codes),
    404: response(404, codes),
    409: response(409, codes),
    422: response(422, codes),
    501: response(501, codes),
    503: response(503, codes),
  };
}

/** Why a transfer under way may not be steered so. */
export const CONTROL_REFUSALS: readonly Code[] = [
  'unknown-call',
  'no-transfer',
  'not-talking',
  'mode-unavailable',
  'shutting-down',
];

/** Why nobody is called back. */
export const CALL_BACK_REFUSALS: readonly Code[] = [
  'unknown-call',
  'unknown-agent',
  'already-being-called',
  'already-called-back',
  'agent-busy',
  'agent-unreachable',
  'no-way-out',
  'full',
  'number-withheld',
  'number-not-allowed',
  'no-media',
  'shutting-down',
];

/** Why a transfer may be refused. */
export const TRANSFER_REFUSALS: readonly Code[] = [
  'unknown-call',
  'unknown-leg',
  'transfer-pending',
  'not-talking',
  'closed',
  'full',
  'not-allowed',
  'not-permitted',
  'not-a-member',
  'hop-limit',
  'loop',
  'mode-unavailable',
  'shutting-down',
];
