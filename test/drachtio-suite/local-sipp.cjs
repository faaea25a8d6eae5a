// Stands in for the suite's own sipp.js: the same functions, with sipp as a local process instead of a container.
const { spawn } = require('node:child_process');
const { join } = require('node:path');

const network = process.env.SUITE_NETWORK;
let output = '';
let calls = 0;

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn('sipp', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (data) => {
      output += data.toString('latin1');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else {
        console.log(`sipp exited with non-zero code ${code} signal ${signal}: ${args.join(' ')}`);
        reject(new Error(`sipp ended with ${code}`));
      }
    });
  });
}

const scenario = (file) => ['-sf', join(__dirname, 'scenarios', file), '-m', '1', '-nostdin', '-trace_err'];

module.exports = () => ({
  output: () => output,
  sippUac: (file) => {
    output = '';
    calls += 1;
    const callId = ['-cid_str', `%u-%p@%s-${calls}`];
    const peers = ['-i', `${network}.1`, `${network}.10`];
    return run([...scenario(file), '-sleep', '250ms', ...callId, ...peers]);
  },
  // The address stands where the suite names a container.
  sippUas: (file, address) => run([...scenario(file), '-i', address, '-p', '5060']),
});
