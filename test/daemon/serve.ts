/** `kinetd serve` for a test: in the test's folder, as somebody on a shell would type it there. */
import type { Address } from './client.ts';
import { asNobody, isRoot, Kinetd, type KinetdOptions } from './kinetd.ts';
import { until } from './until.ts';

/** Starts it and resolves when it says that it listens. */
export async function startServe(words: readonly string[], more: Partial<KinetdOptions> = {}): Promise<Kinetd> {
  const daemon = serving(words, more);
  await daemon.says(/^kinetd: listening on /m);
  return daemon;
}

/** Starts it, and leaves it to the test what becomes of it. */
export function serving(words: readonly string[], more: Partial<KinetdOptions> = {}): Kinetd {
  return new Kinetd({ files: {}, ...more, command: ['kinetd', 'serve', ...words] });
}

/** Where it listens on the Internet, in the order of the command line. */
export async function listening(daemon: Kinetd, count = 1): Promise<readonly Address[]> {
  return until(() => {
    const found = [...daemon.errors.matchAll(/^kinetd: listening on (?:tcp|udp) \[?(\S+?)\]?:(\d+)(?: |$)/gm)];
    if (found.length < count) return undefined;
    return found.map(([, host = '', port]) => ({ host: host === '::' ? '127.0.0.1' : host, port: Number(port) }));
  });
}

/** The first of them. */
export async function listeningAt(daemon: Kinetd): Promise<Address> {
  const [address] = await listening(daemon);
  if (address === undefined) throw new Error('it listens nowhere');
  return address;
}

/** For daemons of an ordinary user, whoever runs the tests. */
export const ordinary: Partial<KinetdOptions> = { openFolder: true, ...(isRoot ? { wrapper: asNobody } : {}) };
