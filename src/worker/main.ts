/** The worker's program: what the daemon starts. SIGUSR1 first, since without a handler it opens Node's debugger. */
process.on('SIGUSR1', () => {});
process.title = 'kinetd: worker';

void import('./process.ts').then(({ work }) => work());
