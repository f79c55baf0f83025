/** Where the control socket of a daemon is to be, from its command line. */
import { resolve } from 'node:path';

import { type ControlAddress, defaultControlPath } from '../control/mod.ts';
import { groupByName } from '../os/mod.ts';

/**
 * @param place a path, `default` or `none`
 * @returns undefined for no socket (also where there is no usual place for one), or in words what is wrong
 */
export function controlAddress(place: string, group: string | undefined): ControlAddress | undefined | string {
  const gid = group === undefined ? undefined : groupByName(group)?.gid;
  if (group !== undefined && gid === undefined) return `there is no group ${group}`;
  if (place === 'none') return undefined;
  const path = place === 'default' ? defaultControlPath() : resolve(place);
  return path === undefined ? undefined : { path, gid };
}
