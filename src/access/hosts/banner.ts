/**
 * The text of a banner of hosts_options(5), with what hosts_access(5) puts in the place of `%` and a letter.
 *
 * Names and addresses are strangers' words: what is neither a letter, a digit nor one of a few signs becomes `_`, as in
 * libwrap. `%c` and `%h` are addresses, and so is `%H`: Debian's libwrap has no names there (seen).
 */
import type { HostName } from '../../model/mod.ts';

/** Whom a banner is for. */
export interface BannerReader {
  /** The name of the service in the files. */
  readonly daemon: string;
  readonly client: string;
  /** The address of the machine that it came to. */
  readonly local: string;
  /** undefined: not known yet. */
  readonly nameOf: (address: string) => HostName | undefined;
  /** Of the daemon; libwrap has that of the process which serves the client. */
  readonly pid: number;
}

/** Either the whole text, or the address whose name it holds and that has to be looked up first. */
export type ExpandedBanner = { readonly text: string } | { readonly ask: string };

/** @param text one byte a character; lines may end in LF, and do end in CR LF afterwards */
export function expandBanner(text: string, reader: BannerReader): ExpandedBanner {
  let ask: string | undefined;
  const name = (address: string): string => {
    const found = reader.nameOf(address);
    if (found === undefined) ask ??= address;
    return found?.kind === 'known' ? found.name : found?.kind === 'mismatch' ? 'paranoid' : 'unknown';
  };
  const server = (): string => {
    const host = name(reader.local);
    return host === 'unknown' || host === 'paranoid' ? reader.daemon : `${reader.daemon}@${host}`;
  };
  const values: Readonly<Record<string, () => string>> = {
    a: () => reader.client,
    A: () => reader.local,
    c: () => reader.client,
    d: () => reader.daemon,
    h: () => reader.client,
    H: () => reader.local,
    n: () => name(reader.client),
    N: () => name(reader.local),
    p: () => String(reader.pid),
    s: server,
    u: () => 'unknown',
  };
  const expanded = text
    .replace(/%(.?)/gs, (_, letter: string) => (letter === '%' ? '%' : harmless(values[letter]?.() ?? '')))
    .replace(/\r?\n/g, '\r\n');
  return ask === undefined ? { text: expanded } : { ask };
}

function harmless(value: string): string {
  return value.replace(/[^\w!@%\-=+:,./]/g, '_');
}
