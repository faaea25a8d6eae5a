import { findProgram } from './rtpengine/find-program.js';

/**
 * The same command, ended by the system when we are killed, and without core dumps: rtpengine 10.5 crashes when it is
 * ended while it records, and a dump would hold what people said. As it is where util-linux is not installed.
 */
export function boundCommand(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  const setpriv = findProgram('setpriv');
  const prlimit = findProgram('prlimit');
  const ended = setpriv === null ? command : ([setpriv, '--pdeathsig', 'TERM', '--', ...command] as const);
  return prlimit === null ? ended : [prlimit, '--core=0', ...ended];
}
