/** Where the control socket of a daemon is, and where commands look for it, when nobody says. */
import { join } from 'node:path';

/** Root's place, or one that is the user's alone; undefined where there is neither. */
export function defaultControlPath(): string | undefined {
  if (process.geteuid?.() === 0) return '/run/kinetd/control.sock';
  const own = process.env['XDG_RUNTIME_DIR'];
  return own?.startsWith('/') === true ? join(own, 'kinetd.sock') : undefined;
}
