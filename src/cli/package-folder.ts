/** Where the package is, with a slash at its end: the same seen from src/cli/, dist/cli/ and dist/bin/. */
import { fileURLToPath } from 'node:url';

export const packageFolder: string = fileURLToPath(new URL('../../', import.meta.url));
