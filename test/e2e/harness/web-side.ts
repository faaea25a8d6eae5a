import type { DialPlanFile } from './plan.js';
import { freePort } from './ports.js';

/** Where phones in browsers reach the server: citizens by one address, agents of 12345 by another. */
export interface WebSide {
  readonly sip: number;
  readonly web: number;
}

export async function webSide(): Promise<WebSide> {
  return { sip: await freePort(), web: await freePort() };
}

/** `ws://` of the server, for somebody who calls as a citizen, or as an agent of 12345. */
export function webServer({ web }: WebSide, as: 'citizen' | 'agent'): string {
  return as === 'citizen' ? `ws://127.0.0.1:${web}` : `ws://[::1]:${web}`;
}

export function webListeners({ sip, web }: WebSide): readonly object[] {
  return [
    { transport: 'udp', host: '127.0.0.1', port: sip },
    { transport: 'tcp', host: '127.0.0.1', port: sip },
    { transport: 'ws', host: '127.0.0.1', port: web },
    { transport: 'ws', host: '::1', port: web },
  ];
}

/** Whoever comes from an address that nobody else has taken is in a browser. */
export function withWeb(plan: DialPlanFile): DialPlanFile {
  const citizens = { kind: 'carrier', sources: ['127.0.0.1'], gateways: [] };
  const agents = { kind: 'member', member: 'city', sources: ['::1'], gateways: ['[::1]:9/udp'] };
  return { ...plan, trunks: { ...plan.trunks, web: citizens, 'web-agents': agents } };
}
