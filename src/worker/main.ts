/** The worker's program: what the daemon starts. SIGUSR1 first, since without a handler it opens Node's debugger. */
import { setFlagsFromString } from 'node:v8';

process.on('SIGUSR1', () => {});
process.title = 'kinetd: worker';
// What a client needs is garbage when he has gone. A young generation that grows (to 16 MB, twice) is memory that the
// worker keeps for ever, and it is no faster for it.
setFlagsFromString('--semi-space-growth-factor=1');

void import('./process.ts').then(({ work }) => work());
