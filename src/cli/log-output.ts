import pino from 'pino';

/** Lines that wait for whoever reads the log, in all; bytes. What comes beyond is dropped. */
const MOST_WAITING = 32 * 1_048_576;

/**
 * A log in JSON lines whose reader may be slow, stall or be out of disk: calls never wait for it, and the memory that it
 * takes is bounded. Lines that were dropped are counted in a line of their own once the reader goes on.
 *
 * @param fd descriptor that is written to
 * @param mostWaiting bytes
 */
export function logTo(fd: number, options: pino.LoggerOptions, mostWaiting = MOST_WAITING): pino.Logger {
  const output = pino.destination({ dest: fd, sync: false, maxLength: mostWaiting });
  const log = pino(options, output);
  let dropped = 0;
  output.on('drop', () => {
    dropped += 1;
  });
  output.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn({ lines }, 'log lines are missing here: whoever reads the log was too slow');
  });
  return log;
}
