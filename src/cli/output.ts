/**
 * The output of a command that says something and ends. Whoever reads it may have seen enough (`kinetd check | head`)
 * and gone: that is no mistake. A disk that is full is, and is told instead of thrown.
 */

/** From here on an error of stdout or stderr does not end the command; any other than EPIPE makes its status 1. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      process.once('exit', () => {
        process.exitCode = 1;
      });
      if (stream === process.stdout) process.stderr.write(`kinetd: cannot write: ${error.message}\n`);
    });
  }
}
