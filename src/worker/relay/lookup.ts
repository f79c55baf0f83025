/**
 * Addresses of a redirect's target, found anew for each connection, so that a name may move. Connections that come while
 * an answer is on its way share it: a name server that does not answer costs one thread of libuv's for a name.
 */
import { lookup as find, type LookupAddress, type LookupOptions } from 'node:dns';

type Found = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

const underWay = new Map<string, Found[]>();

/** For node:net. The order is that of getaddrinfo(3). */
export function lookup(
  host: string,
  options: LookupOptions,
  done: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
): void {
  findAll(host, (error, addresses) => {
    const [first] = addresses;
    if (error !== null || first === undefined) done(error ?? new Error('a name without addresses'), []);
    else if (options.all === true) done(null, [...addresses]);
    else done(null, first.address, first.family);
  });
}

function findAll(host: string, found: Found): void {
  const waiting = underWay.get(host);
  if (waiting !== undefined) {
    waiting.push(found);
    return;
  }
  underWay.set(host, [found]);
  find(host, { all: true, verbatim: true }, (error, addresses) => {
    const tell = underWay.get(host) ?? [];
    underWay.delete(host);
    for (const each of tell) each(error, addresses ?? []);
  });
}
