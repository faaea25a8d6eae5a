/** Accounts of people, their sessions and tokens, with the settings of the program. */
import type { Logger } from 'pino';
import { agentSettings } from './agent-settings.js';
import type { Config } from './config/config.js';
import type { Ledger } from './ledger/ledger.js';
import type { AuditRecord } from './ledger/records.js';
import { type StartedPeople, startPeople } from './people/start-people.js';
import { StartFault } from './start-fault.js';

/** Wrong passwords lock as long as those of agents. Throws `StartFault`. */
export function openPeople(config: Config, ledger: Ledger, log: Logger): StartedPeople {
  const { lockout } = agentSettings(config);
  try {
    return startPeople({
      dir: config.data,
      limits: lockout,
      audit: auditOnce(ledger),
      log: log.child({ part: 'people' }),
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new StartFault(
      `the accounts of people cannot be read in ${config.data}: ${text}`,
      'check the disk and the rights of the folder',
    );
  }
}

/** Writes records that may come again: what the ledger refused it keeps and tries again, and is not to be given twice. */
export function auditOnce(
  ledger: Pick<Ledger, 'append' | 'flush'>,
): (records: readonly AuditRecord[]) => Promise<void> {
  const given = new Set<string>();
  return async (records) => {
    const fresh = records.filter(({ id }) => !given.has(id));
    for (const { id } of fresh) given.add(id);
    if (fresh.length > 0) ledger.append(fresh);
    await ledger.flush();
    for (const { id } of records) given.delete(id);
  };
}
