import { type AddressFamily, type LegProfile, readDescription } from './audio-description.js';
import { fingerprintOf } from './exchange.js';
import type { NgPort } from './linker.js';
import { type LegFigures, readFigures } from './query-figures.js';
import { directionOf, joinSdp } from './sdp-sections.js';
import { type Leg, newLeg } from './session-leg.js';
import { SessionLegs, type SessionSettings } from './session-legs.js';
import { type Changes, done, failed, type Outcome } from './session-outcome.js';
import type { SessionSnapshot } from './session-snapshot.js';
import { SessionTaps } from './session-taps.js';

/** Steps of one session that may wait for their turn. */
const mostSteps = 64;

/**
 * The media of one call in one engine. Each leg keeps the ports and the description that it was told first,
 * whoever it is joined to later, so that no re-INVITE is ever needed. Steps are taken one after the other in the
 * order in which they were asked for. Nothing here rejects: a step that fails says why, and leaves the legs as
 * they were.
 */
export class MediaSession {
  /** Copies of what parties send, for others to listen to. */
  readonly taps: SessionTaps;
  readonly #legs: SessionLegs;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #kept: SessionSnapshot | null = null;
  #ended = false;
  #recorded: boolean;

  /** @param kept a {@link snapshot} of the same call, to go on with it */
  constructor(
    private readonly port: NgPort,
    private readonly settings: SessionSettings,
    kept: SessionSnapshot | null = null,
  ) {
    this.#legs = new SessionLegs(port, settings, kept);
    this.#recorded = kept?.recorded ?? false;
    this.taps = new SessionTaps(port, settings.callId, (take) => this.#step(take));
  }

  /** The call in the engine. */
  get id(): string {
    return this.settings.callId;
  }

  /** What a leg has been told, to be sent to its party; null before that. */
  told(leg: string): string | null {
    return this.#legs.get(leg)?.told?.sdp ?? null;
  }

  /** {@link told}, and from now on what the party answers counts as the answer to that. */
  telling(name: string): string | null {
    const leg = this.#legs.get(name);
    if (leg !== undefined && leg.renewal !== null) {
      leg.renewal = { ...leg.renewal, asked: true };
      this.#kept = null;
    }
    return this.told(name);
  }

  /** How media reaches a leg. */
  profile(leg: string): LegProfile {
    return this.#legs.get(leg)?.profile ?? 'rtp';
  }

  /** Legs that have media of ours and said that they send: not those that are on hold by their own wish. */
  senders(): readonly string[] {
    const sending = this.#legs.all().filter(({ said, told, partner, parking }) => {
      if (said === null || told === null || (partner === null && parking === null)) return false;
      const direction = directionOf(said.audio);
      return direction === 'sendrecv' || direction === 'sendonly';
    });
    return sending.map((leg) => leg.name);
  }

  /** These two hear each other. */
  areJoined(a: string, b: string): boolean {
    return this.#legs.get(a)?.partner === b;
  }

  /** Legs that are joined with another one. */
  joined(): readonly string[] {
    return this.legs().filter((name) => this.#legs.get(name)?.partner != null);
  }

  /** Names of all legs. */
  legs(): readonly string[] {
    return this.#legs.all().map(({ name }) => name);
  }

  /** Keys of this leg are kept from the others, see {@link block}. */
  keepsKeys(leg: string): boolean {
    return this.#legs.get(leg)?.keysBlocked ?? false;
  }

  /** Everything that is needed to go on after a restart of this program, as plain JSON. */
  snapshot(): SessionSnapshot {
    this.#kept ??= { ...this.#legs.snapshot(), recorded: this.#recorded };
    return this.#kept;
  }

  /**
   * A party made an offer: an INVITE to us, a re-INVITE or UPDATE. A new leg is only remembered; {@link join} or
   * {@link park} make the answer to it. A leg that is known is linked anew as it is, and its answer is the value.
   */
  offered(name: string, sdp: string): Promise<Outcome<string | null>> {
    return this.#step(async () => {
      const read = readDescription(sdp);
      if (!read.ok) return failed(read.fault);
      const known = this.#legs.get(name);
      const added =
        known === undefined
          ? this.#legs.add(
              newLeg({
                name,
                profile: read.description.profile,
                // A browser names any of its addresses there and tries all (ICE).
                family:
                  read.description.profile === 'webrtc' ? this.#legs.linker.family : read.description.family,
                fingerprint: fingerprintOf(0),
                like: null,
              }),
            )
          : done(known);
      if (!added.ok) return added;
      const leg = added.value;
      const before = { said: leg.said, saidAs: leg.saidAs, told: leg.told };
      leg.said = read.description;
      leg.saidAs = 'open-offer';
      const linked = leg.partner === null && leg.parking === null ? null : await this.#legs.relink(leg);
      if (linked === null) return done(null);
      if (!linked.ok) {
        Object.assign(leg, before);
        return linked;
      }
      if (linked.toFrom !== null) this.#legs.tell(leg, linked.toFrom);
      if (leg.renewal !== null) await this.#legs.renewed(leg);
      return done(leg.told?.sdp ?? null);
    });
  }

  /**
   * Make the offer for a party that we call, or that called without an offer. It is parked until it is joined.
   *
   * @param options.like the leg that it will talk with: its codecs and payload numbers are offered
   * @param options.profile plain RTP by default
   * @param options.family of the address that the party is offered; IP4 by default
   * @param options.place how many other calls the party had media in, while its own call went on; 0 by default
   */
  prepare(
    name: string,
    options: {
      readonly like?: string;
      readonly profile?: LegProfile;
      readonly family?: AddressFamily;
      readonly place?: number;
    } = {},
  ): Promise<Outcome<string>> {
    return this.#step(async () => {
      const model = options.like === undefined ? null : (this.#legs.get(options.like) ?? null);
      const added = this.#legs.add(
        newLeg({
          name,
          profile: options.profile ?? 'rtp',
          family: options.family ?? (options.profile === 'webrtc' ? this.#legs.linker.family : 'IP4'),
          fingerprint: fingerprintOf(options.place ?? 0),
          like: options.like ?? null,
        }),
      );
      if (!added.ok) return added;
      const leg = added.value;
      const parking = this.#legs.newParking();
      const linked = await this.#legs.linker.offerFromParking(leg, parking, model);
      if (!linked.ok || linked.toTo === null) {
        this.#legs.remove(name);
        return linked.ok ? failed({ kind: 'no-audio' }) : linked;
      }
      leg.parking = parking;
      return done(this.#legs.tell(leg, linked.toTo));
    });
  }

  /** A party that was {@link prepare}d answered, in a 183 or 200; or changed its answer since. */
  answered(name: string, sdp: string): Promise<Outcome<Changes>> {
    return this.#step(async () => {
      const found = this.#legs.find(name);
      if (!found.ok) return found;
      const leg = found.value;
      const read = readDescription(sdp);
      if (!read.ok) return failed(read.fault);
      const before = leg.said;
      // The 200 says the same as the 183 before it.
      if (before !== null && joinSdp(before.audio) === joinSdp(read.description.audio))
        return done(new Map());
      leg.said = read.description;
      leg.saidAs = 'answer';
      // It answers what it was told before the engine lost the call; the new offer is yet to come.
      if (leg.renewal?.asked === false) return done(new Map());
      const linked =
        leg.partner === null && leg.parking !== null
          ? await this.#legs.linker.answerToParking(leg, leg.parking)
          : await this.#legs.relink(leg);
      if (linked.ok) return leg.renewal === null ? done(new Map()) : this.#legs.renewed(leg);
      leg.said = before;
      return linked;
    });
  }

  /**
   * Let two legs hear each other and nobody else. Those they talked with before are parked, and hear nothing from
   * that moment on; what played to the two is stopped.
   */
  join(a: string, b: string): Promise<Outcome<Changes>> {
    return this.joinAll([[a, b]]);
  }

  /**
   * {@link join} for several pairs in the same moment; of a leg that is in two pairs nothing is promised.
   *
   * @param still asked when it is the turn of this step; where it is false nothing is done, and the step fails
   */
  joinAll(
    wanted: readonly (readonly [string, string])[],
    still: () => boolean = () => true,
  ): Promise<Outcome<Changes>> {
    return this.#step(async () => {
      if (!still()) return failed({ kind: 'overtaken' });
      const pairs: (readonly [Leg, Leg])[] = [];
      for (const [a, b] of wanted) {
        if (a === b) return failed({ kind: 'same-leg', leg: a });
        const x = this.#legs.ready(a);
        if (!x.ok) return x;
        const y = this.#legs.ready(b);
        if (!y.ok) return y;
        if (x.value.renewal === null && y.value.renewal === null) pairs.push([x.value, y.value]);
        else {
          const later = await this.#legs.joinLater(x.value, y.value);
          if (!later.ok) return later;
        }
      }
      return this.#legs.join(pairs);
    });
  }

  /** Let a leg hear nobody, and nobody hear it: on hold. Its partner is parked as well. */
  park(name: string): Promise<Outcome<Changes>> {
    return this.#step(async () => {
      const leg = this.#legs.ready(name);
      if (!leg.ok) return leg;
      if (leg.value.renewal !== null) leg.value.renewal = { ...leg.value.renewal, partner: null };
      if (leg.value.parking !== null) return done(new Map());
      return this.#legs.parkAll([leg.value, ...this.#legs.partners([leg.value])]);
    });
  }

  /** The leg is gone. Its partner is parked; the last leg takes the whole call with it. */
  leave(name: string): Promise<Outcome<Changes>> {
    return this.#step(async () => {
      const found = this.#legs.find(name);
      if (!found.ok) return found;
      const leg = found.value;
      // The partner first: the engine deletes with a leg whoever is linked to nobody else.
      const parked = await this.#legs.parkAll(this.#legs.partners([leg]));
      if (!parked.ok) return parked;
      this.#legs.remove(name);
      if (this.#legs.all().length === 0) await this.#legs.delete({});
      else if (leg.told !== null) await this.#legs.delete({ 'from-tag': name });
      return parked;
    });
  }

  /**
   * Play a file to a leg that is parked; one that nothing was made for yet is parked first.
   *
   * @param file absolute path on the engine's machine; a WAV file of 48 kHz, mono: others arrive in bursts
   * @param repeat how often it is played, 1 to 10,000
   * @returns how long it lasts in all, milliseconds
   */
  play(
    name: string,
    file: string,
    repeat = 1,
  ): Promise<Outcome<{ readonly durationMs: number; readonly changes: Changes }>> {
    return this.#step(async () => {
      const found = this.#legs.ready(name);
      if (!found.ok) return found;
      const leg = found.value;
      if (leg.partner !== null) return failed({ kind: 'joined', leg: name });
      const parked = leg.parking === null ? await this.#legs.parkAll([leg]) : done<Changes>(new Map());
      if (!parked.ok) return parked;
      const reply = await this.#legs.command('play media', leg, { file, 'repeat-times': repeat });
      if (!reply.ok && reply.failure.kind !== 'refused') return reply;
      const duration = reply.ok ? reply.fields.duration : undefined;
      // A file that it cannot read is `ok` for rtpengine 10.5 as well, but has no duration.
      if (typeof duration !== 'number') return failed({ kind: 'unplayable', file });
      leg.playing = true;
      return done({ durationMs: duration * repeat, changes: parked.value });
    });
  }

  /** Stop what plays to a leg. */
  stop(name: string): Promise<Outcome<void>> {
    return this.#step(async () => {
      const found = this.#legs.find(name);
      return found.ok ? this.#legs.stopPlaying(found.value) : found;
    });
  }

  /**
   * Whether audio and keys (RFC 4733) of a leg are kept from the others; each for itself. Keys are reported all the
   * same. It lasts over joins, until it is taken back.
   */
  block(name: string, wish: { readonly media?: boolean; readonly keys?: boolean }): Promise<Outcome<void>> {
    return this.#step(async () => {
      const found = this.#legs.find(name);
      if (!found.ok) return found;
      const leg = found.value;
      return this.#legs.block(leg, wish.media ?? leg.mediaBlocked, wish.keys ?? leg.keysBlocked);
    });
  }

  /**
   * Send a key to the partner of a leg, as if the leg had pressed it.
   *
   * @param key 0 to 9, *, # or A to D
   * @param durationMs 40 to 5000
   */
  sendKey(name: string, key: string, durationMs = 120): Promise<Outcome<void>> {
    return this.#step(async () => {
      const found = this.#legs.find(name);
      if (!found.ok) return found;
      const leg = found.value;
      return this.#legs.sendKey(leg, key, durationMs);
    });
  }

  /** Have the engine write down what it gets from all parties, or no more; it lasts over {@link rebuild}. */
  record(wanted: boolean): Promise<Outcome<void>> {
    return this.#step(async () => {
      this.#recorded = wanted;
      const command = wanted ? 'start recording' : 'stop recording';
      const reply = await this.port.request(command, { 'call-id': this.id });
      return reply.ok ? done(undefined) : reply;
    });
  }

  /** What arrived from each leg so far. */
  figures(): Promise<Outcome<ReadonlyMap<string, LegFigures>>> {
    return this.#step(async () => {
      const reply = await this.port.request('query', { 'call-id': this.id });
      return reply.ok
        ? done(
            readFigures(
              reply.fields,
              this.#legs.all().map((leg) => leg.name),
            ),
          )
        : reply;
    });
  }

  /**
   * The engine was started anew and knows nothing of this call: make it again as it was. Ports are others then;
   * each leg in the value has to be told its new description by a re-INVITE.
   */
  rebuild(): Promise<Outcome<Changes>> {
    return this.#step(async () => {
      await this.#legs.delete({});
      const rebuilt = await this.#legs.rebuild();
      if (this.#recorded) await this.port.request('start recording', { 'call-id': this.id });
      return rebuilt;
    });
  }

  /** Delete the call in the engine. Steps that come later fail as `ended`. */
  end(): Promise<Outcome<void>> {
    return this.#step(async () => {
      this.#ended = true;
      this.#legs.clear();
      await this.#legs.delete({});
      return done(undefined);
    });
  }

  /** One step after the other: what a step does depends on what the last one left. */
  #step<T>(take: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    if (this.#waiting >= mostSteps) return Promise.resolve(failed({ kind: 'too-many', what: 'steps' }));
    this.#waiting += 1;
    const step = this.#last.then(async () => {
      this.#waiting -= 1;
      if (this.#ended) return failed({ kind: 'ended' });
      const outcome = await take();
      this.#kept = null;
      return outcome;
    });
    this.#last = step;
    return step;
  }
}
