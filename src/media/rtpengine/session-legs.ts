import { forBrowser, withRefusedMedia } from './audio-description.js';
import { type Linked, Linker, type LinkSettings, type NgPort } from './linker.js';
import type { NgFields, NgReply } from './ng-reply.js';
import type { SdpSections } from './sdp-sections.js';
import { type Leg, midOf } from './session-leg.js';
import { type Changes, done, failed, type Outcome } from './session-outcome.js';
import type { SessionSnapshot } from './session-snapshot.js';
import { samePlace, tell } from './told-description.js';

export interface SessionSettings extends LinkSettings {
  /** Number of a new session in an `o=` line, 1 to 2^53-1. */
  readonly newSessionId: () => number;
}

/** Legs that a session may have had in all; a conversation of three takes three more. */
const mostLegs = 256;
/** Begins the tags of parking places; no name of a leg does. */
const parkingMark = ':parking-';

/** The legs of one call, who hears whom, and the commands that change it. `MediaSession` puts them in order. */
export class SessionLegs {
  readonly linker: Linker;
  readonly #legs = new Map<string, Leg>();
  /** Names that legs had: a tag that was deleted does not come back in the engine. */
  readonly #used = new Set<string>();
  #parkings = 0;

  constructor(
    private readonly port: NgPort,
    private readonly settings: SessionSettings,
    kept: SessionSnapshot | null,
  ) {
    this.linker = new Linker(port, settings);
    if (kept === null) return;
    this.#parkings = kept.parkings;
    for (const name of kept.used) this.#used.add(name);
    for (const leg of kept.legs) this.#legs.set(leg.name, { ...leg });
  }

