import type { Role } from './tokens.js';

/** True for roles that may see callers' numbers as they are; others get them masked. */
export function maySeeNumbers(role: Role | null): boolean {
  return role === 'operator';
}
