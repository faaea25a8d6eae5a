import type { Role } from '../config/roles.js';
import { mayDo } from './rights/permissions.js';

/** True for roles that may see callers' numbers as they are; others get them masked. */
export function maySeeNumbers(role: Role | null): boolean {
  return role !== null && mayDo(role, 'numbers.see');
}
