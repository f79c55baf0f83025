/**
 * Whether executing a file gives more rights than its caller has: set-user-id, set-group-id, file capabilities.
 */
import { statSync } from 'node:fs';

import { native } from './native.ts';

const setIdBits = 0o6000;

/** @throws the error of stat(2) */
export function givesPrivileges(path: string): boolean {
  return (statSync(path).mode & setIdBits) !== 0 || native.hasCapabilities(path);
}
