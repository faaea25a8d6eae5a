// Types of the pages. vue-tsc works on the compiler that is written in JavaScript, which stands beside the one that
// checks everything else.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
process.argv.push('-p', 'src/web/tsconfig.json');
require('vue-tsc').run(require.resolve('typescript-classic/lib/tsc'));
