import type { Candidate } from '../call/candidate.js';
import type { Gateway, MemberId, Trunk } from '../dialplan/plan.js';

/** Whether calls may be sent to a gateway now. */
export type GatewayUp = (gatewayId: string) => boolean;

/**
 * The ways to a number behind a trunk, one for each gateway that is up; all of them where none is.
 *
 * @param ringSeconds how long it may ring, 1 to 300
 * @param member whose desk it is; null: a citizen's telephone
 */
export function trunkWays(
  trunk: Trunk,
  { number, ringSeconds }: { readonly number: string; readonly ringSeconds: number },
  member: MemberId | null,
  isUp: GatewayUp,
): Candidate[] {
  const up = trunk.gateways.filter((gateway) => isUp(gateway.id));
  return (up.length > 0 ? up : trunk.gateways).map((gateway) => ({
    member,
    trunk: trunk.id,
    gateway: gateway.id,
    uri: uriOf(gateway, number),
    peer: `${hostPart(gateway.host)}:${gateway.port}/${gateway.transport}`,
    number,
    ringSeconds,
    mayTransfer: trunk.kind === 'member',
    phone: null,
  }));
}

function hostPart(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function uriOf(gateway: Gateway, number: string): string {
  const transport = gateway.transport === 'udp' ? '' : `;transport=${gateway.transport}`;
  return `sip:${encodeURIComponent(number)}@${hostPart(gateway.host)}:${gateway.port}${transport}`;
}
