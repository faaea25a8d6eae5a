/** What a person or a token is to the program; what each may do is in api/rights/permissions.ts. */
export const ROLES = ['viewer', 'agent', 'supervisor', 'ops', 'auditor', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Whose calls one may see: those of all members, or of these alone (ids of the dial plan). */
export type MemberScope = 'all' | readonly string[];
