/** The version of this kinetd, from its package.json: the one place where it is written. */
import { readFileSync } from 'node:fs';

import { packageFolder } from './package-folder.ts';

export function version(): string {
  const text = readFileSync(`${packageFolder}package.json`, 'utf8');
  const manifest: unknown = JSON.parse(text);
  if (
    typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  ) {
    return manifest.version;
  }
  throw new Error('package.json has no version');
}
