import type { Command } from '../call/command.js';
import type { UntimedEvent } from './untimed-event.js';

/** What the core is told of a command that could not be carried out; null where nobody waits for anything. */
export function afterFailure(command: Command): UntimedEvent | null {
  switch (command.type) {
    case 'invite':
      return { type: 'failed', leg: command.leg, status: 503, reason: 'media', reached: false };
    case 'offer':
      return {
        type: 'offer-answered',
        leg: command.leg,
        status: 488,
        reason: 'media',
        sdp: null,
        retry: false,
      };
    case 'answer':
      return { type: 'answer-failed', leg: command.leg };
    case 'announce':
      return { type: 'announcement-begun', leg: command.leg, ms: null };
    case 'confer':
      return { type: 'mixing-lost' };
    default:
      return null;
  }
}
