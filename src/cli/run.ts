/** `kinetd run`: configuration files served in the foreground. */
import type { Daemon } from '../daemon/mod.ts';
import { groupByName } from '../os/mod.ts';
import { chosenPaths, type InetdOptions, loader } from './configuration.ts';
import { controlAddress } from './control-address.ts';
import { type Show, serveForeground } from './foreground.ts';
import { openPlaces } from './places.ts';
import { printDiagnostics } from './report.ts';

export interface RunOptions {
  /** Files and directories in their order; empty: the first of the default places that exists. */
  readonly paths: readonly string[];
  readonly debug: boolean;
  readonly stayAlive: boolean;
  readonly pidFile: string | undefined;
  /** undefined: the usual place. */
  readonly dumpFile: string | undefined;
  readonly processLimit: number | undefined;
  readonly graceSeconds: number;
  /** End the servers of services that a reload drops. */
  readonly endDropped: boolean;
  readonly inetd: InetdOptions;
  /** How messages and service lines on stderr look; undefined: for people. */
  readonly logFormat: 'json' | undefined;
  /** A path of the control socket, `default` or `none`. */
  readonly control: string;
  /** Whose members may control it besides root and the user who runs it. */
  readonly controlGroup: string | undefined;
  /** Called when the services are open, in place of the line for each of them. */
  readonly onStarted?: (daemon: Daemon) => void;
}

/** @returns the exit status */
export async function runForeground(options: RunOptions): Promise<number> {
  const chosen = chosenPaths(options.paths);
  if (chosen.paths.length === 0) {
    process.stderr.write(`kinetd: ${chosen.message}\n`);
    return 1;
  }
  if (chosen.message !== undefined) process.stderr.write(`kinetd: ${chosen.message}\n`);
  const group = options.controlGroup === undefined ? undefined : groupByName(options.controlGroup);
  if (options.controlGroup !== undefined && group === undefined) {
    process.stderr.write(`kinetd: there is no group ${options.controlGroup}\n`);
    return 1;
  }
  return serveForeground({
    ...options,
    load: loader(chosen.paths, options.inetd),
    level: options.debug ? 'DEBUG' : 'INFO',
    shown: undefined,
    control: controlAddress(options.control, group?.gid),
    byHand: false,
    sources: chosen.paths,
    report: (table, show) => printDiagnostics(table, options.debug, { show }),
    onStarted: options.onStarted ?? printListeners,
  });
}

/** `echo: tcp 127.0.0.1:7777` or `/run/echo: unix /run/echo` for each socket. */
function printListeners(daemon: Daemon, show: Show): void {
  for (const { service, place } of openPlaces(daemon)) show(`${service.id}: ${place}\n`);
}
