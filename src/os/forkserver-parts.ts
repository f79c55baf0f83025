/** Where the parts of fork servers are: what is built, and what comes with it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const library = join(import.meta.dirname, '../../build/Release/kinetd_forkserver.so');
const adapters = join(import.meta.dirname, '../../native/forkserver/adapter');

/** @returns undefined when the library is not there; paths with blanks or colons cannot be preloaded (ld.so(8)) */
export function forkserverParts(): { readonly library: string; readonly adapters: string } | undefined {
  return existsSync(library) && !/[\s:]/.test(library) ? { library, adapters } : undefined;
}
