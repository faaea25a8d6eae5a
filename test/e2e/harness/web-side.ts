import type { DialPlanFile } from './plan.js';
import { freePort } from './ports.js';

/** Where phones in browsers reach the server: citizens by one address, agents of 12345 by another. */
export interface WebSide {
  readonly sip: number;
  readonly web: number;
  /** The desk of 12355, whose media is a browser's. */
  readonly desk: number;
  /** WebSockets are TLS, and pages are told of another port than the one where the server listens. */
  readonly secure?: { readonly cert: string; readonly key: string; readonly told: number };
}

export async function webSide(): Promise<WebSide> {
  return { sip: await freePort(), web: await freePort(), desk: await freePort() };
}

/** `ws://` of the server, for somebody who calls as a citizen, or as an agent of 12345. */
export function webServer({ web }: WebSide, as: 'citizen' | 'agent'): string {
  return as === 'citizen' ? `ws://127.0.0.1:${web}` : `ws://[::1]:${web}`;
}

export function webListeners({ sip, web, secure }: WebSide): readonly object[] {
  const plain = [
    { transport: 'udp', host: '127.0.0.1', port: sip },
    { transport: 'tcp', host: '127.0.0.1', port: sip },
  ];
  if (secure !== undefined) {
    const { told: externalPort, cert, key } = secure;
    return [...plain, { transport: 'wss', host: '127.0.0.1', port: web, externalPort, cert, key }];
  }
  return [
    ...plain,
    { transport: 'ws', host: '127.0.0.1', port: web },
    { transport: 'ws', host: '::1', port: web },
  ];
}

/** Whoever comes from an address that nobody else has taken is in a browser; so is the desk of 12355, key *4. */
export function withWeb(plan: DialPlanFile, { desk }: WebSide): DialPlanFile {
  const citizens = { kind: 'carrier', sources: ['127.0.0.1'], gateways: [] };
  const agents = { kind: 'member', member: 'city', sources: ['::1'], gateways: ['[::1]:9/udp'] };
  const at = `127.0.0.1:${desk}`;
  const youth = {
    numbers: ['12355'],
    name: { zh: '青少年服务', en: 'Youth' },
    field: 'test',
    source: 'example',
    targets: [{ trunk: 'web-desk', number: '5501', ringSeconds: 5 }],
  } as const;
  const webDesk = {
    kind: 'member',
    member: 'youth',
    gateways: [`${at}/udp`],
    sources: [at],
    media: 'webrtc',
  };
  return {
    ...plan,
    members: { ...plan.members, youth },
    trunks: { ...plan.trunks, web: citizens, 'web-agents': agents, 'web-desk': webDesk },
    keys: { ...plan.keys, '*4': 'youth' },
  };
}
