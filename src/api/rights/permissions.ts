import type { Role } from '../../config/roles.js';

/** Who may do it, beside the role admin, which may do everything, and what it is. */
interface Grant {
  readonly roles: readonly Role[];
  readonly meaning: string;
}

const EVERYBODY: readonly Role[] = ['viewer', 'agent', 'supervisor', 'ops', 'auditor'];

/** Every permission that there is. */
export const PERMISSIONS = {
  'calls.read': { roles: EVERYBODY, meaning: 'calls, live and ended, queues, agents, events, the dial plan' },
  'statistics.read': { roles: EVERYBODY, meaning: 'sums over the ledger' },
  'exports.take': {
    roles: ['viewer', 'supervisor', 'ops', 'auditor'],
    meaning: 'listings of the ledger as files',
  },
  'reports.write': { roles: ['supervisor', 'ops'], meaning: 'save and delete reports' },
  'calls.transfer': { roles: ['agent', 'supervisor', 'ops'], meaning: 'transfer calls' },
  'calls.end': { roles: ['supervisor', 'ops'], meaning: 'end calls, the caller’s leg too' },
  'calls.monitor': { roles: ['supervisor'], meaning: 'listen to calls' },
  'calls.call-back': { roles: ['agent', 'supervisor', 'ops'], meaning: 'call back whom nobody answered' },
  'agents.direct': { roles: ['supervisor', 'ops'], meaning: 'change what agents are doing' },
  'recordings.make': { roles: ['supervisor'], meaning: 'begin and end recordings' },
  'recordings.hear': { roles: ['supervisor'], meaning: 'hear recordings' },
  'numbers.see': { roles: [], meaning: 'callers’ numbers as they are; others see them masked' },
  'numbers.show': {
    roles: ['supervisor', 'ops'],
    meaning: 'be shown the number of one caller, for a reason that the audit keeps',
  },
  'audits.read': { roles: ['auditor'], meaning: 'who did what' },
  'ledger.erase': { roles: [], meaning: 'erase what the ledger holds of a caller' },
  'dialplan.reload': { roles: ['ops'], meaning: 'read the dial plan anew' },
  'system.read': { roles: EVERYBODY, meaning: 'figures for Prometheus' },
} as const satisfies Readonly<Record<string, Grant>>;

export type Permission = keyof typeof PERMISSIONS;

const grants: Readonly<Record<Permission, Grant>> = PERMISSIONS;

/** All permissions, in the order of the table. */
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as readonly Permission[];

export function mayDo(role: Role, permission: Permission): boolean {
  return role === 'admin' || grants[permission].roles.includes(role);
}

/** What a role may do. */
export function permissionsOf(role: Role): readonly Permission[] {
  return ALL_PERMISSIONS.filter((permission) => mayDo(role, permission));
}

/** Roles that may do it, in words for the OpenAPI document. */
export function rolesWith(permission: Permission): readonly Role[] {
  return [...grants[permission].roles, 'admin'];
}
