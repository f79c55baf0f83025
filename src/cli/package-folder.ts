/** Where the package is, with a slash at its end: the same seen from src/cli/, dist/cli/ and dist/bin/. */
import { join } from 'node:path';

export const packageFolder: string = join(import.meta.dirname, '../../');
