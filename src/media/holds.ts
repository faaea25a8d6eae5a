import { cutSdp, directionOf } from './rtpengine/sdp-sections.js';

/** Who shall hear whom, and who of them has put the other on hold. Ids of legs are unique. */
export class Holds {
  readonly #partners = new Map<string, string>();
  readonly #holding = new Set<string>();

  /** These two belong together from now on; whoever they were with is with nobody. */
  joined(a: string, b: string): void {
    this.parted(a);
    this.parted(b);
    this.#partners.set(a, b);
    this.#partners.set(b, a);
  }

  parted(leg: string): void {
    const partner = this.#partners.get(leg);
    this.#partners.delete(leg);
    if (partner !== undefined) this.#partners.delete(partner);
  }

  /**
   * A party made an offer. One that will not hear (`sendonly`, `inactive`; RFC 3264 §8.4) holds.
   *
   * @returns the partner that is on hold since then, or is not any more; null when nothing changed for anybody
   */
  offered(leg: string, sdp: string): string | null {
    const direction = directionOf(cutSdp(sdp));
    const holds = direction === 'sendonly' || direction === 'inactive';
    if (holds === this.#holding.has(leg)) return null;
    if (holds) this.#holding.add(leg);
    else this.#holding.delete(leg);
    return this.#partners.get(leg) ?? null;
  }

  isHolding(leg: string): boolean {
    return this.#holding.has(leg);
  }

  /** The leg held its partner before a restart. */
  resume(leg: string): void {
    this.#holding.add(leg);
  }

  forget(leg: string): void {
    this.parted(leg);
    this.#holding.delete(leg);
  }
}
