/**
 * Which files a command reads, and the function that reads them: the same for run, check and the personalities.
 */
import { existsSync } from 'node:fs';

import {
  type FileAccess,
  type InetdDialect,
  isDiagnostic,
  type LoadRequest,
  load,
  type Reading,
  Recollection,
  type ResolveOptions,
  readConfiguration,
  resolveReading,
  type ServiceTable,
  type System,
  systemFiles,
} from '../config/mod.ts';
import { realSystem } from '../daemon/mod.ts';
import type { Start } from '../os/mod.ts';

/** What an inetd is told on its command line about its services; what is absent has the default of the dialect. */
export interface InetdOptions extends Partial<ResolveOptions> {
  /** Whose inetd.conf a file is that does not say so itself; absent: told by its text. */
  readonly dialect?: InetdDialect;
  /** FreeBSD's -a: where lines listen that say nothing about it. */
  readonly addresses?: readonly string[];
}

const places = ['/etc/kinetd.conf', '/etc/xinetd.conf', '/etc/inetd.conf'] as const;

/** The paths that were asked for, or the first default place that exists, and what to say about the choice. */
export function chosenPaths(asked: readonly string[]): {
  readonly paths: readonly string[];
  readonly message?: string;
} {
  if (asked.length > 0) return { paths: asked };
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return { paths: [found], message: `reading ${found}` };
  return { paths: [], message: `no configuration: none of ${places.join(', ')} exists; name one with -f FILE` };
}

/**
 * Reads the configuration anew at each call, and gives the table of the call before where nothing has changed. Relative paths keep the meaning that they have now; the environment is that of
 * the first call, when what a supervisor has said to the daemon is no part of it any more.
 */
export function loader(paths: readonly string[], inetd: InetdOptions): (start?: Start) => Promise<ServiceTable> {
  const files = systemFiles(process.cwd());
  const request = requestOf(paths, inetd);
  let system: System | undefined;
  let last: { readonly table: ServiceTable; readonly recollection: Recollection } | undefined;
  return async (start) => {
    system ??= realSystem();
    if (last !== undefined && (await last.recollection.holds())) return last.table;
    const recollection = new Recollection();
    const read = start === undefined ? files : telling(files, start);
    const table = await load(request, recollection.system(system), recollection.files(read));
    last = { table, recollection };
    return table;
  };
}

/** The same files; a daemon that starts is told how much it reads. */
function telling(files: FileAccess, start: Start): FileAccess {
  return {
    ...files,
    read: (path) => {
      const answer = files.read(path);
      if (!isDiagnostic(answer)) start.reads(answer.text.length);
      return answer;
    },
  };
}

/** The text and what it means, entry by entry: for commands that show where something is written. */
export async function readWhole(
  paths: readonly string[],
  inetd: InetdOptions,
): Promise<{ readonly reading: Reading; readonly table: ServiceTable }> {
  const request = requestOf(paths, inetd);
  const reading = readConfiguration(request, systemFiles(process.cwd()));
  return { reading, table: await resolveReading(reading, request, realSystem()) };
}

function requestOf(paths: readonly string[], { dialect, addresses, ...inetd }: InetdOptions): LoadRequest {
  return {
    paths,
    inetd,
    ...(dialect === undefined ? {} : { dialect }),
    ...(addresses === undefined ? {} : { addresses }),
  };
}
