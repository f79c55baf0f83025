/**
 * Preloaded into a daemon (node --require): SIGUSR2 begins a profile of the processor, and the next one ends it and
 * writes it to the file that KINETD_PROFILE names.
 */
const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 100 }); // microseconds

let running = false;
process.on('SIGUSR2', () => {
  running = !running;
  if (running) session.post('Profiler.start');
  else
    session.post('Profiler.stop', (error, result) =>
      writeFileSync(process.env.KINETD_PROFILE ?? '', JSON.stringify(error ?? result.profile)),
    );
});
