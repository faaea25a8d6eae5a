import type { Matter } from './matter.js';
import { isOpen } from './opening-hours.js';
import type { DialPlan, Member } from './plan.js';

/** Who should have a caller with a certain matter now, and why. */
export interface MatterProposal {
  /** The member that the matter belongs to. */
  readonly home: Member;
  /** Who takes it now: home, or while that is closed the first of its fallbacks that is open. */
  readonly proposed: Member;
  readonly reason: { readonly code: 'home' | 'home-closed'; readonly zh: string; readonly en: string };
}

/** The member for a matter at a moment, in UTC milliseconds; null when the plan has no such member. */
export function proposeMember(plan: DialPlan, matter: Matter, utc: number): MatterProposal | null {
  const home = plan.members.get(matter.member);
  if (home === undefined) return null;
  const open = firstOpen(plan, home, utc);
  const [number] = home.numbers;
  const belongs = {
    zh: `“${matter.name.zh}”由 ${number} ${home.name.zh}受理`,
    en: `“${matter.en ?? matter.name.zh}” belongs to ${number} ${home.name.en}`,
  };
  if (open === home || open === null) return { home, proposed: home, reason: { code: 'home', ...belongs } };
  const zh = `${belongs.zh}，现在不在服务时间，先转 ${open.numbers[0]} ${open.name.zh}`;
  const en = `${belongs.en}, which is closed now; ${open.numbers[0]} ${open.name.en} stands in`;
  return { home, proposed: open, reason: { code: 'home-closed', zh, en } };
}

function firstOpen(plan: DialPlan, home: Member, utc: number): Member | null {
  const seen = new Set<string>();
  for (let member: Member | undefined = home; member !== undefined && !seen.has(member.id); ) {
    if (member.hours === null || isOpen(member.hours, utc)) return member;
    seen.add(member.id);
    member = member.fallback === null ? undefined : plan.members.get(member.fallback);
  }
  return null;
}
