import {
  type AddressFamily,
  type AudioDescription,
  agreedFormats,
  type LegProfile,
} from './audio-description.js';
import type { SdpSections } from './sdp-sections.js';
import { cutSdp } from './sdp-sections.js';
import type { Told } from './told-description.js';

/**
 * One party of a call as its engine knows it. Between two commands every leg that the engine knows is either
 * joined to another or parked, and so never the only thing that another's existence hangs on.
 */
export interface Leg {
  /** Its tag in the engine as well. */
  readonly name: string;
  readonly profile: LegProfile;
  readonly family: AddressFamily;
  /** The leg whose codecs it was offered. */
  readonly like: string | null;
  /** What the party says now; null until it has said something. */
  said: AudioDescription | null;
  /** True when what it says was an offer, of which only the answered formats are in use. */
  saidByOffer: boolean;
  /** What the party has been told; null until then. */
  told: Told | null;
  /** The leg that it talks with. */
  partner: string | null;
  /** Tag of the place where it is parked. */
  parking: string | null;
  /** A prompt or music plays to it. */
  playing: boolean;
  /** Its link is made so that keys can be sent into it. */
  injecting: boolean;
  mediaBlocked: boolean;
  keysBlocked: boolean;
}

/** A leg that nothing is known of but what it was made with. */
export function newLeg(fixed: Pick<Leg, 'name' | 'profile' | 'family' | 'like'>): Leg {
  return {
    ...fixed,
    said: null,
    saidByOffer: false,
    told: null,
    partner: null,
    parking: null,
    playing: false,
    injecting: false,
    mediaBlocked: false,
    keysBlocked: false,
  };
}

/** What the party says, without what its offer had and our answer had not: that is not to be sent any more. */
export function agreed(leg: Leg): SdpSections | null {
  if (leg.said === null) return null;
  if (!leg.saidByOffer || leg.told === null) return leg.said.audio;
  const told = cutSdp(leg.told.sdp);
  const answered = told.media[leg.said.audioAt];
  return answered === undefined
    ? leg.said.audio
    : agreedFormats(leg.said.audio, { session: told.session, media: [answered] });
}
