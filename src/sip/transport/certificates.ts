import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Clock, TimerHandle } from '../clock.js';
import type { SipLog } from '../log.js';
import type { ListenAddress } from './flow.js';

/** A certificate chain and its key, PEM. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A server that takes a new certificate for the connections to come. */
export interface CertificateUser {
  setSecureContext(pair: KeyPair): void;
}

/** How often the files are looked at, ms. */
const LOOK_MS = 30_000;

/** Keeps a listener's certificate as its files are: a renewed one is used without a restart. */
export class Certificates {
  private pair: KeyPair;
  private timer: TimerHandle | null = null;
  private user: CertificateUser | null = null;

  /** Throws when a file cannot be read or the two do not belong together. */
  constructor(
    private readonly address: ListenAddress,
    private readonly clock: Clock,
    private readonly log: SipLog,
  ) {
    this.pair = read(address);
  }

  get current(): KeyPair {
    return this.pair;
  }

  /** From now on `user` is given each new pair. */
  serve(user: CertificateUser): void {
    this.user = user;
    this.schedule();
  }

  stop(): void {
    if (this.timer !== null) this.clock.clearTimeout(this.timer);
    this.timer = null;
    this.user = null;
  }

  /** Looks at the files; a pair that is half written or does not fit is left for the next time. True when changed. */
  reload(): boolean {
    try {
      const pair = read(this.address);
      if (pair.cert.equals(this.pair.cert) && pair.key.equals(this.pair.key)) return false;
      this.user?.setSecureContext(pair);
      this.pair = pair;
      this.log.info({ cert: this.address.cert }, 'certificate reloaded');
      return true;
    } catch (error) {
      this.log.warn({ err: error, cert: this.address.cert }, 'certificate not reloaded; the old one stays');
      return false;
    }
  }

  private schedule(): void {
    this.timer = this.clock.setTimeout(() => {
      this.reload();
      this.schedule();
    }, LOOK_MS);
  }
}

function read({ transport, cert, key }: ListenAddress): KeyPair {
  if (cert === undefined || key === undefined) throw new Error(`a ${transport} listener needs cert and key`);
  const pair = { cert: readFileSync(cert), key: readFileSync(key) };
  createSecureContext(pair);
  return pair;
}
