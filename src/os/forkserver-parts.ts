/** Where the parts of fork servers are: what is built, and what comes with it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../build/Release/kinetd_forkserver.so', import.meta.url));
const adapters = fileURLToPath(new URL('../../native/forkserver/adapter', import.meta.url));

/** @returns undefined when the library is not there; paths with blanks or colons cannot be preloaded (ld.so(8)) */
export function forkserverParts(): { readonly library: string; readonly adapters: string } | undefined {
  return existsSync(library) && !/[\s:]/.test(library) ? { library, adapters } : undefined;
}
