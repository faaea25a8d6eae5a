import { lookup, promises } from 'node:dns';

/** One SRV record (RFC 2782). */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** One NAPTR record (RFC 3403). */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

/** The questions that RFC 3263 asks. Every answer is a list, empty when there is nothing or nobody answered. */
export interface DnsClient {
  naptr(name: string): Promise<readonly NaptrRecord[]>;
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** Addresses of both families in the system's order of preference. */
  addresses(name: string): Promise<readonly string[]>;
}

/** A name server that does not answer must not hold a call up for long, ms. */
const ANSWER_MS = 1500;

/** Asks the system: its name servers for NAPTR and SRV, its resolver (hosts file included) for addresses. */
export function systemDns(): DnsClient {
  const resolver = new promises.Resolver({ timeout: ANSWER_MS, tries: 1 });
  const none = <T>(): readonly T[] => [];
  return {
    naptr: (name) => resolver.resolveNaptr(name).catch(none<NaptrRecord>),
    srv: (name) => resolver.resolveSrv(name).catch(none<SrvRecord>),
    addresses: (name) =>
      new Promise((resolve) => {
        lookup(name, { all: true, verbatim: true }, (error, found) =>
          resolve(error ? [] : found.map(({ address }) => address)),
        );
      }),
  };
}
