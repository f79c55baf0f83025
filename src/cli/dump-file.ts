/** Where the state dump goes that SIGUSR1 asks for, when the command line does not say. */
import { join } from 'node:path';

/** Root's place, or one that is the user's alone; undefined where there is neither. */
export function defaultDumpFile(): string | undefined {
  if (process.geteuid?.() === 0) return '/run/kinetd.dump';
  const own = process.env['XDG_RUNTIME_DIR'];
  return own?.startsWith('/') === true ? join(own, 'kinetd.dump') : undefined;
}
