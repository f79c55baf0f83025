/** Where the control socket of a daemon is to be, from its command line, and who may use it. */
import { resolve } from 'node:path';

import { type ControlAddress, defaultControlPath } from '../control/mod.ts';

/**
 * @param place a path, `default` or `none`
 * @param gid whose members may use it besides root and the daemon's user
 * @returns undefined for no socket, also where there is no usual place for one
 */
export function controlAddress(place: string, gid?: number): ControlAddress | undefined {
  if (place === 'none') return undefined;
  const path = place === 'default' ? defaultControlPath() : resolve(place);
  return path === undefined ? undefined : { path, gid };
}
