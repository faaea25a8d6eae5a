/** Accounts of people and their sessions, with the settings of the program. */
import type { Logger } from 'pino';
import { agentSettings } from './agent-settings.js';
import type { Config } from './config/config.js';
import { type StartedPeople, startPeople } from './people/start-people.js';
import { StartFault } from './start-fault.js';

/** Wrong passwords lock as long as those of agents. Throws `StartFault`. */
export function openPeople(config: Config, log: Logger): StartedPeople {
  const { lockout } = agentSettings(config);
  try {
    return startPeople({ dir: config.data, limits: lockout, log: log.child({ part: 'people' }) });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new StartFault(
      `the accounts of people cannot be read in ${config.data}: ${text}`,
      'check the disk and the rights of the folder',
    );
  }
}
