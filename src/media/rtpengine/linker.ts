import { type AddressFamily, firstCodec, parkingDescription } from './audio-description.js';
import { answerFields, type End, type ExchangeSettings, offerFields, ordinary, sdpOf } from './exchange.js';
import type { NgFailure, NgFields, NgReply } from './ng-reply.js';
import type { SdpSections } from './sdp-sections.js';
import { agreed, type Leg } from './session-leg.js';

/** Carries commands to an engine; {@link NgClient} is one. */
export interface NgPort {
  request(command: string, fields?: NgFields): Promise<NgReply>;
}

export interface LinkSettings extends ExchangeSettings {
  /** An address of the engine's own machine in the family of its interface, where nobody listens. */
  readonly parkingAddress: string;
}

/** What the engine says to both ends after an exchange; null for what it did not say. */
export type Linked =
  | { readonly ok: true; readonly toFrom: SdpSections | null; readonly toTo: SdpSections | null }
  | { readonly ok: false; readonly failure: NgFailure };

/** Codecs of a party that nobody has heard of yet, in our order of preference. */
const plainAudio = [
  'm=audio 9 RTP/AVP 8 0 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=sendrecv',
];

/**
 * Links tags of one call inside the engine. Measured with rtpengine 10.5: an offer from X to Y takes away all who
 * listen to X or to Y and lets these two hear each other; what X and Y listened to before stays. So a party is
 * cut off for good by linking both it and its former peer to somebody else: to a parking tag, which says nothing
 * and sends nothing. Nothing is ever deleted that a living leg alone is linked to, because the engine then
 * deletes that leg too.
 */
export class Linker {
  constructor(
    private readonly port: NgPort,
    private readonly settings: LinkSettings,
  ) {}

  /** Of the engine's own first address. */
  get family(): AddressFamily {
    return this.settings.parkingAddress.includes(':') ? 'IP6' : 'IP4';
  }

  /** Offer and answer of two legs that both have said what they can. */
  async link(from: Leg, to: Leg, wish = ordinary): Promise<Linked> {
    return this.#exchange(endOf(from), endOf(to), wish);
  }

  /** Let a leg hear nobody. */
  async park(leg: Leg, parking: string): Promise<Linked> {
    const end = endOf(leg);
    return this.#exchange(end, this.#parkingEnd(parking, end.says === null ? null : firstCodec(end.says)));
  }

  /**
   * First half of a leg that we call: its offer, from a parking tag that has the codecs and numbers of `model`.
   * Those must be the caller's: the engine does not renumber telephone-events.
   */
  async offerFromParking(leg: Leg, parking: string, model: Leg | null): Promise<Linked> {
    const from = this.#parkingEnd(parking, model === null ? null : agreed(model));
    const reply = await this.port.request('offer', offerFields(this.settings, from, endOf(leg)));
    if (!reply.ok) return reply;
    const toTo = sdpOf(reply.fields);
    return toTo === null ? noDescription : { ok: true, toFrom: null, toTo };
  }

  /** Second half: the leg's answer. */
  async answerToParking(leg: Leg, parking: string): Promise<Linked> {
    const to = endOf(leg);
    const from = this.#parkingEnd(parking, to.says);
    const reply = await this.port.request('answer', answerFields(this.settings, from, to));
    return reply.ok ? { ok: true, toFrom: null, toTo: null } : reply;
  }

  async #exchange(from: End, to: End, wish = ordinary): Promise<Linked> {
    const offer = await this.port.request('offer', offerFields(this.settings, from, to, wish));
    if (!offer.ok) return offer;
    const answer = await this.port.request('answer', answerFields(this.settings, from, to, wish));
    if (!answer.ok) return answer;
    const toFrom = sdpOf(answer.fields);
    return toFrom === null ? noDescription : { ok: true, toFrom, toTo: sdpOf(offer.fields) };
  }

  #parkingEnd(tag: string, model: SdpSections | null): End {
    const says = parkingDescription(
      model ?? { session: [], media: [plainAudio] },
      this.settings.parkingAddress,
    );
    return { tag, profile: 'rtp', family: this.family, fingerprint: 'sha-256', says };
  }
}

const noDescription: Linked = {
  ok: false,
  failure: { kind: 'malformed', what: 'an answer without a session description' },
};

function endOf(leg: Leg): End {
  const { name, profile, family, fingerprint } = leg;
  return { tag: name, profile, family, fingerprint, says: agreed(leg) };
}