  snapshot(): SessionSnapshot {
    return structuredClone({
      callId: this.settings.callId,
      parkings: this.#parkings,
      used: [...this.#used],
      legs: [...this.#legs.values()],
    });
  }

  all(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  get(name: string): Leg | undefined {
    return this.#legs.get(name);
  }

  find(name: string): Outcome<Leg> {
    const leg = this.#legs.get(name);
    return leg === undefined ? failed({ kind: 'unknown-leg', leg: name }) : done(leg);
  }

  /** A leg that has said what it can, and so may be linked. */
  ready(name: string): Outcome<Leg> {
    const found = this.find(name);
    return found.ok && found.value.said === null ? failed({ kind: 'nothing-said', leg: name }) : found;
  }

  add(leg: Leg): Outcome<Leg> {
    const { name } = leg;
    if (this.#used.has(name) || name.startsWith(parkingMark)) return failed({ kind: 'used-leg', leg: name });
    if (this.#used.size >= mostLegs) return failed({ kind: 'too-many', what: 'legs' });
    this.#used.add(name);
    this.#legs.set(name, leg);
    return done(leg);
  }

  remove(name: string): void {
    this.#legs.delete(name);
  }

  clear(): void {
    this.#legs.clear();
  }

  newParking(): string {
    this.#parkings += 1;
    return `${parkingMark}${this.#parkings}`;
  }

  /** Who talks with one of these now, without these themselves. */
  partners(legs: readonly Leg[]): Leg[] {
    const found = legs.map((leg) => this.#partnerOf(leg)).filter((leg) => leg !== undefined);
    return found.filter((leg) => !legs.includes(leg));
  }

  /**
   * Let the two of each pair hear each other. All offers leave together, those that cut off first: an engine that is
   * late to all of them then drops a packet or two, where the other order would let two voices through.
   */
  async join(wanted: readonly (readonly [Leg, Leg])[]): Promise<Outcome<Changes>> {
    const pairs = wanted.filter(([x, y]) => x.partner !== y.name);
    const legs = pairs.flat();
    const formers = this.partners(legs);
    const places = formers.map(() => this.newParking());
    const parking = formers.map((leg, index) => this.linker.park(leg, places[index] ?? ''));
    const linking = pairs.map(([x, y]) => this.linker.link(x, y));
    const stopping = legs.filter((leg) => leg.playing).map((leg) => this.stopPlaying(leg));
    const [linked, parked] = await Promise.all([
      Promise.all(linking),
      Promise.all(parking),
      Promise.all(stopping),
    ]);
    const refused = linked.find((one) => !one.ok);
    if (refused !== undefined && !refused.ok) {
      await this.#putBack([...formers, ...legs]);
      return refused;
    }
    for (const [index, leg] of formers.entries()) {
      Object.assign(leg, { partner: null, injecting: false });
      leg.parking = parked[index]?.ok === true ? (places[index] ?? null) : null;
    }
    const left = legs.map((leg) => leg.parking).filter((tag) => tag !== null);
    const changes = new Map<string, string>();
    for (const [index, [x, y]] of pairs.entries()) {
      Object.assign(x, { partner: y.name, parking: null, injecting: false });
      Object.assign(y, { partner: x.name, parking: null, injecting: false });
      const one = linked[index];
      if (one?.ok !== true) continue;
      this.#noteTold(x, one.toFrom, changes);
      this.#noteTold(y, one.toTo, changes);
    }
    for (const tag of left) await this.delete({ 'from-tag': tag });
    const stray = parked.find((one) => !one.ok);
    return stray === undefined || stray.ok ? done(changes) : stray;
  }

  /** Some of the links were made and some were not: make those that were there before. Nobody hears a third one. */
  async #putBack(legs: readonly Leg[]): Promise<void> {
    for (const leg of legs) if (leg.parking !== null) await this.linker.park(leg, leg.parking);
    const made = new Set<Leg>();
    for (const leg of legs) {
      const partner = this.#partnerOf(leg);
      if (partner === undefined || made.has(leg)) continue;
      await this.linker.link(leg, partner);
      made.add(leg).add(partner);
    }
  }

  /** Park legs that are not yet. */
  async parkAll(legs: readonly Leg[]): Promise<Outcome<Changes>> {
    const changes = new Map<string, string>();
    const places = legs.map(() => this.newParking());
    const parked = await Promise.all(legs.map((leg, index) => this.linker.park(leg, places[index] ?? '')));
    for (const [index, leg] of legs.entries()) {
      const one = parked[index];
      if (one === undefined || !one.ok) continue;
      Object.assign(leg, { partner: null, injecting: false });
      leg.parking = places[index] ?? null;
      this.#noteTold(leg, one.toFrom, changes);
    }
    const trouble = parked.find((one) => !one.ok);
    return trouble === undefined || trouble.ok ? done(changes) : trouble;
  }

  /** The same link once more, after the leg has said something else. */
  async relink(leg: Leg): Promise<Linked> {
    const partner = this.#partnerOf(leg);
    leg.injecting = false;
    if (partner !== undefined) {
      partner.injecting = false;
      return this.linker.link(leg, partner);
    }
    leg.parking ??= this.newParking();
    return this.linker.park(leg, leg.parking);
  }

  /** Make the whole call again in an engine that has lost it. */
  async rebuild(): Promise<Outcome<Changes>> {
    const changes = new Map<string, string>();
    for (const leg of this.#legs.values()) this.#renew(leg);
    const made = new Set<Leg>();
    for (const leg of this.#legs.values()) {
      if (made.has(leg) || (leg.partner === null && leg.parking === null)) continue;
      const partner = this.#partnerOf(leg);
      const like = leg.like === null ? null : (this.#legs.get(leg.like) ?? null);
      const asks = leg.said === null || leg.renewal !== null;
      const linked =
        asks && leg.parking !== null
          ? await this.linker.offerFromParking(leg, leg.parking, leg.said === null ? like : leg)
          : await this.relink(leg);
      if (!linked.ok) return linked;
      if (asks) this.#noteTold(leg, linked.toTo, changes);
      else this.#noteTold(leg, linked.toFrom, changes);
      if (partner !== undefined) this.#noteTold(partner, linked.toTo, changes);
      for (const one of partner === undefined ? [leg] : [leg, partner]) {
        made.add(one);
        one.playing = false;
        await this.block(one, one.mediaBlocked, one.keysBlocked);
      }
    }
    return done(changes);
  }

  /** A browser cannot go on at another place with what it said before: it is parked, and asked anew. */
  #renew(leg: Leg): void {
    if (leg.profile !== 'webrtc' || (leg.partner === null && leg.parking === null)) return;
    const partner = this.#partnerOf(leg);
    leg.renewal = { asked: false, partner: leg.renewal?.partner ?? partner?.name ?? null };
    for (const one of partner === undefined ? [leg] : [leg, partner]) {
      Object.assign(one, { partner: null, injecting: false });
      one.parking = this.newParking();
    }
    // Should the partner be a browser as well, each waits for the other.
    if (partner?.profile === 'webrtc') partner.renewal = { asked: false, partner: leg.name };
  }

  /** Two legs are to be joined, one of which is asked anew: until then both hear nobody. */
  async joinLater(x: Leg, y: Leg): Promise<Outcome<Changes>> {
    for (const [one, other] of [
      [x, y],
      [y, x],
    ] as const) {
      if (one.renewal !== null) one.renewal = { ...one.renewal, partner: other.name };
    }
    const joined = [x, y].filter((leg) => leg.partner !== null);
    return joined.length === 0 ? done(new Map()) : this.parkAll([...joined, ...this.partners(joined)]);
  }

  /** The browser has answered the new offer, or made one of its own: it is there, and joined with whom it should be. */
  async renewed(leg: Leg): Promise<Outcome<Changes>> {
    const partner = this.#legs.get(leg.renewal?.partner ?? '');
    leg.renewal = null;
    const ready = partner !== undefined && partner.said !== null && partner.renewal === null;
    return ready && partner.partner === null ? this.join([[partner, leg]]) : done(new Map());
  }

  /** Tell a leg what the engine says to it. @returns the description to send */
  tell(leg: Leg, sections: SdpSections): string {
    const ours = leg.profile === 'webrtc' ? forBrowser(sections, midOf(leg)) : sections;
    const whole = leg.said === null ? ours : withRefusedMedia(ours, leg.said);
    leg.told = tell(leg.told, whole, this.settings.newSessionId);
    if (leg.saidAs === 'open-offer') leg.saidAs = 'offer';
    return leg.told.sdp;
  }

  async stopPlaying(leg: Leg): Promise<Outcome<void>> {
    leg.playing = false;
    const reply = await this.command('stop media', leg, {});
    return reply.ok ? done(undefined) : reply;
  }

  async block(leg: Leg, media: boolean, keys: boolean): Promise<Outcome<void>> {
    const replies: NgReply[] = [];
    if (media !== leg.mediaBlocked || media)
      replies.push(await this.command(media ? 'block media' : 'unblock media', leg, {}));
    if (keys !== leg.keysBlocked || keys)
      replies.push(await this.command(keys ? 'block DTMF' : 'unblock DTMF', leg, {}));
    const refused = replies.find((reply) => !reply.ok);
    if (refused !== undefined && !refused.ok) return refused;
    leg.mediaBlocked = media;
    leg.keysBlocked = keys;
    return done(undefined);
  }

  /** Send a key to the partner of a leg; the link is made fit for that first. */
  async sendKey(leg: Leg, key: string, durationMs: number): Promise<Outcome<void>> {
    const partner = this.#partnerOf(leg);
    if (partner === undefined) return failed({ kind: 'not-joined', leg: leg.name });
    if (!leg.injecting) {
      const linked = await this.linker.link(leg, partner, { injectKeys: true });
      if (!linked.ok) return linked;
      leg.injecting = true;
      partner.injecting = true;
    }
    // Its own default is -63 dBm0: nothing that could be heard where it comes out as a tone.
    const reply = await this.command('play DTMF', leg, { code: key, duration: durationMs, volume: -10 });
    return reply.ok ? done(undefined) : reply;
  }

  command(command: string, leg: Leg, fields: NgFields): Promise<NgReply> {
    return this.port.request(command, { 'call-id': this.settings.callId, 'from-tag': leg.name, ...fields });
  }

  /** Delete a tag, or the whole call without one: at once, because the default is after 30 s. */
  delete(fields: NgFields): Promise<NgReply> {
    return this.port.request('delete', { 'call-id': this.settings.callId, 'delete delay': 0, ...fields });
  }

  #partnerOf(leg: Leg): Leg | undefined {
    return leg.partner === null ? undefined : this.#legs.get(leg.partner);
  }

  /** What the engine says after a link is dropped as long as it is what the leg knows: the same place. */
  #noteTold(leg: Leg, sections: SdpSections | null, changes: Map<string, string>): void {
    if (sections === null) return;
    const before = leg.told;
    if (before !== null && samePlace(before.sdp, sections)) return;
    changes.set(leg.name, this.tell(leg, sections));
  }
}
