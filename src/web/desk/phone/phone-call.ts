/** What the phone in the page is doing; types only. */

export type PhoneState = 'connecting' | 'ready' | 'failed';

/** The one call that the phone has. */
export interface PhoneCall {
  readonly sipCallId: string;
  readonly state: 'ringing' | 'answering' | 'up';
  readonly held: boolean;
  readonly muted: boolean;
}

/**
 * - `no-microphone`: the browser gives none
 * - `phone-away`: the server cannot be reached at this moment
 * - `answer-lost`: the connection broke while the call was being answered
 * - `call-failed`: anything else
 */
export type PhoneTrouble = 'no-microphone' | 'phone-away' | 'answer-lost' | 'call-failed';
