import type { LegId } from '../call/call.js';
import type { Command } from '../call/command.js';

/**
 * Whom a leg speaks with from a command on (`Signalling.pair`): the leg whose description it is told, nobody when it
 * is put on hold. Null when the command says nothing about that.
 */
export function partnerIn(command: Command): { readonly leg: LegId; readonly partner: LegId | null } | null {
  switch (command.type) {
    case 'provisional':
      // A caller who waits in a queue, or hears an announcement, speaks with nobody.
      return { leg: command.leg, partner: command.from === command.leg ? null : command.from };
    case 'answer':
      return { leg: command.leg, partner: command.from };
    case 'offer':
      // In a conference nobody is its one partner.
      return command.from === command.leg ? null : { leg: command.leg, partner: command.from };
    case 'ack':
    case 'respond':
      // Without a description these are about something else, such as a REFER.
      return command.from === null || command.from === command.leg
        ? null
        : { leg: command.leg, partner: command.from };
    default:
      return null;
  }
}
