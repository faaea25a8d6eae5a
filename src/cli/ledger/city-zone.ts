import { loadDialPlan } from '../../dialplan/load.js';
import type { Workplace } from './subcommand.js';

/** The zone of the dial plan; that of this machine where the plan cannot be read. */
export function cityZone({ config, surroundings }: Pick<Workplace, 'config' | 'surroundings'>): string {
  const loaded = loadDialPlan(config.dialplan);
  if (loaded.ok) return loaded.plan.policies.timezone;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  surroundings.err(`${config.dialplan} cannot be read; times are those of ${timeZone}`);
  return timeZone;
}
