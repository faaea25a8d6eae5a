import pino from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.js';
import { type Running, StartFault, start } from '../main.js';
import { logTo } from './log-output.js';
import {
  commonOptions,
  commonOptionsHelp,
  EXIT,
  parseCommandLine,
  processSurroundings,
  readDialPlan,
  readSettings,
} from './options.js';

export const summary = 'answer calls: run the SIP server, the engine and the API';

export const help = `Answer the calls of the alliance.

Usage: onekey serve [options]

Options:
${commonOptionsHelp}

Prints the addresses it serves; GET /healthz answers 200 once calls can be taken.
Signals: SIGHUP reads the dial plan again (a faulty one leaves the old one in force and says why);
SIGTERM or SIGINT takes no new calls but emergencies, waits for those that are up (setting
calls.drainSeconds) and stops; a second one stops at once.
Exit code: 0 stopped as asked, 1 could not start or go on, 2 the command line cannot be read.

Examples:
  onekey serve
  onekey serve --config /etc/onekey/onekey.yaml --data /var/lib/onekey
  ONEKEY_LOG_LEVEL=debug onekey serve --set sip.trace=true`;

export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseCommandLine({ args: [...argv], options: commonOptions, allowPositionals: false });
  if (!parsed.ok) {
    processSurroundings.err(`onekey serve: ${parsed.message}; see onekey serve --help`);
    return EXIT.usage;
  }
  const settings = readSettings(parsed.line.values);
  if (!settings.ok) return settings.exitCode;
  const plan = readDialPlan(settings.config);
  if (!plan.ok) return plan.exitCode;

  const log = makeLog(settings.config);
  let running: Running;
  try {
    running = await start({ config: settings.config, plan: plan.plan, log });
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    processSurroundings.err(`onekey serve: ${error.message}; ${error.remedy}`);
    return EXIT.failed;
  }
  for (const line of running.addresses) log.info({}, line);
  return untilStopped(running, log);
}

function makeLog(config: Config): pino.Logger {
  const options = {
    level: config.log.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const { format } = config.log;
  if (format === 'json' || (format === 'auto' && !process.stdout.isTTY)) return logTo(1, options);
  // Made in this thread, so that no line is lost at the end.
  return pino(options, pretty({ translateTime: 'SYS:HH:MM:ss.l', sync: true }));
}

/** Resolves to the exit code once a signal has stopped the program. */
function untilStopped(running: Running, log: pino.Logger): Promise<number> {
  return new Promise((resolve) => {
    let stopping = false;
    const close = (exitCode: number, atOnce: boolean) =>
      running.stop({ atOnce }).then(
        () => resolve(exitCode),
        (error) => {
          log.error({ err: error }, 'could not stop cleanly');
          resolve(EXIT.failed);
        },
      );
    const stop = (signal: string) => {
      if (stopping) {
        log.warn({ signal }, 'stopping at once');
        process.exit(EXIT.failed);
      }
      stopping = true;
      log.info({ signal }, 'stopping; a second signal stops at once');
      void close(EXIT.ok, false);
    };
    // Calls cannot be served without the SIP server, nor taken over by a new one: whoever watches over us starts again.
    void running.failed.then((error) => {
      if (stopping) return;
      stopping = true;
      log.fatal({ err: error }, 'the SIP server ended unexpectedly; stopping');
      void close(EXIT.failed, true);
    });
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    process.on('SIGHUP', () => running.reloadDialPlan());
  });
}
