import type { Trunk } from '../dialplan/plan.js';
import type { LegProfile } from '../media/anchor.js';

/**
 * What a party that we call is offered: who is reached over WebSocket (RFC 7118) is a browser, and so is whoever the
 * dial plan says. Of the others nothing is known but their own descriptions.
 */
export function profileOf(uri: string, trunk: Pick<Trunk, 'media'> | undefined): LegProfile | undefined {
  return trunk?.media === 'webrtc' || /;transport=wss?(?:[;?>]|$)/i.test(uri) ? 'webrtc' : undefined;
}
