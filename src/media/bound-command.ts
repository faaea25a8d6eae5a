import { findProgram } from './rtpengine/find-program.js';

/** The same command, ended by the system when we are killed; as it is where util-linux is not installed. */
export function boundCommand(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  const setpriv = findProgram('setpriv');
  return setpriv === null ? command : [setpriv, '--pdeathsig', 'TERM', '--', ...command];
}
