import { payloadTypeALaw } from './packet.js';

/** Where a phone takes its audio. */
export interface AudioAddress {
  readonly host: string;
  readonly port: number;
}

/** Offer or answer of a phone that speaks G.711 A-law in packets of 20 ms (RFC 4566). @param version grows with each change. */
export function describeAudio(at: AudioAddress, version: number): string {
  const family = at.host.includes(':') ? 'IP6' : 'IP4';
  return [
    'v=0',
    `o=onekey-demo ${at.port} ${version} IN ${family} ${at.host}`,
    's=-',
    `c=IN ${family} ${at.host}`,
    't=0 0',
    `m=audio ${at.port} RTP/AVP ${payloadTypeALaw}`,
    `a=rtpmap:${payloadTypeALaw} PCMA/8000`,
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

/** The address in the first audio line of a description; undefined when there is none, or its port is 0. */
export function audioAddress(description: string): AudioAddress | undefined {
  let session: string | undefined;
  let port: number | undefined;
  for (const line of description.split(/\r\n|\n|\r/)) {
    const connection = /^c=IN IP[46] (\S+)/.exec(line)?.[1];
    if (line.startsWith('m=')) {
      if (port !== undefined) break;
      const audio = /^m=audio (\d+) /.exec(line)?.[1];
      if (audio !== undefined) port = Number(audio);
    } else if (connection !== undefined && (session === undefined || port !== undefined)) {
      session = connection;
    }
  }
  return session === undefined || port === undefined || port === 0 ? undefined : { host: session, port };
}
