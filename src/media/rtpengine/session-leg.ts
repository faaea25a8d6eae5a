import {
  type AddressFamily,
  type AudioDescription,
  agreedFormats,
  firstCodec,
  type LegProfile,
} from './audio-description.js';
import type { Fingerprint } from './exchange.js';
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
  readonly fingerprint: Fingerprint;
  /** The leg whose codecs it was offered. */
  readonly like: string | null;
  /** What the party says now; null until it has said something. */
  said: AudioDescription | null;
  /** What that was: an offer not answered yet, an offer that was answered, or an answer. */
  saidAs: 'open-offer' | 'offer' | 'answer';
  /** What the party has been told; null until then. */
  told: Told | null;
  /** The leg that it talks with. */
  partner: string | null;
  /** Tag of the place where it is parked. */
  parking: string | null;
  /**
   * A browser whose place is another, because the engine had lost the call: until it has answered a new offer, ICE and
   * DTLS cannot begin anew. Null for all others. `asked`: the new offer is on its way; `partner`: whom it is to be
   * joined with then.
   */
  renewal: { readonly asked: boolean; readonly partner: string | null } | null;
  /** A prompt or music plays to it. */
  playing: boolean;
  /** Its link is made so that keys can be sent into it. */
  injecting: boolean;
  mediaBlocked: boolean;
  keysBlocked: boolean;
}

/** A leg that nothing is known of but what it was made with. */
export function newLeg(fixed: Pick<Leg, 'name' | 'profile' | 'family' | 'fingerprint' | 'like'>): Leg {
  return {
    ...fixed,
    said: null,
    saidAs: 'answer',
    told: null,
    partner: null,
    parking: null,
    renewal: null,
    playing: false,
    injecting: false,
    mediaBlocked: false,
    keysBlocked: false,
  };
}

/**
 * What the party says, reduced to what it will send: of its offer what our answer had, of several codecs the first. A
 * party that agreed to several goes on with the one that it began with, and the engine has to convert for whoever it
 * is joined with.
 */
export function agreed(leg: Leg): SdpSections | null {
  const { said, told, saidAs } = leg;
  if (said === null) return null;
  if (saidAs === 'open-offer') return said.audio;
  if (saidAs === 'answer' || told === null) return firstCodec(said.audio);
  const { session, media } = cutSdp(told.sdp);
  const answered = media[said.audioAt];
  return firstCodec(
    answered === undefined ? said.audio : agreedFormats(said.audio, { session, media: [answered] }),
  );
}

/** The name that a browser has for its audio section; null when it has none. */
export function midOf({ said }: Pick<Leg, 'said'>): string | null {
  const line = said?.audio.media[0]?.find((text) => text.startsWith('a=mid:'));
  return line === undefined ? null : line.slice('a=mid:'.length);
}
